/* speech: see speech.h. Order of a step: what is furthest along first, so that sound comes as early as it can. */
#include "models/tts/speech.h"
#include <string.h>

int speech_bind(speech *s, const gguf *words, const gguf *tts, const gguf *sound, sotto_error *err) {
    int code = g2p_bind(&s->words, words, err);
    if (code == 0) code = acoustic_bind(&s->voice, tts, err);
    if (code == 0) code = vocoder_bind(&s->sound, sound, err);
    if (code == 0 && s->voice.mel != s->sound.mel) {
        code = error_set(err, ERR_MODEL, "%s: sotto.mel.bands: %u, expected %u as in %s", sound->name, s->sound.mel, s->voice.mel, tts->name);
    }
    return code;
}

void speech_layout(speech *s, arena *a, const speech_limits *limits) {
    s->limits = *limits;
    s->hop = s->sound.hop;
    acoustic_layout(&s->voice, a, limits->k);
    vocoder_layout(&s->sound, a, limits->k);
    s->waiting = ARENA_ARRAY(a, char, limits->max_text);
    s->clause = ARENA_ARRAY(a, char, CLAUSE_MAX + 1);
    s->phones = ARENA_ARRAY(a, uint8_t, s->voice.max_phones);
    s->mel = ARENA_ARRAY(a, float, SPEECH_GROUP * s->voice.mel);
    s->samples = ARENA_ARRAY(a, float, SPEECH_GROUP * s->hop);
    s->manner = limits->manner;
    volume_layout(&s->loud, a, vocoder_ahead(&s->sound) + 2);
    memset(&s->written, 0, sizeof s->written);
    if (limits->captions) captions_layout(&s->written, a);
}

void speech_scratch(speech *s, arena *a) {
    g2p_layout(&s->words, a, s->limits.k);
    phonemes_layout(&s->reader, a, &s->words);
}

void speech_reset(speech *s) {
    clause_reset(&s->cutter);
    acoustic_reset(&s->voice);
    vocoder_reset(&s->sound);
    captions_reset(&s->written);
    volume_reset(&s->loud);
    s->head = s->queued = s->frames = s->count = s->made = s->before = 0;
    s->speaking = s->ringing = s->closed = s->cut = 0;
}

uint32_t speech_push(speech *s, const char *text, uint32_t len) {
    uint32_t room = s->limits.max_text - s->queued, taken = len < room ? len : room;
    for (uint32_t i = 0; i < taken; i++) s->waiting[(s->head + s->queued++) % s->limits.max_text] = text[i];
    return taken;
}

void speech_close(speech *s) {
    s->closed = 1;
}

/* The next whole clause of the waiting text; 1 when there is one. */
static int speech_cut(speech *s) {
    while (s->queued) {
        char ch = s->waiting[s->head];
        s->head = (s->head + 1) % s->limits.max_text;
        s->queued--;
        if (clause_push(&s->cutter, ch)) return 1;
    }
    if (!s->closed || s->cut) return 0;
    s->cut = 1;
    return clause_finish(&s->cutter);
}

static int speech_clause(speech *s) {
    if (!speech_cut(s)) return 0;
    size_t len = clause_take(&s->cutter, s->clause, CLAUSE_MAX + 1);
    size_t words = 0;
    size_t n = phonemes_clause(&s->reader, s->clause, len, s->phones, s->voice.max_phones, s->written.phone, CAPTIONS_WORDS, &words);
    s->speaking = n > 0 && acoustic_start(&s->voice, s->phones, (uint32_t)n, &s->manner.style) == 0;
    s->before = s->made;
    captions_reset(&s->written);
    if (s->speaking && s->limits.captions) captions_begin(&s->written, &s->reader, s->clause, len, words, n);
    return 1;
}

/* Frames of the next unit of work. */
static uint32_t speech_group(const speech *s) {
    const uint32_t first = vocoder_ahead(&s->sound) + 1;
    if (s->made < first) return first - s->made < SPEECH_GROUP ? first - s->made : SPEECH_GROUP;
    return s->made < SPEECH_RAMP ? 1 : SPEECH_GROUP;
}

/* A hop of samples came out of the vocoder. */
static void speech_hop(speech *s) {
    volume_hop(&s->loud, s->samples + s->count, s->hop);
    s->count += s->hop;
}

static void speech_vocode(speech *s) {
    vocoder_frame f[SPEECH_GROUP];
    for (uint32_t i = 0; i < s->frames; i++) f[i] = (vocoder_frame){s->mel + i * s->voice.mel, s->pitch[i].f0, s->pitch[i].voiced};
    const uint32_t hops = vocoder_run(&s->sound, s->samples + s->count, f, s->frames);
    for (uint32_t i = 0; i < s->frames; i++) {
        volume_frame(&s->loud, s->pitch[i].gain * s->manner.volume);
        if (i + hops >= s->frames) speech_hop(s);
    }
    s->ringing = 1;
    s->frames = 0;
}

/* All is said but what the vocoder still holds. */
static int speech_ring_out(speech *s) {
    while (s->count < SPEECH_GROUP * s->hop && vocoder_finish(&s->sound, s->samples + s->count)) speech_hop(s);
    if (s->count) return 1;
    vocoder_reset(&s->sound);
    volume_reset(&s->loud);
    s->ringing = 0;
    return 0;
}

speech_did speech_step(speech *s) {
    s->count = 0;
    if (s->frames) {
        speech_vocode(s);
        return SPEECH_SOUND;
    }
    if (s->speaking) {
        s->frames = acoustic_step(&s->voice, s->mel, s->pitch, speech_group(s));
        s->made += s->frames;
        if (s->frames) return SPEECH_FRAMES;
        s->speaking = 0;
    }
    if (speech_clause(s)) return SPEECH_CLAUSE;
    if (s->closed && s->ringing && speech_ring_out(s)) return SPEECH_SOUND;
    return SPEECH_NOTHING;
}

int speech_idle(const speech *s) {
    return s->closed && s->cut && !s->queued && !s->speaking && !s->frames && !s->ringing;
}

void speech_hush(speech *s) {
    clause_reset(&s->cutter);
    s->queued = 0;
    s->closed = s->cut = 1;
}

caption_kind speech_caption(speech *s, caption *out) {
    if (!s->speaking) return CAPTION_NONE;
    caption_kind kind = captions_next(&s->written, &s->reader, &s->voice, s->made - s->before, out);
    if (kind == CAPTION_NONE) return kind;
    out->begin += s->before;
    if (kind == CAPTION_END) out->end += s->before;
    return kind;
}
