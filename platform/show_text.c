/* show_text: see show_text.h. */
#include "platform/show_text.h"
#include "runtime/base/fmt.h"
#include <string.h>

const char *const show_event_name[] = {"speech-start", "speech-end", "partial",  "final",  "tool-call", "tool-result", "reply",
                                       "audio",        "turn-done",  "overload", "intent", "word",      "word-end"};

void show_put(const show_out *o, const char *text) {
    o->put(o->user, text, strlen(text));
}

void show_putf(const show_out *o, const char *format, ...) {
    char line[SHOW_LINE];
    va_list args;
    va_start(args, format);
    o->put(o->user, line, fmt_putv(line, sizeof line, format, args));
    va_end(args);
}

/* A column: `width` wide, to the left when it is negative. */
static void put_cell(const show_out *o, int width, const char *text) {
    static const char blank[] = "                    ";
    size_t want = (size_t)(width < 0 ? -width : width), len = strlen(text);
    size_t pad = len < want ? want - len : 0;
    if (width > 0) o->put(o->user, blank, pad);
    o->put(o->user, text, len);
    if (width < 0) o->put(o->user, blank, pad);
}

static void put_ms(const show_out *o, int digits, uint64_t ns) {
    char text[32];
    fmt_put(text, sizeof text, digits == 1 ? "%.1f" : "%.2f", (double)ns / 1e6);
    put_cell(o, 11, text);
}

static void put_count(const show_out *o, int width, uint64_t n) {
    char text[32];
    fmt_put(text, sizeof text, "%llu", (unsigned long long)n);
    put_cell(o, width, text);
}

static const char *event_colour(sotto_event_type type) {
    switch (type) {
    case SOTTO_EV_INTENT:
    case SOTTO_EV_FINAL:
        return "\033[1;36m";
    case SOTTO_EV_TOOL_CALL:
        return "\033[33m";
    case SOTTO_EV_TURN_DONE:
        return "\033[1;32m";
    case SOTTO_EV_OVERLOAD:
        return "\033[1;31m";
    default:
        return "\033[2m";
    }
}

void show_text_event(const show_out *o, const sotto_event *e) {
    if (o->colour) show_put(o, event_colour(e->type));
    put_cell(o, -12, show_event_name[e->type]);
    if (o->colour) show_put(o, "\033[0m");
    show_put(o, " ");
    show_put(o, e->text);
    if (e->type == SOTTO_EV_INTENT) show_putf(o, " (%.2f)", (double)e->confidence);
    if (e->type == SOTTO_EV_WORD_END) show_putf(o, " (%.2f-%.2f)", (double)e->words[0].begin_ms / 1e3, (double)e->words[0].end_ms / 1e3);
    show_put(o, "\n");
}

uint64_t show_span_cost(const sotto_span *s, int id) {
    if (id == SOTTO_LLM_TOKENS) return s->steps ? s->busy / s->steps : 0;
    return s->end - s->begin;
}

void show_text_pace(const show_out *o, int64_t margin_ns, const sotto_statistics *s) {
    typedef unsigned long long n;
    if (margin_ns != INT64_MAX)
        show_putf(o, "sound ahead of the loudspeaker: least %.1f %s, underruns %llu of %.0f %s\n", (double)margin_ns / 1e6, o->unit, (n)s->underruns,
                  (double)s->underrun_ns / 1e6, o->unit);
    if (s->prompts_hits) show_putf(o, "kept sound: %llu of %llu short replies\n", (n)s->prompts_hits, (n)(s->prompts_hits + s->prompts_misses));
}

/* Spans that measure the world's time and not work. */
static int is_wait(int span) {
    return span == SOTTO_CAPTURE || span == SOTTO_ENDPOINT || span == SOTTO_PLAYBACK || span >= SOTTO_FIRST_AUDIO;
}

static void put_stage(const show_out *o, const sotto_span *x, int span, uint64_t budget_ns) {
    put_cell(o, -18, sotto_span_name((sotto_span_id)span));
    if (x->begin == 0) {
        put_cell(o, 11, "-");
        show_put(o, "\n");
        return;
    }
    put_ms(o, 2, show_span_cost(x, span));
    put_ms(o, 2, x->busy);
    if (o->counts && !is_wait(span)) put_count(o, 13, x->busy >> o->count_shift);
    if (o->counts && is_wait(span)) put_cell(o, 13, "-");
    put_count(o, 8, x->steps);
    if (budget_ns) {
        put_ms(o, 1, budget_ns);
        show_put(o, x->over ? " OVER" : " ok");
    }
    show_put(o, "\n");
}

void show_text_stages(const show_out *o, const sotto_statistics *s, const uint64_t *budget_ns) {
    put_cell(o, -18, "stage");
    put_cell(o, 11, "time ms");
    put_cell(o, 11, "work ms");
    if (o->counts) put_cell(o, 13, "instructions");
    put_cell(o, 8, "steps");
    put_cell(o, 11, "budget ms");
    show_put(o, "\n");
    for (int i = 0; i < SOTTO_SPANS; i++) put_stage(o, &s->turn[i], i, budget_ns[i]);
    show_text_pace(o, s->margin_ns, s);
}

static void put_rate(const show_out *o, const char *what, uint64_t busy_ns, uint64_t of, uint64_t per) {
    if (of) show_putf(o, "%s %.3f M instructions\n", what, (double)(busy_ns >> o->count_shift) * (double)per / (double)of / 1e6);
}

void show_text_counts(const show_out *o, const sotto_statistics *s) {
    put_rate(o, "a second of sound heard:", s->asr_busy, s->asr_samples, SOTTO_RATE);
    put_rate(o, "a token taken in:", s->prompt_ns, s->prompt_tokens, 1);
    put_rate(o, "a token said:", s->reply_ns, s->reply_tokens, 1);
    put_rate(o, "a second of sound spoken:", s->tts_busy, s->samples_out, SOTTO_RATE);
}
