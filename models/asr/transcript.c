/* transcript: words become text with times (see transcript.h). */
#include "models/asr/transcript.h"
#include <string.h>

void transcript_layout(transcript *t, arena *a, uint32_t max_text, uint32_t frame_ms, uint32_t split) {
    memset(t, 0, sizeof *t);
    t->max_text = max_text;
    t->frame_ms = frame_ms;
    t->split = split;
    t->text = ARENA_ARRAY(a, char, max_text);
    t->word = ARENA_ARRAY(a, asr_word, max_text / 2);
}

void transcript_scratch(transcript *t, arena *a) {
    t->spare = ARENA_ARRAY(a, const search_word *, t->max_text / 2);
}

void transcript_reset(transcript *t) {
    t->len = t->words = t->settled = 0;
    t->text[0] = 0;
}

static uint32_t at_ms(const transcript *t, uint32_t frame) {
    return (uint32_t)((uint64_t)frame * t->frame_ms / t->split);
}

/* Adds one word. 0: it does not fit. */
static int add_word(transcript *t, const vocab *lex, const search_word *w) {
    char text[VOCAB_WORD];
    uint32_t len = vocab_text(lex, w->word, text), gap = t->len > 0;
    if (t->len + gap + len + 1 > t->max_text) return 0;
    if (gap) t->text[t->len++] = ' ';
    t->word[t->words++] = (asr_word){at_ms(t, w->begin), at_ms(t, w->end), t->len, len, w->confidence};
    memcpy(t->text + t->len, text, len + 1);
    t->len += len;
    return 1;
}

void transcript_write(transcript *t, const search *s) {
    uint32_t count = search_words(s, t->spare, t->max_text / 2), settled = search_settled(s);
    transcript_reset(t);
    for (uint32_t i = 0; i < count && add_word(t, s->lex, t->spare[i]); i++)
        if (i < settled) t->settled = t->len;
}
