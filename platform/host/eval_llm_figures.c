/* eval_llm_figures: see eval_llm.h. Rates are ratios of sums over the rows of a slice; what has no case is not measured (NAN).
 *
 * The interval is the 2.5th to 97.5th percentile over 1,000 bootstrap draws of rows from a fixed seed (Bisani & Ney 2004), in pairs for two models.
 */
#include "platform/host/eval_llm.h"
#include "platform/host/eval_noise.h"
#include "platform/host/eval_stat.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DRAWS = 1000 };

const metric_row LLM_METRIC_TABLE[LLM_METRICS] = {
    {"rows", "turns"},
    {"exact", "share of rows with exactly an accepted call, or rightly none"},
    {"exact_low", "its 95 % interval"},
    {"exact_high", "its 95 % interval"},
    {"calls_wanted", "rows that want a tool"},
    {"exact_calls", "share of those with exactly an accepted call"},
    {"tool", "share of rows with the right tool, or rightly none"},
    {"reach", "share of rows where what was heard (or said) holds the words of an accepted call: a model that copies cannot do better"},
    {"slot_precision", "right slots / slots of the calls made"},
    {"slot_recall", "right slots / slots of the calls wanted"},
    {"slot_f1", "2 P R / (P + R)"},
    {"out", "rows that want no tool"},
    {"rejection", "share of those where none was called"},
    {"false_rejection", "share of rows that want a tool where none was called"},
    {"malformed", "share of calls that the runtime refused"},
    {"changed", "share of the tokens of calls and of replies to a result that the constraint changed"},
    {"faithful_calls", "share of calls all of whose free values are words that the user said or a tool answered"},
    {"faithful_replies", "share of replies all of whose numbers the user said or a tool answered, of those with a number"},
    {"reply_words", "mean"},
    {"reply_words_p95", "95th percentile"},
    {"tokens", "generated for a turn, mean; call and reply"},
    {"decode", "tokens generated a second"},
    {"prefill", "prompt tokens a second"},
    {"first_p50", "turn begun to first token, ms"},
    {"first_p95", "the same"},
    {"speech_p50", "turn begun to first piece of the reply, ms; a call and its result come before it"},
    {"speech_p95", "the same"},
    {"wer", "word error rate of what was heard (--asr)"},
    {"heard", "share of rows heard without a wrong word"},
    {"model_bytes", "of the model file"},
    {"arena_bytes", "of the runtime's block"},
};

int llm_metric_find(const char *name, size_t len) {
    for (int i = 0; i < LLM_METRICS; i++) {
        if (strlen(LLM_METRIC_TABLE[i].name) == len && memcmp(LLM_METRIC_TABLE[i].name, name, len) == 0) return i;
    }
    return -1;
}

void llm_interval(double *low, double *high, const llm_measure *a, const llm_measure *b, const uint32_t *index, uint32_t n) {
    uint64_t state = 1;
    double rate[DRAWS];
    signed char *exact = malloc(n + 1); /* -1 to 1 a row: small, for it is read in no order */
    *low = *high = (double)NAN;
    if (!exact) return;
    for (uint32_t i = 0; i < n; i++) exact[i] = (signed char)(a[index[i]].call.exact - (b ? b[index[i]].call.exact : 0));
    for (int d = 0; d < DRAWS; d++) {
        long sum = 0;
        for (uint32_t i = 0; i < n; i++) sum += exact[noise_next(&state) % n];
        rate[d] = (double)sum / n;
    }
    free(exact);
    stat_sort(rate, DRAWS);
    *low = stat_percentile(rate, DRAWS, 0.025);
    *high = stat_percentile(rate, DRAWS, 0.975);
}

typedef struct totals {
    double exact, reach, wanted, exact_calls, tool, want, got, right, rejected, lost, calls, malformed, faithful;
    double replies, numbered, faithful_replies, words, tokens, prompt_tokens, prompt_s, made_tokens, made_s;
    double scored, said, errors, perfect, picks, changed;
} totals;

static void add_call(totals *t, const llm_measure *m) {
    const call_score *c = &m->call;
    t->exact += c->exact, t->reach += m->reach, t->tool += c->tool, t->want += c->want, t->got += c->got, t->right += c->right;
    t->wanted += c->wants, t->exact_calls += c->wants && c->exact;
    t->rejected += !c->wants && !c->calls, t->lost += c->wants && !c->calls;
    t->calls += c->calls, t->malformed += m->malformed, t->faithful += m->faithful;
}

static totals add_up(const llm_task *t, const llm_measure *m, const uint32_t *index, uint32_t n) {
    totals s = {0};
    for (uint32_t i = 0; i < n; i++) {
        const llm_measure *x = &m[index[i]];
        const llm_row *r = &t->row[index[i]];
        add_call(&s, x);
        s.replies += x->replied, s.numbered += x->numbered, s.faithful_replies += x->numbered && x->faithful_reply;
        s.words += x->words, s.tokens += x->tokens;
        s.prompt_tokens += x->prompt_tokens, s.prompt_s += x->prompt_s, s.made_tokens += x->made_tokens, s.made_s += x->made_s;
        s.picks += x->picks, s.changed += x->changed;
        s.scored += r->scored, s.said += r->heard.words, s.errors += r->heard.word_errors;
        s.perfect += r->scored && r->heard.word_errors == 0;
    }
    return s;
}

/* Percentiles; `room` takes n values. */
static void spreads(llm_figures *f, const llm_measure *m, const uint32_t *index, uint32_t n, double *room) {
    uint32_t k = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (m[index[i]].replied) room[k++] = m[index[i]].words;
    }
    stat_sort(room, k);
    f->of[LLM_REPLY_WORDS_P95] = stat_percentile(room, k, 0.95);
    for (uint32_t i = k = 0; i < n; i++) {
        if (m[index[i]].first_ms >= 0) room[k++] = m[index[i]].first_ms;
    }
    stat_sort(room, k);
    f->of[LLM_FIRST_P50] = stat_percentile(room, k, 0.5);
    f->of[LLM_FIRST_P95] = stat_percentile(room, k, 0.95);
    for (uint32_t i = k = 0; i < n; i++) {
        if (m[index[i]].speech_ms >= 0) room[k++] = m[index[i]].speech_ms;
    }
    stat_sort(room, k);
    f->of[LLM_SPEECH_P50] = stat_percentile(room, k, 0.5);
    f->of[LLM_SPEECH_P95] = stat_percentile(room, k, 0.95);
}

void llm_figures_of(llm_figures *f, const llm_task *t, const llm_measure *m, const uint32_t *index, uint32_t n) {
    totals s = add_up(t, m, index, n);
    double precision = stat_ratio(s.right, s.got), recall = stat_ratio(s.right, s.want);
    for (int i = 0; i < LLM_METRICS; i++) f->of[i] = (double)NAN;
    f->of[LLM_ROWS] = n;
    f->of[LLM_EXACT] = stat_ratio(s.exact, n);
    f->of[LLM_CALLS_WANTED] = s.wanted;
    f->of[LLM_EXACT_CALLS] = stat_ratio(s.exact_calls, s.wanted);
    f->of[LLM_TOOL] = stat_ratio(s.tool, n);
    f->of[LLM_REACH] = stat_ratio(s.reach, n);
    f->of[LLM_SLOT_PRECISION] = precision;
    f->of[LLM_SLOT_RECALL] = recall;
    f->of[LLM_SLOT_F1] = stat_ratio(2 * s.right, s.want + s.got);
    f->of[LLM_OUT] = n - s.wanted;
    f->of[LLM_REJECTION] = stat_ratio(s.rejected, n - s.wanted);
    f->of[LLM_FALSE_REJECTION] = stat_ratio(s.lost, s.wanted);
    f->of[LLM_MALFORMED] = stat_ratio(s.malformed, s.calls);
    f->of[LLM_CHANGED] = stat_ratio(s.changed, s.picks);
    f->of[LLM_FAITHFUL_CALLS] = stat_ratio(s.faithful, s.calls);
    f->of[LLM_FAITHFUL_REPLIES] = stat_ratio(s.faithful_replies, s.numbered);
    f->of[LLM_REPLY_WORDS] = stat_ratio(s.words, s.replies);
    f->of[LLM_TOKENS] = stat_ratio(s.tokens, n);
    f->of[LLM_DECODE] = stat_ratio(s.made_tokens, s.made_s);
    f->of[LLM_PREFILL] = stat_ratio(s.prompt_tokens, s.prompt_s);
    f->of[LLM_HEARD_WER] = stat_ratio(s.errors, s.said);
    f->of[LLM_HEARD_PERFECT] = stat_ratio(s.perfect, s.scored);
    llm_interval(&f->of[LLM_EXACT_LOW], &f->of[LLM_EXACT_HIGH], m, NULL, index, n);
    double *room = malloc((n + 1) * sizeof *room);
    if (room) spreads(f, m, index, n, room);
    free(room);
}
