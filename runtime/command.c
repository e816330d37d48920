/* command: a sentence of the grammar is answered at once, without the language model: from its template, or by the tool of its name.
 *
 * The grammar is matched beside dictation on the same frames. It is accepted when its confidence is at least config.grammar_accept; what is not
 * accepted goes on as dictation, so speech that the grammar does not know is never forced into it.
 */
#include "runtime/base/fmt.h"
#include "runtime/internal.h"
#include "runtime/phrases.h"
#include <string.h>

enum { EXTRA_MS = 3000, UNBOUNDED_MS = 30000, SHORTEST_FRAME_MS = 26 }; /* beyond a turn's longest; where none is set; of a CTC frame */

static const char APOLOGY[] = "Sorry, I can't do that.";

void command_layout(command_desk *d, arena *a, const sotto_config *c) {
    memset(d, 0, sizeof *d);
    if (!c->grammar || !c->asr) return;
    d->result = ARENA_ARRAY(a, match_result, 1);
    d->text = ARENA_ARRAY(a, char, c->max_text);
    d->words[0] = ARENA_ARRAY(a, sotto_word, MATCH_SLOTS);
    d->words[1] = ARENA_ARRAY(a, sotto_word, MATCH_SLOTS);
}

const grammar *command_graph(const sotto_config *c) {
    return c->grammar && phrases_of(c->grammar)->open ? &phrases_of(c->grammar)->graph : NULL;
}

uint32_t command_frames(const sotto_config *c) {
    uint64_t ms = c->max_speech_ms ? (uint64_t)c->max_speech_ms + c->preroll_ms + EXTRA_MS : UNBOUNDED_MS, frames = ms / SHORTEST_FRAME_MS;
    return frames < MATCH_FRAMES ? (uint32_t)frames : MATCH_FRAMES;
}

static const grammar *graph_of(const sotto *s) {
    return &phrases_of(s->config.grammar)->graph;
}

/* Appends text; what does not fit is cut. */
static size_t put(char *out, size_t used, size_t cap, const char *text, size_t len) {
    if (len > cap - 1 - used) len = cap - 1 - used;
    memcpy(out + used, text, len);
    out[used + len] = 0;
    return used + len;
}

/* `order drink=latte size=small`; a word a slot says where its value stands and when it was said. */
static uint32_t command_write(const sotto *s, sotto_word *words) {
    const command_desk *d = &s->command;
    const match_result *r = d->result;
    const size_t cap = s->config.max_text;
    grammar_text name = grammar_intent_name(graph_of(s), r->intent);
    size_t used = put(d->text, 0, cap, name.at, name.len);
    uint64_t zero = s->listen.first_frame * 1000 / HOPS_A_SECOND;
    for (uint32_t i = 0; i < r->slots; i++) {
        const match_slot *x = &r->slot[i];
        used = put(d->text, used, cap, " ", 1);
        used = put(d->text, used, cap, x->name.at, x->name.len);
        used = put(d->text, used, cap, "=", 1);
        uint32_t at = (uint32_t)used;
        used = put(d->text, used, cap, x->value, strlen(x->value));
        words[i] = (sotto_word){
            .begin_ms = zero + x->begin_ms, .end_ms = zero + x->end_ms, .at = at, .len = (uint32_t)used - at, .confidence = x->confidence};
    }
    return r->slots;
}

int command_judge(sotto *s) {
    command_desk *d = &s->command;
    if (!s->config.grammar || !asr_command(&s->listen.ear, d->result)) return 0;
    if (d->result->confidence < s->config.grammar_accept) return 0;
    sotto_word *words = d->words[d->count++ % 2];
    uint32_t count = command_write(s, words);
    sotto_event *e = event_raise(&s->events, SOTTO_EV_INTENT, turn_now(s), d->text);
    e->words = words;
    e->word_count = count;
    e->confidence = d->result->confidence;
    return 1;
}

uint32_t command_words(const sotto *s, sotto_word *to, uint32_t room) {
    const match_result *r = s->command.result;
    uint64_t zero = s->listen.first_frame * 1000 / HOPS_A_SECOND;
    uint32_t count = r->words < room ? r->words : room;
    for (uint32_t i = 0; i < count; i++) {
        const match_word *w = &r->word[i];
        to[i] = (sotto_word){.begin_ms = zero + w->begin_ms, .end_ms = zero + w->end_ms, .at = w->at, .len = w->len, .confidence = w->confidence};
    }
    return count;
}

/* ---- the tool ---- */

/* Calls the tool of the intent's name with the slots. 0 and the result; else it could not be done. */
static int command_call(const sotto *s, char *result, size_t cap) {
    const match_result *r = s->command.result;
    char names[LINE_BYTES * 2];
    sotto_call call = {.name = names};
    grammar_text name = grammar_intent_name(graph_of(s), r->intent);
    size_t used = put(names, 0, sizeof names, name.at, name.len) + 1;
    result[0] = 0;
    if (!s->config.hooks.tool) return -1;
    for (uint32_t i = 0; i < r->slots && i < SOTTO_TOOL_ARGS && used + r->slot[i].name.len + 1 < sizeof names; i++) {
        call.arg[call.count++] = (sotto_tool_arg){names + used, r->slot[i].value};
        used = put(names, used, sizeof names, r->slot[i].name.at, r->slot[i].name.len) + 1;
    }
    int code = s->config.hooks.tool(s->config.hooks.user, &call, result, cap);
    result[cap - 1] = 0;
    return code;
}

static int command_tool(sotto *s, char *result, size_t cap) {
    event_raise(&s->events, SOTTO_EV_TOOL_CALL, turn_now(s), s->command.text);
    int failed = command_call(s, result, cap);
    event_raise(&s->events, SOTTO_EV_TOOL_RESULT, turn_now(s), result);
    return failed || strncmp(result, "error", 5) == 0 ? -1 : 0;
}

/* ---- the answer ---- */

/* Value of `name`: a slot's, or the tool's result. NULL: it was not said. */
static const char *value_of(const match_result *r, grammar_text name, const char *result) {
    for (uint32_t i = 0; i < r->slots; i++)
        if (r->slot[i].name.len == name.len && memcmp(r->slot[i].name.at, name.at, name.len) == 0) return r->slot[i].value;
    return name.len == 6 && memcmp(name.at, "result", 6) == 0 ? result : NULL;
}

/* Writes a template from `at` up to `end` or its closing bracket; *whole is 0 when a slot in it was not said. Returns the bytes used. */
static size_t command_fill(const sotto *s, const char **at, const char *end, const char *result, char *out, size_t used, int *whole) {
    const size_t cap = s->config.max_text;
    while (*at < end && **at != ']') {
        const char *from = (*at)++, *close = memchr(from, '}', (size_t)(end - from));
        if (*from == '{' && close) {
            const char *value = value_of(s->command.result, (grammar_text){from + 1, (uint32_t)(close - from - 1)}, result);
            if (value) used = put(out, used, cap, value, strlen(value));
            *whole &= value != NULL;
            *at = close + 1;
        } else if (*from == '[') {
            int all = 1;
            size_t inside = command_fill(s, at, end, result, out, used, &all);
            if (all) used = inside;
            *at += *at < end;
        } else {
            used = put(out, used, cap, from, 1);
        }
    }
    out[used] = 0;
    return used;
}

void command_answer(sotto *s) {
    command_desk *d = &s->command;
    const grammar *g = graph_of(s);
    char result[LINE_BYTES] = "", call[TOOL_TEXT] = "";
    uint64_t from = turn_now(s);
    int whole = 1, failed = 0;
    grammar_text name = grammar_intent_name(g, d->result->intent);
    if (name.len == 6 && memcmp(name.at, "repeat", 6) == 0 && s->last_reply[0]) {
        turn_say(s, s->last_reply);
        return;
    }
    grammar_text answer = grammar_intent_answer(g, d->result->intent);
    if (!answer.at || grammar_intent_is_tool(g, d->result->intent)) {
        put(call, 0, sizeof call, d->text, strlen(d->text));
        failed = command_tool(s, result, sizeof result);
    }
    if (failed) answer = (grammar_text){APOLOGY, sizeof APOLOGY - 1};
    if (!answer.at) answer = strcmp(result, "ok") == 0 ? (grammar_text){"Okay.", 5} : (grammar_text){"{result}", 8};
    const char *at = answer.at;
    command_fill(s, &at, answer.at + answer.len, result, d->text, 0, &whole);
    spans_set(&s->clock, SOTTO_GRAMMAR, from, turn_now(s));
    turn_say(s, d->text[0] ? d->text : "Okay.");
    early_tell(s, d->result->said, call[0] && !failed ? call : NULL, result, s->reply);
}
