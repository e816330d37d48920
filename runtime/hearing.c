/* hearing: what the recogniser's text is used for while a turn is heard: partials that stand, how much silence ends it, the final words.
 *
 * A partial shows the words that two chunks in a row agree on (local agreement, Liu et al. 2020) and those that are settled: a word that is still being
 * said, or that the next chunk takes back, is not shown.
 *
 * A turn that was cut because it got too long is cut in a word as a rule. Where nothing answers (dictation), its last words are taken back when they
 * touch the cut, and the next turn hears them again from where they began: nothing is lost and nothing is heard twice.
 */
#include "runtime/ending.h"
#include "runtime/internal.h"
#include <string.h>

enum {
    QUIET_MS = 120, /* since the last phone, before a text may ask for less than the usual wait: the VAD misses soft sounds */
    TOUCH_MS = 240, /* a word that ends this near a cut touches it */
    MARGIN_MS = 60, /* kept before a word */
    LATE_FRAMES = 5 /* by which a phone is late */
};

void hearing_begin(sotto *s, uint64_t frame) {
    listen_desk *d = &s->listen;
    d->partial[0] = d->before[0] = 0;
    d->first_frame = d->flushed = frame;
    d->encoded = 0;
    d->command = 0;
    d->patience = s->config.endpoint_ms;
}

static void hearing_copy(char *to, const char *text, size_t len, size_t room) {
    if (len >= room) len = room - 1;
    memcpy(to, text, len);
    to[len] = 0;
}

/* Bytes of the whole words that both begin with. */
static size_t hearing_agreed(const char *a, const char *b) {
    size_t n = 0, whole = 0;
    while (a[n] && a[n] == b[n]) {
        n++;
        if ((a[n] == ' ' || a[n] == 0) && (b[n] == ' ' || b[n] == 0)) whole = n;
    }
    return whole;
}

static void hearing_partial(sotto *s, const char *text) {
    listen_desk *d = &s->listen;
    size_t stands = hearing_agreed(d->before, text), settled = asr_settled(&d->ear);
    if (stands < settled) stands = settled;
    hearing_copy(d->before, text, strlen(text), s->config.max_text);
    if (strlen(d->partial) == stands && memcmp(d->partial, text, stands) == 0) return;
    hearing_copy(d->partial, text, stands, s->config.max_text);
    event_raise(&s->events, SOTTO_EV_PARTIAL, turn_now(s), d->partial);
}

/* The silence that a text asks for, on a straight line between the three waits by how likely the word model thinks its end: 0.29, 0.17, 0.03. */
static uint32_t hearing_judge(const sotto *s, const char *text) {
    static const float COMPLETE = -1.25f, UNKNOWN = -1.75f, OPEN = -3.5f; /* ln p(end of the sentence | its last two words) */
    const sotto_config *c = &s->config;
    float ending = search_ending(&s->listen.ear.search), part;
    if (text[0] == 0) return c->endpoint_ms;
    if (ending_open(text) || ending <= OPEN) return c->endpoint_long_ms;
    if (ending_number(text) && ending > UNKNOWN) return c->endpoint_ms;
    if (ending >= COMPLETE) return c->endpoint_short_ms;
    if (ending >= UNKNOWN) {
        part = (ending - UNKNOWN) / (COMPLETE - UNKNOWN);
        return (uint32_t)((float)c->endpoint_ms + part * ((float)c->endpoint_short_ms - (float)c->endpoint_ms));
    }
    part = (ending - OPEN) / (UNKNOWN - OPEN);
    return (uint32_t)((float)c->endpoint_long_ms + part * ((float)c->endpoint_ms - (float)c->endpoint_long_ms));
}

/* A sentence of the grammar asks for the short wait when it is whole, for the long one while it is not; else the text decides. */
static uint32_t hearing_wait(sotto *s, const char *text) {
    int complete;
    s->listen.command = 0;
    if (!s->config.grammar || text[0] == 0 || asr_command_so_far(&s->listen.ear, &complete) < s->config.grammar_accept) return hearing_judge(s, text);
    s->listen.command = 1;
    return complete ? s->config.endpoint_short_ms : s->config.endpoint_long_ms;
}

/* A phone that the VAD missed is speech all the same. */
static void hearing_phone(listen_desk *d) {
    uint64_t quiet = (uint64_t)asr_quiet_ms(&d->ear) * HOPS_A_SECOND / 1000 + LATE_FRAMES;
    if (d->encoded > quiet) endpoint_heard(&d->end, d->first_frame + d->encoded - quiet);
}

int hearing_step(sotto *s) {
    listen_desk *d = &s->listen;
    uint32_t ready = d->ear.ready;
    if (!asr_step(&d->ear)) return 0;
    if (d->finishing) return 1;
    const char *text = asr_text(&d->ear);
    d->encoded += ready * ASR_SUBSAMPLE;
    d->patience = hearing_wait(s, text);
    hearing_phone(d);
    hearing_partial(s, text);
    if (!d->command) early_expect(s, endpoint_waiting(&d->end) ? text : d->partial, endpoint_waiting(&d->end) != 0);
    return 1;
}

/* Milliseconds since the last phone: as far as the text has heard, and what came after, which is silence or this is not asked. */
static uint32_t hearing_quiet(const listen_desk *d) {
    return asr_quiet_ms(&d->ear) + (uint32_t)(d->frames - d->first_frame - d->encoded) * 1000 / HOPS_A_SECOND;
}

uint32_t hearing_patience(const sotto *s) {
    const listen_desk *d = &s->listen;
    int heard = d->first_frame + d->encoded > d->end.last + LATE_FRAMES && hearing_quiet(d) >= QUIET_MS;
    return heard || d->patience > s->config.endpoint_ms ? d->patience : s->config.endpoint_ms;
}

static uint32_t hearing_words(listen_desk *d, sotto_word *to, uint32_t room) {
    uint32_t count = asr_word_count(&d->ear);
    if (count > room) count = room;
    for (uint32_t i = 0; i < count; i++) {
        asr_word w = asr_word_at(&d->ear, i);
        uint64_t zero = d->first_frame * 1000 / HOPS_A_SECOND;
        to[i] = (sotto_word){.begin_ms = zero + w.begin_ms, .end_ms = zero + w.end_ms, .at = w.at, .len = w.len, .confidence = w.confidence};
    }
    return count;
}

/* A cut turn: how many of its words stand. Where the next one starts to hear is put down in the desk. */
static uint32_t hearing_cut(listen_desk *d, const sotto_word *word, uint32_t count) {
    uint64_t cut_ms = d->end.decided / (SOTTO_RATE / 1000), kept_ms = (uint64_t)d->preroll_frames * 1000 / HOPS_A_SECOND;
    uint64_t oldest_ms = cut_ms > kept_ms ? cut_ms - kept_ms : 0, from_ms = oldest_ms;
    if (count > 0 && word[count - 1].end_ms + TOUCH_MS > cut_ms && word[count - 1].begin_ms > oldest_ms + MARGIN_MS)
        from_ms = word[--count].begin_ms - MARGIN_MS;
    else if (count > 0 && word[count - 1].end_ms > from_ms)
        from_ms = word[count - 1].end_ms;
    d->again = 1;
    d->again_frame = from_ms * HOPS_A_SECOND / 1000;
    return count;
}

void hearing_final(sotto *s) {
    listen_desk *d = &s->listen;
    const char *text = asr_text(&d->ear);
    uint64_t now = turn_now(s);
    sotto_word *words = d->words[d->finals++ % 2];
    uint32_t count = hearing_words(d, words, s->config.max_text / 2);
    size_t len = strlen(text);
    d->finishing = 0;
    int command = command_judge(s);
    if (command) {
        text = s->command.result->said;
        len = strlen(text);
        count = command_words(s, words, s->config.max_text / 2);
    } else if (d->cut && !s->think.present && !s->speak.present) {
        count = hearing_cut(d, words, count);
        len = count > 0 ? words[count - 1].at + words[count - 1].len : 0;
    }
    hearing_copy(d->partial, text, len, s->config.max_text);
    spans_set(&s->clock, SOTTO_ASR_FINALIZE, d->decided_ns, now);
    sotto_event *e = event_raise(&s->events, SOTTO_EV_FINAL, now, d->partial);
    e->words = words;
    e->word_count = count;
    if (command && (s->think.present || s->speak.present)) {
        command_answer(s);
    } else if (d->partial[0]) {
        turn_final(s, d->partial);
    } else { /* a sound, but no words: what follows may reach back into it */
        early_forget(s);
        s->state = SOTTO_IDLE;
        d->end.previous = d->end.begin;
    }
}
