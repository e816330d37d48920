/* stream: the public calls on a running runtime; the work itself is the desks' (listen, think, speak). */
#include "runtime/base/fmt.h"
#include "runtime/base/utf8.h"
#include "runtime/internal.h"
#include <string.h>

void sotto_reset(sotto *s) {
    event_reset(&s->events);
    spans_reset(&s->clock);
    listen_reset(s);
    think_reset(s);
    replies_reset(&s->replies);
    speak_reset(s);
    s->command.count = 0;
    s->state = SOTTO_IDLE;
    sotto_unbias(s); /* possible now; SOTTO_ESTATE without a recogniser */
    s->reply[0] = s->last_reply[0] = 0;
    s->reply_len = 0;
    s->said_ns = s->judged_ns = s->first_pull = s->last_pull = 0;
    s->samples_in = s->samples_out = s->dropped = s->asr_busy = s->asr_samples = 0;
}

size_t sotto_push_audio(sotto *s, const int16_t *samples, size_t count) {
    if (!s->listen.present) return 0;
    uint32_t taken = ring_write(&s->listen.in, samples, count > UINT32_MAX ? UINT32_MAX : (uint32_t)count);
    s->samples_in += taken;
    s->listen.anchor_ns = turn_now(s);
    s->listen.anchor_sample = s->samples_in;
    return taken;
}

void sotto_end_input(sotto *s) {
    s->listen.ended = s->listen.present;
}

int sotto_step(sotto *s, uint32_t units) {
    for (uint32_t i = 0; i < units; i++) {
        if (!turn_step(s)) return SOTTO_OK;
    }
    return SOTTO_AGAIN;
}

int sotto_next_event(sotto *s, sotto_event *out) {
    return event_take(&s->events, out);
}

size_t sotto_pull_audio(sotto *s, int16_t *samples, size_t count) {
    uint32_t given = s->speak.held ? 0 : ring_read(&s->speak.out, samples, count > UINT32_MAX ? UINT32_MAX : (uint32_t)count);
    if (given == 0) return 0;
    uint64_t now = turn_now(s);
    speak_pulled(s, now);
    if (s->first_pull == 0) s->first_pull = now;
    s->last_pull = now;
    s->samples_out += given;
    return given;
}

/* Something to say, not too long, and UTF-8 throughout. */
static int stream_text(const sotto *s, const char *text) {
    size_t len = text ? strlen(text) : 0;
    return len > 0 && len < s->config.max_text && utf8_valid(text, len) ? SOTTO_OK : SOTTO_EARG;
}

/* A turn that begins with a text: its clock starts now. */
static int stream_begin(sotto *s, const char *text) {
    if (stream_text(s, text) != SOTTO_OK) return SOTTO_EARG;
    spans_begin_turn(&s->clock);
    s->said_ns = s->judged_ns = turn_now(s);
    return SOTTO_OK;
}

int sotto_ask(sotto *s, const char *text) {
    int able = s->remote.far || (s->think.local && s->think.mind.turns);
    if (!able || s->state != SOTTO_IDLE) return SOTTO_ESTATE;
    int code = stream_begin(s, text);
    if (code == SOTTO_OK) turn_final(s, text);
    return code;
}

int sotto_complete(sotto *s, const char *text) {
    if (!s->think.local || s->state != SOTTO_IDLE) return SOTTO_ESTATE;
    int code = stream_begin(s, text);
    return code == SOTTO_OK ? turn_complete(s, text) : code;
}

/* Phones between braces must be phones: a mistyped one would not be heard. */
static int stream_phones(const sotto *s, const char *text) {
    uint8_t phones[G2P_WORD];
    char line[LINE_BYTES];
    for (const char *open = strchr(text, '{'), *close; open && (close = strchr(open, '}')) != NULL; open = strchr(close, '{')) {
        if (phonemes_parse(open + 1, (size_t)(close - open) - 1, phones, G2P_WORD) > 0) continue;
        fmt_put(line, sizeof line, "say: %.*s: expected phones between the braces, ARPABET (HH AH0 L OW1) or IPA", (int)(close - open) + 1, open);
        if (s->config.hooks.log) s->config.hooks.log(s->config.hooks.user, line);
        return SOTTO_EARG;
    }
    return SOTTO_OK;
}

int sotto_say(sotto *s, const char *text) {
    if (!s->speak.present) return SOTTO_ESTATE;
    if (s->state != SOTTO_IDLE) return SOTTO_AGAIN;
    int code = stream_text(s, text);
    if (code == SOTTO_OK) code = stream_phones(s, text);
    if (code == SOTTO_OK) code = stream_begin(s, text);
    if (code == SOTTO_OK) turn_say(s, text);
    return code;
}

sotto_state_id sotto_state(const sotto *s) {
    return s->state;
}

void sotto_stats(const sotto *s, sotto_statistics *out) {
    memset(out, 0, sizeof *out);
    memcpy(out->turn, s->clock.last, sizeof out->turn);
    spans_percentiles(&s->clock, out->all);
    out->turns = s->clock.turns;
    out->over_budget = s->clock.over_budget;
    out->samples_in = s->samples_in;
    out->samples_out = s->samples_out;
    out->samples_dropped = s->dropped;
    out->asr_busy = s->asr_busy;
    out->asr_samples = s->asr_samples;
    out->tts_busy = s->speak.busy;
    out->tts_phones = s->speak.phones;
    out->prompt_tokens = s->think.prompt_tokens;
    out->prompt_ns = s->think.prompt_ns;
    out->reply_tokens = s->think.reply_tokens;
    out->reply_ns = s->think.reply_ns;
    out->remote_turns = s->remote.turns;
    out->remote_fallbacks = s->remote.fallbacks;
    out->remote_cuts = s->remote.cuts;
    const llm_counts *n = &s->think.mind.counts;
    out->ahead_rows = n->ahead_rows;
    out->ahead_used = n->ahead_used;
    out->ahead_picks = n->ahead_picks;
    out->picks_used = n->picks_used;
    out->ahead_ns = s->think.ahead_ns;
    out->lookup_tried = n->drafted;
    out->lookup_taken = n->accepted;
    out->replies_hits = s->replies.hits;
    out->replies_misses = s->replies.misses;
    out->told = s->think.told;
    out->prompts_hits = s->speak.kept.hits;
    out->prompts_misses = s->speak.kept.misses;
    out->margin_ns = s->speak.pace.last;
    out->margin_low_ns = s->speak.pace.lowest;
    out->underruns = s->speak.pace.underruns;
    out->underrun_ns = s->speak.pace.dry_ns;
    const constrain_stats *k = &s->think.mind.rule.stats;
    out->calls = k->calls;
    out->call_picks = k->picks;
    out->call_changed = k->changed;
    out->say_picks = k->reply_picks;
    out->say_changed = k->reply_changed;
    out->llm_busy = s->think.prompt_ns + s->think.reply_ns;
    adapter_version(s, out->llm_version, sizeof out->llm_version);
}

void sotto_memory(const sotto *s, sotto_memory_report *out) {
    *out = s->memory;
}

const char *sotto_kernels(const sotto *s) {
    return s->k->name;
}

const char *sotto_span_name(sotto_span_id id) {
    static const char *const name[SOTTO_SPANS] = {"capture",    "endpoint",     "asr.finalize",    "grammar",   "kept",
                                                  "prompt",     "llm.prefill",  "llm.first_token", "llm.ttft",  "llm.token_rate",
                                                  "tts.clause", "tts.acoustic", "vocoder.first",   "tts.first", "tts.kept",
                                                  "playback",   "first_audio",  "first_audio.net"};
    return (unsigned)id < SOTTO_SPANS ? name[id] : "?";
}

const char *sotto_strerror(int result) {
    switch (result) {
    case SOTTO_OK:
        return "ok";
    case SOTTO_AGAIN:
        return "again: busy, or nothing there yet";
    case SOTTO_EARG:
        return "an argument is out of its range";
    case SOTTO_EMODEL:
        return "a model is broken or does not fit";
    case SOTTO_EMEM:
        return "the memory block is smaller than the plan or not 64-byte aligned";
    case SOTTO_ESTATE:
        return "not possible in this state, or that stage is absent";
    default:
        return "unknown result";
    }
}

const char *sotto_version(void) {
    return SOTTO_VERSION;
}
