/* asr: subsampling, Conformer blocks, CTC and text, wired into a stream (see asr.h). */
#include "models/asr/asr.h"
#include "runtime/base/mathx.h"
#include <assert.h>
#include <string.h>

/* Of the command match, in natural logs; chosen on dev sets. What the file already takes from the blank (sotto.asr.blank) counts. */
static const float COMMAND_BEAM = 200.0f, COMMAND_BLANK = 2.0f, COMMAND_WORD = 1.0f;

int asr_bind(asr *x, const gguf *file, sotto_error *err) {
    asr_shape *s = &x->shape;
    conformer_block checked; /* asr_layout binds again, into the arena */
    int code = shape_read(s, file, err);
    x->file = file;
    if (!code) code = subsample_bind(&x->front, file, s, err);
    for (uint32_t i = 0; !code && i < s->blocks; i++) code = conformer_bind(&checked, file, s, i, err);
    if (!code) code = linear_bind(&x->head, file, "head", s->split * s->classes, s->dim, 1, err);
    if (!code) code = vocab_bind(&x->lex, file, s->classes, err);
    if (!code) code = ngram_bind(&x->lm, file, x->lex.words, err);
    return code;
}

/* The blocks live in the arena; one that only counts has them lay out a passing one. */
static void asr_layout_blocks(asr *x, arena *a, enum kv_kind kv) {
    conformer_block counted;
    x->block = ARENA_ARRAY(a, conformer_block, x->shape.blocks);
    for (uint32_t i = 0; i < x->shape.blocks; i++) {
        conformer_block *b = x->block ? &x->block[i] : &counted;
        conformer_bind(b, x->file, &x->shape, i, NULL);
        conformer_layout(b, a, &x->shape, kv);
    }
}

void asr_layout(asr *x, arena *a, const asr_limits *limits) {
    const asr_shape *s = &x->shape;
    subsample_layout(&x->front, a);
    asr_layout_blocks(x, a, limits->kv);
    conformer_desk_layout(&x->desk, a, s, limits->k);
    x->lex.extra = ARENA_ARRAY(a, vocab_word, VOCAB_EXTRAS);
    x->lex.extras = 0;
    search_layout(&x->search, a, &x->lex, &x->lm, s->classes, limits->beam, limits->max_text / 2);
    transcript_layout(&x->words, a, limits->max_text, s->frame_ms, s->split);
    x->frame = ARENA_ARRAY(a, float, (size_t)s->chunk * s->dim);
    x->commands.g = NULL;
    if (limits->commands) {
        match_limits m = {.max_frames = limits->max_frames,
                          .frame_ms = (float)s->frame_ms / (float)s->split,
                          .beam = COMMAND_BEAM,
                          .word_penalty = COMMAND_WORD,
                          .blank_cost = COMMAND_BLANK - gguf_f32_or(x->file, "sotto.asr.blank", 0.0f)};
        match_layout(&x->commands, a, limits->commands, &m);
    }
}

void asr_scratch(asr *x, arena *a) {
    const asr_shape *s = &x->shape;
    subsample_scratch(&x->front, a);
    conformer_desk_scratch(&x->desk, a, s);
    search_scratch(&x->search, a);
    transcript_scratch(&x->words, a);
    x->score = ARENA_ARRAY(a, float, (size_t)s->split * s->classes);
    if (x->commands.g) match_scratch(&x->commands, a);
}

void asr_reset(asr *x) {
    subsample_reset(&x->front);
    for (uint32_t i = 0; i < x->shape.blocks; i++) conformer_reset(&x->block[i], &x->shape);
    search_reset(&x->search);
    transcript_reset(&x->words);
    x->ready = x->phase = 0;
    x->heard = x->ended = x->flush = 0;
    if (x->commands.g) match_reset(&x->commands);
}

static void asr_take(asr *x, const float *mel) {
    if (x->ready == x->shape.chunk || x->flush) asr_step(x);
    x->ready += (uint32_t)subsample_push(&x->front, x->desk.k, &x->desk.quant, x->frame + (size_t)x->ready * x->shape.dim, mel);
    x->phase = (x->phase + 1) % ASR_SUBSAMPLE;
    x->heard = 1;
}

void asr_push_mel(asr *x, const float *mel) {
    if (!x->ended) asr_take(x, mel);
}

void asr_finish(asr *x) {
    float silence[ASR_MAX_BANDS];
    if (x->ended) return;
    x->ended = 1;
    if (!x->heard) return;
    for (uint32_t i = 0; i < x->shape.bands; i++) silence[i] = mathx_log(x->shape.floor);
    uint32_t missing = (ASR_SUBSAMPLE - x->phase) % ASR_SUBSAMPLE + ASR_SUBSAMPLE;
    while (missing-- > 0) asr_take(x, silence);
}

void asr_flush(asr *x) {
    x->flush = x->ready > 0;
}

/* The CTC frames of one encoder frame. */
static void asr_score(asr *x, const float *frame) {
    const asr_shape *s = &x->shape;
    linear_run(x->desk.k, &x->head, x->score, frame, 1, &x->desk.quant);
    for (uint32_t j = 0; j < s->split; j++) {
        float *score = x->score + (size_t)j * s->classes;
        log_softmax_run(x->desk.k, score, s->classes);
        search_push(&x->search, score);
        if (x->commands.g) match_push(&x->commands, score);
    }
}

int asr_step(asr *x) {
    const asr_shape *s = &x->shape;
    uint32_t n = x->ready;
    if (n < s->chunk && !((x->ended || x->flush) && n > 0)) return 0;
    x->flush = 0;
    for (uint32_t i = 0; i < s->blocks; i++) conformer_run(&x->block[i], &x->desk, s, x->frame, n);
    for (uint32_t i = 0; i < n; i++) asr_score(x, x->frame + (size_t)i * s->dim);
    x->ready = 0;
    if (x->ended) search_finish(&x->search);
    transcript_write(&x->words, &x->search);
    return 1;
}

const char *asr_text(const asr *x) {
    return x->words.text;
}
uint32_t asr_settled(const asr *x) {
    return x->words.settled;
}
uint32_t asr_word_count(const asr *x) {
    return x->words.words;
}
uint32_t asr_quiet_ms(const asr *x) {
    return search_quiet_frames(&x->search) * x->shape.frame_ms / x->shape.split;
}

asr_word asr_word_at(const asr *x, uint32_t index) {
    assert(index < x->words.words);
    return x->words.word[index];
}

int asr_command(asr *x, match_result *r) {
    return x->commands.g && match_finish(&x->commands, r);
}

float asr_command_so_far(asr *x, int *complete) {
    *complete = 0;
    return x->commands.g ? match_so_far(&x->commands, complete) : 0.0f;
}

static int bias_refused(sotto_error *err, const char *word, uint32_t len, const char *what) {
    return error_set(err, ERR_ARG, "bias: \"%.*s\": %s", (int)(len < 60 ? len : 60), word, what);
}

/* The number of a word, made anew from its phones when the lexicon lacks it. */
static int bias_word(asr *x, const char *word, uint32_t len, asr_spell spell, void *user, uint16_t *out, sotto_error *err) {
    uint8_t phone[VOCAB_EXTRA_PHONES];
    uint32_t id = vocab_find(&x->lex, word, len);
    if (id == VOCAB_NONE) {
        uint32_t phones = spell ? spell(user, word, len, phone, VOCAB_EXTRA_PHONES) : 0;
        if (phones == 0) return bias_refused(err, word, len, "not in the lexicon, and no pronunciation was found");
        if (phones > VOCAB_EXTRA_PHONES || len >= VOCAB_WORD)
            return bias_refused(err, word, len, "too long; expected at most 63 bytes and 24 phones");
        id = vocab_extra(&x->lex, word, len, phone, phones);
    }
    if (id == VOCAB_NONE) return bias_refused(err, word, len, "no room; expected at most 32 words that the lexicon lacks");
    *out = (uint16_t)id;
    return 0;
}

int asr_bias(asr *x, const char *phrase, float weight, asr_spell spell, void *user, sotto_error *err) {
    uint16_t word[SEARCH_PHRASE];
    uint32_t words = 0;
    for (const char *at = phrase; *at;) {
        uint32_t len = 0;
        while (at[len] && at[len] != ' ') len++;
        if (len && words == SEARCH_PHRASE) return bias_refused(err, phrase, (uint32_t)strlen(phrase), "expected at most 8 words");
        int code = len ? bias_word(x, at, len, spell, user, &word[words], err) : 0;
        if (code) return code;
        if (len) words++;
        at += len + (at[len] == ' ');
    }
    if (words == 0) return bias_refused(err, phrase, 0, "expected a word");
    if (search_bias(&x->search, word, words, weight) != 0)
        return bias_refused(err, phrase, (uint32_t)strlen(phrase), "no room; expected at most 32 phrases");
    return 0;
}

void asr_unbias(asr *x) {
    search_unbias(&x->search);
    x->lex.extras = 0;
}
