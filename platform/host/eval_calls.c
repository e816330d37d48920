/* eval_calls: see eval_calls.h. */
#include "platform/host/eval_calls.h"
#include <stdio.h>
#include <string.h>

/* Bytes of a key at s that a "=" follows; 0: none. */
static size_t key_at(const char *s) {
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz_0123456789");
    return s[n] == '=' ? n : 0;
}

int call_read(eval_call *c, const char *text, size_t len) {
    while (len && text[0] == ' ') text++, len--;
    while (len && text[len - 1] == ' ') len--;
    c->count = 0;
    if (len == 0 || len >= CALL_TEXT) return -1;
    memcpy(c->text, text, len);
    c->text[len] = 0;
    c->tool = c->text;
    char *at = strchr(c->text, ' ');
    if (at && !key_at(at + 1)) return -1;
    if (key_at(c->text)) return -1;
    while (at) {
        *at++ = 0;
        size_t n = key_at(at);
        if (c->count == CALL_SLOTS) return -1;
        c->slot[c->count].key = at;
        c->slot[c->count++].value = at + n + 1;
        at[n] = 0;
        at = strchr(at + n + 1, ' ');
        while (at && !key_at(at + 1)) at = strchr(at + 1, ' ');
    }
    return 0;
}

/* The next of the accepted calls at *at: its bytes, and *at behind it; NULL at the end. */
static const char *next_accepted(const char **at, size_t *len) {
    const char *call = *at, *bar = strstr(call, " | ");
    if (!*call) return NULL;
    *len = bar ? (size_t)(bar - call) : strlen(call);
    *at = call + *len + (bar ? 3 : 0);
    return call;
}

int calls_check(const char *accepted) {
    eval_call c;
    size_t len;
    if (!*accepted) return -1;
    for (const char *one; (one = next_accepted(&accepted, &len)) != NULL;) {
        if (call_read(&c, one, len) != 0 || (c.tool[0] == '-' && (c.tool[1] || c.count))) return -1;
    }
    return 0;
}

void calls_tool(const char *accepted, char *out, size_t cap) {
    snprintf(out, cap, "%.*s", (int)strcspn(accepted, " "), accepted);
}

static const char *value_of(const eval_call *c, const char *key) {
    for (uint32_t i = 0; i < c->count; i++) {
        if (strcmp(c->slot[i].key, key) == 0) return c->slot[i].value;
    }
    return NULL;
}

static call_score score_one(const eval_call *want, const eval_call *got) {
    call_score s = {.wants = want->tool[0] != '-', .calls = got->tool[0] != '-', .want = want->count, .got = got->count};
    s.tool = strcmp(want->tool, got->tool) == 0;
    for (uint32_t i = 0; s.tool && i < want->count; i++) {
        const char *value = value_of(got, want->slot[i].key);
        s.right += value && strcmp(value, want->slot[i].value) == 0;
    }
    s.exact = s.tool && s.right == s.want && s.got == s.want;
    return s;
}

/* Better first by exactness, then by the tool, then by slots right less slots wrong. */
static int is_better(const call_score *a, const call_score *b) {
    if (a->exact != b->exact) return a->exact;
    if (a->tool != b->tool) return a->tool;
    return 2 * (int64_t)a->right - a->want - a->got > 2 * (int64_t)b->right - b->want - b->got;
}

void calls_score(call_score *s, const char *accepted, const char *got) {
    eval_call want, have;
    size_t len;
    int first = 1;
    if (call_read(&have, got, strlen(got)) != 0) {
        have.tool = "?";
        have.count = 0;
    }
    for (const char *one; (one = next_accepted(&accepted, &len)) != NULL;) {
        if (call_read(&want, one, len) != 0) continue;
        call_score x = score_one(&want, &have);
        if (first || is_better(&x, s)) *s = x;
        first = 0;
    }
}

static int has_word(const char *said, const char *word, size_t len) {
    for (const char *at = said; *at; at += *at == ' ') {
        size_t n = strcspn(at, " ");
        if (n == len && memcmp(at, word, len) == 0) return 1;
        at += n;
    }
    return 0;
}

static int all_said(const char *value, const char *said) {
    for (const char *at = value; *at; at += *at == ' ') {
        size_t n = strcspn(at, " ");
        if (n && !has_word(said, at, n)) return 0;
        at += n;
    }
    return 1;
}

static int faithful(const char *call, size_t len, const char *said, call_enumerated enumerated, const void *user) {
    eval_call c;
    if (call_read(&c, call, len) != 0) return 0;
    for (uint32_t i = 0; i < c.count; i++) {
        if (!enumerated(user, c.tool, c.slot[i].key) && !all_said(c.slot[i].value, said)) return 0;
    }
    return 1;
}

int call_is_faithful(const char *call, const char *said, call_enumerated enumerated, const void *user) {
    return faithful(call, strlen(call), said, enumerated, user);
}

int calls_in_reach(const char *accepted, const char *said, call_enumerated enumerated, const void *user) {
    size_t len;
    for (const char *one; (one = next_accepted(&accepted, &len)) != NULL;) {
        if (faithful(one, len, said, enumerated, user)) return 1;
    }
    return 0;
}
