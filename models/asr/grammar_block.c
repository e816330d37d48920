/* grammar_block: intent and tool blocks: the head's constants and answer are checked, each indented line is a template (see grammar.h). */
#include "models/asr/grammar_parts.h"
#include <string.h>

static void template_line(grammar_place *p, uint32_t end, uint32_t to) {
    uint32_t begin = p->at;
    p->end = end;
    int empty = grammar_template(p, NODE_START, to);
    if (!p->failed && p->at != end) grammar_fail(p, p->at, "expected a word, a group, {list}, <rule> or the end of the line");
    if (!p->failed && empty) grammar_fail(p, begin, "expected a template that cannot be said without a word");
    p->g->templates++;
}

/* The rest of an intent's line holds only constants and an answer. */
static void check_head(grammar_place *p, uint32_t intent) {
    const grammar *g = p->g;
    uint32_t at = g->intent[intent], end = grammar_line_end(g, at);
    grammar_text last = grammar_intent_answer(g, intent), key, value;
    if (!last.at) {
        last = grammar_intent_name(g, intent);
        for (uint32_t i = 0; grammar_intent_constant(g, intent, i, &key, &value); i++) last = value;
    }
    at = (uint32_t)(last.at - g->text) + last.len;
    if (at < end && g->text[at] == '"') at++;
    while (at < end && strchr(" \t\r", g->text[at])) at++;
    if (at < end) grammar_fail(p, at, "expected key=value or an answer in quotes after the name");
    for (uint32_t i = 0; !p->failed && grammar_intent_constant(g, intent, i, &key, &value); i++)
        if (value.len == 0) grammar_fail(p, (uint32_t)(value.at - g->text), "expected a value after =");
}

static void block(grammar_place *p, uint32_t intent) {
    grammar *g = p->g;
    uint32_t line = g->intent[intent], end = grammar_body_end(g, line), to = grammar_node(p), before = g->templates;
    check_head(p, intent);
    for (uint32_t at = grammar_line_end(g, line); at < end && !p->failed;) {
        uint32_t stop = grammar_line_end(g, at);
        p->at = at;
        p->end = stop;
        grammar_space(p);
        if (p->at < stop) template_line(p, stop, to);
        at = stop;
        while (at < end && g->text[at] != '\n') at++;
        at++;
    }
    if (g->templates == before && !p->failed) grammar_fail(p, line, "expected indented templates below");
    grammar_step(p, to, NODE_END, GRAMMAR_LABEL(LABEL_INTENT, intent));
}

void grammar_parse(grammar_place *p) {
    p->net->arcs = 0;
    p->net->nodes = NODE_FIRST;
    p->g->slots = p->g->templates = 0;
    for (uint32_t i = 0; i < p->g->intents && !p->failed; i++) block(p, i);
}
