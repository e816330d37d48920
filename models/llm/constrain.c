/* constrain: the automaton (see constrain.h); picking is in constrain_pick.c.
 *
 * rest(state) = fewest bytes to a valid end, or NEVER. In a tool's name: its remaining letters and what its arguments need. In a word: the
 * shortest way to finish it as a word of the value, or as the name of an argument, and what the arguments not yet begun need.
 */
#include "models/llm/constrain.h"
#include "models/llm/tok_index.h"
#include <string.h>

enum { NEVER = 1 << 20 };
static const char FRESH[] = "";

static int least(int a, int b) {
    return a < b ? a : b;
}

static int begins(const char *name, const char *text, size_t len) {
    return strncmp(name, text, len) == 0;
}

/* ---- what the vocabulary can spell ---- */

static int one_token(const tokenizer *t, uint8_t byte) {
    char c = (char)byte;
    if (t->byte_piece[byte] != TOK_NONE) return 1;
    if (t->kind == TOK_BPE || byte >= 0x80) return 0;
    return c == ' ' ? tok_lookup(t, "\xe2\x96\x81", 3) != TOK_NONE : tok_lookup(t, &c, 1) != TOK_NONE;
}

/* Bytes from 0x80 only all together: a character may then be cut anywhere. */
static void find_spelling(constrain *c) {
    int high = 1;
    memset(c->spell, 0, sizeof c->spell);
    c->plain = 1;
    for (uint32_t b = ' '; b < 0x7f; b++) c->plain &= one_token(c->tok, (uint8_t)b);
    for (uint32_t b = 0x80; b < 0x100; b++) high &= one_token(c->tok, (uint8_t)b);
    for (uint32_t b = ' '; b < 0x100; b++)
        if (b < 0x7f ? one_token(c->tok, (uint8_t)b) : b > 0x7f && high) c->spell[b / 8] |= (uint8_t)(1u << b % 8);
}

static void find_leads(constrain *c) {
    char bytes[TOK_PIECE_MAX];
    for (uint32_t id = 0; id < c->tok->count; id++) c->lead[id] = tok_decode(c->tok, bytes, id) ? (uint8_t)bytes[0] : 0;
}

static int can_spell_bytes(const constrain *c, const char *text, size_t len) {
    for (size_t i = 0; i < len && !c->plain; i++)
        if (!(c->spell[(uint8_t)text[i] / 8] >> (uint8_t)text[i] % 8 & 1)) return 0;
    return 1;
}

static int can_spell(const constrain *c, const char *text) {
    return can_spell_bytes(c, text, strlen(text));
}

void constrain_layout(constrain *c, arena *a, const tokenizer *tok, const tool_set *tools, uint32_t flags, uint32_t max_text) {
    memset(c, 0, sizeof *c);
    c->tok = tok;
    c->tools = *tools;
    c->flags = flags;
    c->max_text = max_text;
    c->now = &c->place[0];
    c->lead = flags ? ARENA_ARRAY(a, uint8_t, tok->count) : NULL;
    for (uint32_t i = 0; i < 2 && flags; i++) {
        said_layout(&c->place[i].words, a, max_text, c->spell);
        c->place[i].user = ARENA_ARRAY(a, char, (size_t)max_text + 1);
        c->place[i].text = ARENA_ARRAY(a, char, CONSTRAIN_TEXT);
    }
    if (!a->base || a->failed) return;
    find_spelling(c);
    if (flags) find_leads(c);
}

static void clear_place(const constrain *c, constrain_place *p) {
    if (c->flags) {
        said_reset(&p->words);
        memset(p->user, 0, (size_t)c->max_text + 1);
        memset(p->text, 0, CONSTRAIN_TEXT);
    }
    p->heard = p->told = 0;
    p->shortest[0] = p->shortest[1] = -1;
    memset(&p->at, 0, sizeof p->at);
    memset(p->run, 0, sizeof p->run);
    p->run_len = 0;
}

void constrain_reset(constrain *c) {
    c->now = &c->place[0];
    clear_place(c, &c->place[0]);
    clear_place(c, &c->place[1]);
    memset(&c->stats, 0, sizeof c->stats);
}

void constrain_copy(constrain *c, const char *user) {
    constrain_place *to = &c->place[1];
    const constrain_place *from = &c->place[0];
    constrain_place own = *to;
    if (!c->flags) return;
    *to = *from;
    to->words = own.words;
    to->user = own.user;
    to->text = own.text;
    memcpy(to->text, from->text, TOOL_TEXT);
    said_copy(&to->words, &from->words);
    memcpy(to->user, from->user, (size_t)c->max_text + 1);
    if (!user) return;
    c->now = to;
    constrain_user(c, user);
    c->now = &c->place[0];
}

void constrain_ahead(constrain *c, int ahead) {
    c->now = &c->place[ahead != 0];
}

/* ---- what is said ---- */

void constrain_user(constrain *c, const char *text) {
    if (!c->flags) return;
    size_t len = strlen(text);
    if (len > c->max_text) len = c->max_text;
    memcpy(c->now->user, text, len);
    c->now->user[len] = 0;
    c->now->heard = c->now->told = 0;
}

static void hear_user(constrain *c) {
    if (c->now->heard) return;
    said_turn(&c->now->words);
    said_hear(&c->now->words, c->now->user, strlen(c->now->user));
    c->now->heard = 1;
    for (int i = 0; i < 2; i++) c->now->shortest[i] = said_rest(&c->now->words, "", 0, i, NULL, 0);
}

void constrain_answer(constrain *c, int call) {
    if (!c->flags) return;
    hear_user(c);
    constrain_begin(&c->now->at);
    if (c->now == c->place) c->stats.calls += (uint64_t)call;
}

void constrain_result(constrain *c, const char *text) {
    if (!c->flags) return;
    said_answer(&c->now->words, text, strlen(text));
    c->now->told = 1;
    c->now->run_len = 0;
}

/* ---- fewest bytes to an end ---- */

/* A word that was said: after the value's word before it, unless it is the first (w begins the text, or comes after `=`). */
static int said_word_rest(const constrain *c, const tool_arg_spec *arg, const char *w, size_t len) {
    const char *text = c->now->text, *before = NULL;
    size_t n = 0;
    if (w > text && w[-1] == ' ') {
        for (before = w - 1; before > text && before[-1] != ' ' && before[-1] != '=';) before--;
        n = (size_t)(w - 1 - before);
    }
    int best = len || before ? said_rest(&c->now->words, w, len, arg->number, before, n) : c->now->shortest[arg->number != 0];
    return best < 0 ? NEVER : best;
}

/* Bytes that a word of the value beginning with w[0..len) lacks at least; w: in the call's text, or FRESH for a value not yet begun. */
static int word_rest(const constrain *c, const tool_arg_spec *arg, const char *w, size_t len, uint8_t pending) {
    int best = NEVER;
    if (!arg->words && c->flags & CONSTRAIN_FAITHFUL) {
        if (w != FRESH) return said_word_rest(c, arg, w, len);
        return c->now->shortest[arg->number != 0] < 0 ? NEVER : c->now->shortest[arg->number != 0];
    }
    if (!arg->words && arg->number) {
        best = c->plain ? toolcall_number_rest(w, len) : -1;
        return best < 0 ? NEVER : best;
    }
    if (!arg->words) return len ? pending : 1;
    for (const char *at = arg->words; *at; at += strcspn(at, " "), at += *at == ' ') {
        int n = (int)strcspn(at, " ") - (int)len;
        if (n >= 0 && begins(at, w, len) && can_spell_bytes(c, at, (size_t)n + len)) best = least(best, n);
    }
    return best;
}

/* Bytes that ` name=value` takes at least. */
static int arg_rest(const constrain *c, const tool_arg_spec *arg) {
    return can_spell(c, arg->name) && can_spell(c, " =") ? 2 + (int)strlen(arg->name) + word_rest(c, arg, FRESH, 0, 0) : NEVER;
}

/* Bytes of the arguments that must still come. */
static int needs(const constrain *c, const tool_spec *tool, uint8_t used) {
    int sum = 0;
    for (uint32_t i = 0; i < tool->args; i++)
        if (!tool->arg[i].optional && !(used >> i & 1)) sum = least(NEVER, sum + arg_rest(c, &tool->arg[i]));
    return sum;
}

static int name_rest(const constrain *c, const constrain_at *at) {
    int best = NEVER;
    for (uint32_t i = 0; i < tool_set_count(&c->tools); i++) {
        const tool_spec *tool = tool_set_at(&c->tools, i);
        if (!begins(tool->name, c->now->text, at->len) || !can_spell(c, tool->name)) continue;
        best = least(best, (int)strlen(tool->name) - at->len + needs(c, tool, 0));
    }
    return best;
}

/* The word becomes the name of an argument that was not begun yet. */
static int key_rest(const constrain *c, const constrain_at *at, const tool_spec *tool) {
    const char *w = c->now->text + at->word;
    int len = at->len - at->word, best = NEVER;
    for (uint32_t i = 0; i < tool->args; i++) {
        const tool_arg_spec *arg = &tool->arg[i];
        if (at->used >> i & 1 || !begins(arg->name, w, (size_t)len)) continue;
        best = least(best, arg_rest(c, arg) - 1 - len + needs(c, tool, (uint8_t)(at->used | 1u << i)));
    }
    return best;
}

static int rest(const constrain *c, const constrain_at *at) {
    if (at->tool == CONSTRAIN_NONE) return name_rest(c, at);
    const tool_spec *tool = tool_set_at(&c->tools, at->tool);
    int best = at->key ? key_rest(c, at, tool) : NEVER;
    if (!at->value) return best;
    return least(best,
                 word_rest(c, &tool->arg[at->arg], c->now->text + at->word, (size_t)(at->len - at->word), at->pending) + needs(c, tool, at->used));
}

/* ---- a byte more ---- */

/* Bytes of a character come together; 0 when this one has no place here. */
static int take_high(constrain_at *at, uint8_t b) {
    if (b >= 0x80 && b < 0xc0) return at->pending && at->pending--;
    if (at->pending) return 0;
    at->pending = b < 0x80 ? 0 : b < 0xe0 ? 1 : b < 0xf0 ? 2 : 3;
    return b < 0x80 || (b > 0xc1 && b < 0xf5);
}

/* The word that ends here is one of the value's. */
static int word_ends(const constrain *c, const constrain_at *at) {
    if (!at->value || at->len == at->word) return 0;
    const tool_arg_spec *arg = &tool_set_at(&c->tools, at->tool)->arg[at->arg];
    return word_rest(c, arg, c->now->text + at->word, (size_t)(at->len - at->word), at->pending) == 0;
}

static int take_space(const constrain *c, constrain_at *at) {
    if (at->tool != CONSTRAIN_NONE) {
        if (!word_ends(c, at)) return 0;
        at->value = tool_set_at(&c->tools, at->tool)->arg[at->arg].words == NULL;
        at->key = 1;
        return 1;
    }
    if (at->len == 0) return !at->space++;
    for (uint32_t i = 0; i < tool_set_count(&c->tools); i++) {
        const char *name = tool_set_at(&c->tools, i)->name;
        if (strlen(name) == at->len && begins(name, c->now->text, at->len)) at->tool = (uint8_t)i;
    }
    at->key = 1;
    return at->tool != CONSTRAIN_NONE;
}

static int take_equals(const constrain *c, constrain_at *at) {
    if (!at->key) return 0;
    const tool_spec *tool = tool_set_at(&c->tools, at->tool);
    size_t len = (size_t)(at->len - at->word);
    for (uint32_t i = 0; i < tool->args; i++) {
        if (at->used >> i & 1 || strlen(tool->arg[i].name) != len || !begins(tool->arg[i].name, c->now->text + at->word, len)) continue;
        at->arg = (uint8_t)i;
        at->used |= (uint8_t)(1u << i);
        at->key = 0;
        at->value = 1;
        return 1;
    }
    return 0;
}

static int take_byte(constrain *c, constrain_at *at, char byte) {
    uint8_t b = (uint8_t)byte;
    int lead = byte == ' ' && at->tool == CONSTRAIN_NONE && at->len == 0;
    if (!(c->spell[b / 8] >> b % 8 & 1) || at->len + 1 >= TOOL_TEXT || !take_high(at, b)) return 0;
    if (byte == ' ' && !take_space(c, at)) return 0;
    if (byte == '=' && !take_equals(c, at)) return 0;
    if (lead) return 1;
    c->now->text[at->len++] = byte;
    if (byte == ' ' || byte == '=') at->word = at->len;
    return 1;
}

void constrain_begin(constrain_at *at) {
    *at = (constrain_at){.tool = CONSTRAIN_NONE, .arg = CONSTRAIN_NONE};
}

int constrain_try(constrain *c, constrain_at *at, const char *text, size_t len) {
    constrain_at next = *at;
    for (size_t i = 0; i < len; i++)
        if (!take_byte(c, &next, text[i])) return 0;
    if (next.len + rest(c, &next) >= TOOL_TEXT) return 0;
    *at = next;
    return 1;
}

int constrain_done(const constrain *c, const constrain_at *at) {
    if (at->tool != CONSTRAIN_NONE) return word_ends(c, at) && needs(c, tool_set_at(&c->tools, at->tool), at->used) == 0;
    for (uint32_t i = 0; i < tool_set_count(&c->tools); i++) {
        const tool_spec *tool = tool_set_at(&c->tools, i);
        if (strlen(tool->name) == at->len && begins(tool->name, c->now->text, at->len)) return needs(c, tool, 0) == 0;
    }
    return 0;
}

int constrain_can_call(constrain *c) {
    constrain_at start;
    if (!(c->flags & CONSTRAIN_VALID)) return 1;
    hear_user(c);
    constrain_begin(&start);
    return rest(c, &start) < TOOL_TEXT;
}
