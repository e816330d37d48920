/* speech: see speech.h. Order of a step: what is furthest along first, so that sound comes as early as it can. */
#include "models/tts/speech.h"
#include "models/tts/phoneset.h"
#include "models/tts/prosody.h"
#include "models/tts/blank.h"
#include "runtime/base/mathx.h"
#include <string.h>

enum { LEAD_MS = 20, FIRST_LEAD_MS = 30 }; /* silence before a clause that goes on with a sentence; before a reply */

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
    s->each = ARENA_ARRAY(a, acoustic_control, s->voice.max_phones);
    s->marks = ARENA_ARRAY(a, ssml_mark, SSML_MARKS);
    s->places = ARENA_ARRAY(a, phonemes_places, 1);
    s->marked = ARENA_ARRAY(a, char, CLAUSE_MAX + 1 + SSML_MARKS * (sizeof PHONEMES_PLACE - 1));
}

void speech_reset(speech *s) {
    clause_reset(&s->cutter);
    acoustic_reset(&s->voice);
    vocoder_reset(&s->sound);
    captions_reset(&s->written);
    volume_reset(&s->loud);
    speech_markup(s, SSML_OFF);
    s->fed = s->spoken = s->trail = 0;
    s->head = s->queued = s->frames = s->count = s->made = s->before = 0;
    s->speaking = s->ringing = s->closed = s->ended = s->cut = 0;
    s->last = 0;
}

void speech_markup(speech *s, ssml_mode mode) {
    ssml_reset(&s->markup, mode, mathx_exp(s->voice.f0_mean));
    s->way = s->markup.now;
}

const char *speech_odd(speech *s) {
    return ssml_odd(&s->markup);
}

uint32_t speech_push(speech *s, const char *text, uint32_t len) {
    uint32_t room = s->limits.max_text - s->queued, taken = len < room ? len : room;
    for (uint32_t i = 0; i < taken; i++) s->waiting[(s->head + s->queued++) % s->limits.max_text] = text[i];
    return taken;
}

void speech_close(speech *s) {
    s->closed = 1;
}

/* One byte further: text through the markup to the cutter. 1: a clause is ready; 0: on; -1: nothing is left for now. */
static int speech_feed(speech *s) {
    char ch;
    if (ssml_pull(&s->markup, &ch)) {
        s->fed += !is_blank(ch);
        return clause_push(&s->cutter, ch);
    }
    if (s->queued) {
        ssml_push(&s->markup, s->waiting[s->head]);
        s->head = (s->head + 1) % s->limits.max_text;
        s->queued--;
        return 0;
    }
    if (!s->closed || s->cut) return -1;
    if (!s->ended) {
        s->ended = 1;
        ssml_finish(&s->markup);
        return 0;
    }
    s->cut = 1;
    return clause_finish(&s->cutter) ? 1 : -1;
}

/* The next whole clause of the waiting text; 1 when there is one. */
static int speech_cut(speech *s) {
    int got;
    while ((got = speech_feed(s)) == 0) {}
    return got > 0;
}

_Static_assert((int)SSML_MARKS <= (int)PHONEMES_PLACES, "every mark of a clause has a place");

/* Marks of the clause that was just taken, `len` bytes at s->clause, and their places in s->marked. Returns its bytes. */
static size_t speech_places(speech *s, size_t len) {
    uint32_t at = s->spoken, k = 0;
    size_t n = 0;
    s->spoken = s->fed;
    for (uint32_t i = 0; i < s->cutter.len; i++) s->spoken -= !is_blank(s->cutter.text[i]);
    s->places->count = 0;
    while (s->places->count < SSML_MARKS && ssml_next_mark(&s->markup, s->spoken, &s->marks[s->places->count])) s->places->count++;
    for (size_t i = 0; i < len; i++) {
        for (; k < s->places->count && s->marks[k].at <= at && !is_blank(s->clause[i]); k++) {
            memcpy(s->marked + n, PHONEMES_PLACE, sizeof PHONEMES_PLACE - 1);
            n += sizeof PHONEMES_PLACE - 1;
        }
        s->marked[n++] = s->clause[i];
        at += !is_blank(s->clause[i]);
    }
    s->places->count = (uint16_t)k;
    for (k = 0; k < s->places->count; k++) s->places->pause[k] = s->marks[k].pause;
    return n;
}

/* What the markup asks for, symbol by symbol. A pause at the clause's begin is what the one before ended with and this. */
static void speech_ways(speech *s, size_t n) {
    uint32_t k = 0;
    for (size_t i = 0; i < n; i++) {
        acoustic_control *c = &s->each[i];
        for (; k < s->places->count && s->places->symbol[k] <= i; k++) {
            const uint32_t past = i == 0 && !c->pause ? s->trail * ACOUSTIC_FRAME_MS : 0, ms = s->marks[k].pause, sum = c->pause + ms;
            s->way = s->marks[k].way;
            if (ms) c->pause = (uint16_t)(sum > past + 1 ? (sum - past < ACOUSTIC_PAUSE_MAX ? sum - past : ACOUSTIC_PAUSE_MAX) : 1);
        }
        c->pitch = (int16_t)(c->pitch + s->way.pitch);
        c->gain = s->way.gain;
        c->rate = s->way.rate;
    }
    if (s->places->count) s->way = s->marks[s->places->count - 1].way;
}

/* Silence before a clause: the model's, as before its recordings, would come on top of the pause that a comma made, and
 * somebody waits for a reply's first word. */
static void speech_lead(speech *s, size_t n) {
    if (n > 1 && s->phones[0] == PHONE_SIL && s->each->pause == 0 && s->last != PHONE_SIL) s->each->pause = s->last ? LEAD_MS : FIRST_LEAD_MS;
    if (n > 0) s->last = s->phones[n - 1] == PHONE_SP ? PHONE_SP : PHONE_SIL;
}

static void speech_speak(speech *s, size_t n) {
    memset(s->each, 0, n * sizeof *s->each);
    prosody_question(s->each, s->phones, (uint32_t)n);
    speech_ways(s, n);
    speech_lead(s, n);
    s->speaking = n > 0 && acoustic_start(&s->voice, s->phones, (uint32_t)n, &s->manner.style, s->each) == 0;
    s->before = s->made;
    captions_reset(&s->written);
}

/* A pause behind the last word: a clause of its own. */
static int speech_last_pause(speech *s) {
    if (!s->cut || !ssml_next_mark(&s->markup, UINT32_MAX, s->marks) || !s->marks->pause) return 0;
    s->places->count = 1;
    s->places->symbol[0] = 0;
    s->phones[0] = PHONE_SIL;
    speech_speak(s, 1);
    return 1;
}

static int speech_clause(speech *s) {
    if (!speech_cut(s)) return speech_last_pause(s);
    const size_t len = clause_take(&s->cutter, s->clause, CLAUSE_MAX + 1), marked = speech_places(s, len);
    size_t words = 0;
    s->reader.places = s->places;
    const size_t n = phonemes_clause(&s->reader, s->marked, marked, s->phones, s->voice.max_phones, s->written.phone, CAPTIONS_WORDS, &words);
    s->reader.places = NULL;
    speech_speak(s, n);
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
        uint32_t pause = 0;
        acoustic_phone_start(&s->voice, s->voice.count - 1, &pause);
        s->trail = s->made - s->before - pause;
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
    speech_markup(s, SSML_OFF);
    s->queued = 0;
    s->closed = s->ended = s->cut = 1;
}

caption_kind speech_caption(speech *s, caption *out) {
    if (!s->speaking) return CAPTION_NONE;
    caption_kind kind = captions_next(&s->written, &s->reader, &s->voice, s->made - s->before, out);
    if (kind == CAPTION_NONE) return kind;
    out->begin += s->before;
    if (kind == CAPTION_END) out->end += s->before;
    return kind;
}
