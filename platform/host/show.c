/* show: see show.h. */
#include "platform/host/show.h"
#include "platform/show_text.h"
#include "runtime/base/utf8.h"
#include <string.h>
#include <unistd.h>

/* Bytes that are not UTF-8 (in a file's name, say) become U+FFFD: JSON is UTF-8. */
void show_json_text(FILE *to, const char *text) {
    char out[4];
    uint32_t code;
    fputc('"', to);
    for (size_t left = strlen(text), used; left > 0; text += used, left -= used) {
        used = utf8_decode(text, left, &code);
        if (code == '"' || code == '\\')
            fprintf(to, "\\%c", (char)code);
        else if (code < 0x20)
            fprintf(to, "\\u%04x", (unsigned)code);
        else
            fwrite(out, 1, utf8_encode(code, out), to);
    }
    fputc('"', to);
}

static void put_file(void *user, const char *bytes, size_t count) {
    fwrite(bytes, 1, count, user);
}

static show_out to_file(FILE *to) {
    return (show_out){.put = put_file, .user = to, .colour = isatty(fileno(to)), .unit = "ms"};
}

void show_event(FILE *to, const sotto_event *e) {
    const show_out o = to_file(to);
    show_text_event(&o, e);
}

void show_event_json(FILE *to, const sotto_event *e) {
    fprintf(to, "{\"event\":\"%s\",\"time_ms\":%.3f,\"text\":", show_event_name[e->type], (double)e->time / 1e6);
    show_json_text(to, e->text);
    if (e->type == SOTTO_EV_INTENT) fprintf(to, ",\"confidence\":%.3f", (double)e->confidence);
    if (e->word_count) fprintf(to, e->type == SOTTO_EV_INTENT ? ",\"values\":[" : ",\"words\":[");
    for (uint32_t i = 0; i < e->word_count; i++) {
        const sotto_word *w = &e->words[i];
        char word[128] = "";
        memcpy(word, e->text + w->at, w->len < sizeof word - 1 ? w->len : sizeof word - 1);
        fprintf(to, "%s{\"word\":", i ? "," : "");
        show_json_text(to, word);
        fprintf(to, ",\"begin_ms\":%llu,\"end_ms\":%llu,\"confidence\":%.3f}", (unsigned long long)w->begin_ms, (unsigned long long)w->end_ms,
                (double)w->confidence);
    }
    fprintf(to, "%s}\n", e->word_count ? "]" : "");
    fflush(to);
}

/* How far the sound was ahead of the loudspeaker: of the last reply and of all. null: nothing was made after the first pull. */
static void show_pace_json(FILE *to, const sotto_statistics *s) {
    fprintf(to, "\"tts\":{\"margin_min_ms\":");
    if (s->margin_ns == INT64_MAX)
        fprintf(to, "null");
    else
        fprintf(to, "%.3f", (double)s->margin_ns / 1e6);
    if (s->margin_low_ns != INT64_MAX) fprintf(to, ",\"margin_low_ms\":%.3f", (double)s->margin_low_ns / 1e6);
    fprintf(to, ",\"underruns\":%llu,\"underrun_ms\":%.3f,\"prompts_hits\":%llu,\"prompts_misses\":%llu}", (unsigned long long)s->underruns,
            (double)s->underrun_ns / 1e6, (unsigned long long)s->prompts_hits, (unsigned long long)s->prompts_misses);
}

void show_stages(FILE *to, const sotto_statistics *s, const uint64_t *budget_ns) {
    const show_out o = to_file(to);
    show_text_stages(&o, s, budget_ns);
}

static void show_budgets_json(FILE *to, const sotto_statistics *s, const uint64_t *budget_ns) {
    fprintf(to, "\"spans\":{");
    for (int i = 0, first = 1; i < SOTTO_SPANS; i++) {
        const sotto_span *x = &s->turn[i];
        if (x->begin == 0) continue;
        fprintf(to, "%s\"%s\":{\"ms\":%.3f,\"busy_ms\":%.3f,\"steps\":%u,\"budget_ms\":%.3f,\"over\":%s}", first ? "" : ",",
                sotto_span_name((sotto_span_id)i), (double)show_span_cost(x, i) / 1e6, (double)x->busy / 1e6, x->steps, (double)budget_ns[i] / 1e6,
                x->over ? "true" : "false");
        first = 0;
    }
    fprintf(to, "}");
}

static uint64_t remote_total(const sotto_statistics *s) {
    return s->remote_turns + s->remote_fallbacks + s->remote_cuts;
}

static void show_remote_json(FILE *to, const sotto_statistics *s) {
    fprintf(to, "\"remote\":{\"turns\":%llu,\"fallbacks\":%llu,\"cuts\":%llu}", (unsigned long long)s->remote_turns,
            (unsigned long long)s->remote_fallbacks, (unsigned long long)s->remote_cuts);
}

static void show_early_json(FILE *to, const sotto_statistics *s) {
    const struct {
        const char *name;
        uint64_t value;
    } row[] = {{"rows", s->ahead_rows},           {"rows_used", s->ahead_used},          {"picks", s->ahead_picks},
               {"picks_used", s->picks_used},     {"lookup", s->lookup_tried},           {"lookup_taken", s->lookup_taken},
               {"replies_hits", s->replies_hits}, {"replies_misses", s->replies_misses}, {"told", s->told}};
    fprintf(to, "\"early\":{");
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) fprintf(to, "\"%s\":%llu,", row[i].name, (unsigned long long)row[i].value);
    fprintf(to, "\"ms\":%.3f}", (double)s->ahead_ns / 1e6);
}

void show_turn_json(FILE *to, const sotto_statistics *s, const uint64_t *budget_ns, const char *transcript, const char *reply) {
    fprintf(to, "{\"turn\":%llu,", (unsigned long long)s->turns);
    if (s->llm_version[0]) {
        fprintf(to, "\"llm\":");
        show_json_text(to, s->llm_version);
        fputc(',', to);
    }
    fprintf(to, "\"transcript\":");
    show_json_text(to, transcript);
    fprintf(to, ",\"reply\":");
    show_json_text(to, reply);
    fputc(',', to);
    show_budgets_json(to, s, budget_ns);
    fputc(',', to);
    show_early_json(to, s);
    fputc(',', to);
    show_pace_json(to, s);
    if (remote_total(s)) {
        fputc(',', to);
        show_remote_json(to, s);
    }
    fprintf(to, "}\n");
    fflush(to);
}

void show_percentiles(FILE *to, const sotto_statistics *s, const uint64_t *budget_ns) {
    fprintf(to, "%-18s %6s %10s %10s %10s %10s %10s\n", "stage", "turns", "p50 ms", "p95 ms", "p99 ms", "max ms", "budget ms");
    for (int i = 0; i < SOTTO_SPANS; i++) {
        const sotto_percentiles *p = &s->all[i];
        if (!p->count) continue;
        fprintf(to, "%-18s %6llu %10.3f %10.3f %10.3f %10.3f", sotto_span_name((sotto_span_id)i), (unsigned long long)p->count, (double)p->p50 / 1e6,
                (double)p->p95 / 1e6, (double)p->p99 / 1e6, (double)p->max / 1e6);
        if (budget_ns[i]) fprintf(to, " %10.1f %s", (double)budget_ns[i] / 1e6, p->p95 > budget_ns[i] ? "OVER" : "ok");
        fputc('\n', to);
    }
}

void show_percentiles_json(FILE *to, const sotto_statistics *s, const uint64_t *budget_ns) {
    fprintf(to, "\"stages\":{");
    for (int i = 0, first = 1; i < SOTTO_SPANS; i++) {
        const sotto_percentiles *p = &s->all[i];
        if (!p->count) continue;
        fprintf(to, "%s\"%s\":{\"turns\":%llu,\"p50_ms\":%.4f,\"p95_ms\":%.4f,\"p99_ms\":%.4f,\"max_ms\":%.4f,\"budget_ms\":%.3f}", first ? "" : ",",
                sotto_span_name((sotto_span_id)i), (unsigned long long)p->count, (double)p->p50 / 1e6, (double)p->p95 / 1e6, (double)p->p99 / 1e6,
                (double)p->max / 1e6, (double)budget_ns[i] / 1e6);
        first = 0;
    }
    fprintf(to, "}");
}

static double ratio(uint64_t a, uint64_t b) {
    return b ? (double)a / (double)b : 0;
}

static void show_early(FILE *to, const sotto_statistics *s) {
    typedef unsigned long long n;
    if (s->ahead_rows)
        fprintf(to, "ahead of the turn: %llu of %llu user tokens were of use, %llu of %llu picked tokens, %.1f ms\n", (n)s->ahead_used,
                (n)s->ahead_rows, (n)s->picks_used, (n)s->ahead_picks, (double)s->ahead_ns / 1e6);
    if (s->lookup_tried) fprintf(to, "prompt lookup: %llu of %llu tokens taken\n", (n)s->lookup_taken, (n)s->lookup_tried);
    if (s->replies_hits)
        fprintf(to, "kept answers: %llu of %llu questions that stand alone\n", (n)s->replies_hits, (n)(s->replies_hits + s->replies_misses));
}

void show_rates(FILE *to, const sotto_statistics *s) {
    fprintf(to, "asr RTF %.4f   tts RTF %.4f   prefill %.0f tok/s   decode %.0f tok/s\n", ratio(s->asr_busy, s->asr_samples * 62500),
            ratio(s->tts_busy, s->samples_out * 62500), 1e9 * ratio(s->prompt_tokens, s->prompt_ns), 1e9 * ratio(s->reply_tokens, s->reply_ns));
    const show_out o = to_file(to);
    show_text_pace(&o, s->margin_low_ns, s);
    show_early(to, s);
    if (remote_total(s))
        fprintf(to, "server: %llu turns, %llu answered otherwise after a failure, %llu cut\n", (unsigned long long)s->remote_turns,
                (unsigned long long)s->remote_fallbacks, (unsigned long long)s->remote_cuts);
}

void show_rates_json(FILE *to, const sotto_statistics *s) {
    fprintf(to, "\"asr_rtf\":%.5f,\"tts_rtf\":%.5f,\"prefill_tok_s\":%.1f,\"decode_tok_s\":%.1f", ratio(s->asr_busy, s->asr_samples * 62500),
            ratio(s->tts_busy, s->samples_out * 62500), 1e9 * ratio(s->prompt_tokens, s->prompt_ns), 1e9 * ratio(s->reply_tokens, s->reply_ns));
    fputc(',', to);
    show_early_json(to, s);
    fputc(',', to);
    show_pace_json(to, s);
    if (remote_total(s)) {
        fputc(',', to);
        show_remote_json(to, s);
    }
}
