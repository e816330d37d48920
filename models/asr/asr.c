/* asr: subsampling, Conformer blocks, CTC and text, wired into a stream (see asr.h). */
#include "models/asr/asr.h"
#include "runtime/base/mathx.h"
#include <assert.h>
#include <string.h>

int asr_bind(asr *x, const gguf *file, sotto_error *err) {
    asr_shape *s = &x->shape;
    conformer_block checked; /* asr_layout binds again, into the arena */
    int code = shape_read(s, file, err);
    x->file = file;
    if (!code) code = subsample_bind(&x->front, file, s, err);
    for (uint32_t i = 0; !code && i < s->blocks; i++) code = conformer_bind(&checked, file, s, i, err);
    if (!code) code = linear_bind(&x->head, file, "head", s->vocab, s->dim, 1, err);
    if (!code) code = ngram_bind(&x->lm, file, s->vocab, err);
    if (!code) code = wordlist_bind(&x->known, file, err);
    if (!code) code = transcript_bind(&x->words, file, s->vocab, s->frame_ms, err);
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
    ctc_layout(&x->search, a, s->vocab, limits->beam, limits->max_text, &x->lm);
    transcript_layout(&x->words, a, limits->max_text);
    x->known.piece = x->words.piece;
    if (x->known.slot) x->search.known = &x->known;
    x->frame = ARENA_ARRAY(a, float, (size_t)s->chunk * s->dim);
}

void asr_scratch(asr *x, arena *a) {
    const asr_shape *s = &x->shape;
    subsample_scratch(&x->front, a);
    conformer_desk_scratch(&x->desk, a, s);
    ctc_scratch(&x->search, a);
    x->score = ARENA_ARRAY(a, float, s->vocab);
}

void asr_reset(asr *x) {
    subsample_reset(&x->front);
    for (uint32_t i = 0; i < x->shape.blocks; i++) conformer_reset(&x->block[i], &x->shape);
    ctc_reset(&x->search);
    transcript_reset(&x->words);
    x->ready = x->phase = 0;
    x->heard = x->ended = x->flush = 0;
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

int asr_step(asr *x) {
    const asr_shape *s = &x->shape;
    uint32_t n = x->ready, count;
    if (n < s->chunk && !((x->ended || x->flush) && n > 0)) return 0;
    x->flush = 0;
    for (uint32_t i = 0; i < s->blocks; i++) conformer_run(&x->block[i], &x->desk, s, x->frame, n);
    for (uint32_t i = 0; i < n; i++) {
        linear_run(x->desk.k, &x->head, x->score, x->frame + (size_t)i * s->dim, 1, &x->desk.quant);
        ctc_push(&x->search, x->desk.k, x->score);
    }
    const ctc_token *token = ctc_tokens(&x->search, &count);
    transcript_write(&x->words, token, count, ctc_settled(&x->search));
    x->ready = 0;
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
    return ctc_quiet_frames(&x->search) * x->shape.frame_ms;
}

asr_word asr_word_at(const asr *x, uint32_t index) {
    assert(index < x->words.words);
    return x->words.word[index];
}
