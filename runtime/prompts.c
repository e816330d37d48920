/* prompts: see prompts.h. */
#include "runtime/prompts.h"
#include "runtime/sotto.h"
#include <string.h>

void prompts_layout(prompts *p, arena *a, uint32_t ms) {
    memset(p, 0, sizeof *p);
    p->room = ms * (SOTTO_RATE / 1000);
    p->pool = ARENA_ARRAY(a, int16_t, p->room);
    p->entry = ARENA_ARRAY(a, prompt, p->room ? PROMPTS + 1 : 0);
}

void prompts_reset(prompts *p) {
    p->count = 0;
    p->noting = p->keeping = 0;
    memset(p->seen, 0, sizeof p->seen);
    p->seen_next = 0;
    p->clock = p->hits = p->misses = 0;
}

void prompts_forget_all(prompts *p) {
    p->count = 0;
    p->noting = p->keeping = 0;
}

static prompt *prompts_note(prompts *p) {
    return &p->entry[p->count];
}

static uint32_t prompts_end(const prompts *p) {
    return p->count ? p->entry[p->count - 1].at + p->entry[p->count - 1].samples : 0;
}

/* The entry not used for longest leaves; those behind it and the note move up. */
static void prompts_forget(prompts *p) {
    uint32_t oldest = 0;
    for (uint32_t i = 1; i < p->count; i++)
        if (p->entry[i].used < p->entry[oldest].used) oldest = i;
    const uint32_t at = p->entry[oldest].at, gone = p->entry[oldest].samples;
    const uint32_t end = prompts_note(p)->at + prompts_note(p)->samples;
    memmove(p->pool + at, p->pool + at + gone, (end - at - gone) * sizeof *p->pool);
    memmove(p->entry + oldest, p->entry + oldest + 1, (p->count - oldest) * sizeof *p->entry);
    p->count--;
    for (uint32_t i = oldest; i <= p->count; i++) p->entry[i].at -= gone;
}

void prompts_begin(prompts *p) {
    p->noting = p->room > 0;
    p->keeping = 0;
    if (!p->noting) return;
    if (p->count == PROMPTS) {
        *prompts_note(p) = (prompt){.at = prompts_end(p)};
        prompts_forget(p);
    }
    *prompts_note(p) = (prompt){.at = prompts_end(p)};
}

void prompts_text(prompts *p, const char *text) {
    size_t n = strlen(text);
    if (!p->noting) return;
    prompt *note = prompts_note(p);
    p->noting = note->len + n < PROMPT_TEXT;
    if (!p->noting) return;
    memcpy(note->text + note->len, text, n + 1);
    note->len += (uint32_t)n;
}

/* Was this text said of late? From now on it was. */
static int prompts_seen(prompts *p, const char *text, uint32_t len) {
    uint32_t h = 2166136261u; /* FNV-1a */
    for (uint32_t i = 0; i < len; i++) h = (h ^ (uint8_t)text[i]) * 16777619u;
    if (h == 0) h = 1; /* 0: an empty place */
    for (uint32_t i = 0; i < PROMPTS_SEEN; i++)
        if (p->seen[i] == h) return 1;
    p->seen[p->seen_next++ % PROMPTS_SEEN] = h;
    return 0;
}

const prompt *prompts_find(prompts *p) {
    if (!p->noting) return NULL;
    p->noting = 0;
    const prompt *note = prompts_note(p);
    for (uint32_t i = 0; i < p->count; i++) {
        prompt *e = &p->entry[i];
        if (e->len != note->len || memcmp(e->text, note->text, e->len) != 0) continue;
        e->used = ++p->clock;
        p->hits++;
        return e;
    }
    p->misses++;
    p->keeping = prompts_seen(p, note->text, note->len);
    return NULL;
}

void prompts_sound(prompts *p, const int16_t *pcm, uint32_t n) {
    if (!p->keeping) return;
    p->keeping = prompts_note(p)->samples + n <= p->room;
    if (!p->keeping) return;
    while (prompts_note(p)->at + prompts_note(p)->samples + n > p->room) prompts_forget(p);
    prompt *note = prompts_note(p);
    memcpy(p->pool + note->at + note->samples, pcm, n * sizeof *pcm);
    note->samples += n;
}

/* Captions are stretches of the text, in its order. */
void prompts_word(prompts *p, const char *text, uint32_t len, uint32_t begin, uint32_t end) {
    if (!p->keeping) return;
    prompt *note = prompts_note(p);
    uint32_t at = note->words ? note->word[note->words - 1].at + note->word[note->words - 1].len : 0;
    while (at + len <= note->len && memcmp(note->text + at, text, len) != 0) at++;
    p->keeping = note->words < PROMPT_WORDS && at + len <= note->len && end <= UINT16_MAX;
    if (p->keeping) note->word[note->words++] = (prompt_word){(uint16_t)begin, (uint16_t)end, (uint8_t)at, (uint8_t)len};
}

void prompts_keep(prompts *p) {
    if (!p->keeping || prompts_note(p)->samples == 0) return;
    p->keeping = 0;
    prompts_note(p)->used = ++p->clock;
    p->count++;
}

void prompts_drop(prompts *p) {
    p->noting = p->keeping = 0;
}
