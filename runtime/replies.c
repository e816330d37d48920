/* replies: answers kept for questions that are asked again, in fixed memory: config.replies entries of REPLY_BYTES.
 *
 * An answer may be kept, and used, only where neither the time nor the talk so far can change it:
 *  1. The model picks greedily.
 *  2. The question has none of the words that lean on what was said before (LEANING) and does not begin as one that goes on (OPENING), and the
 *     reply before did not end as a question.
 *  3. With a call: the tool's result is fixed by its arguments (tool_spec.fixed: math, convert), it could be done, and every argument is a
 *     stretch of the question's own words. The tool is not run again.
 *  4. Without a call: the model gave the very same reply to it twice. Until then the entry only waits.
 *  5. The same adapter is worn. A reset forgets all.
 * The key is the question in lower case, its words with one space between, without punctuation. The oldest unused entry gives way. A turn
 * answered so raises the events that the model's turn would have, and the model's history is told of it in idle time (early_tell).
 */
#include "models/llm/toolcall.h"
#include "runtime/internal.h"
#include <string.h>

enum { TWICE = 2 };

static const char LEANING[] =
    " it its that this those these them they he him his she her there then again same more another else other too also instead "
    "last next previous before after now yes yeah yep no nope ok okay sure please right fine never ";
static const char OPENING[] = " and or but so then plus minus times divided multiply multiplied add subtract half double twice square ";

void replies_layout(replies_desk *d, arena *a, const sotto_config *c) {
    memset(d, 0, sizeof *d);
    d->count = c->llm ? c->replies : 0;
    d->entry = ARENA_ARRAY(a, reply_entry, d->count);
}

void replies_reset(replies_desk *d) {
    if (d->count) memset(d->entry, 0, d->count * sizeof *d->entry);
    d->noting = 0;
    d->clock = d->hits = d->misses = 0;
}

/* ---- texts ---- */

static int is_word(char ch) {
    return (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '\'' || (unsigned char)ch >= 0x80;
}

/* The key of a text; 0 when it does not fit. */
static size_t key_of(const char *text, char *out, size_t cap) {
    size_t n = 0;
    for (; *text; text++) {
        char ch = *text >= 'A' && *text <= 'Z' ? (char)(*text + 32) : *text;
        if (!is_word(ch)) ch = ' ';
        if (ch == ' ' && (n == 0 || out[n - 1] == ' ')) continue;
        if (n + 1 == cap) return 0;
        out[n++] = ch;
    }
    while (n && out[n - 1] == ' ') n--;
    out[n] = 0;
    return n;
}

/* Is word[0..len) one of the space-separated words? */
static int among(const char *words, const char *word, size_t len) {
    for (const char *at = words; (at = strchr(at, ' ')) && at[1]; at++)
        if (strncmp(at + 1, word, len) == 0 && at[1 + len] == ' ') return 1;
    return 0;
}

/* Nothing in it points to what was said before. */
static int stands_alone(const char *key) {
    if (among(OPENING, key, strcspn(key, " ")) || strncmp(key, "what about", 10) == 0 || strncmp(key, "how about", 9) == 0) return 0;
    for (const char *at = key; *at; at += *at == ' ') {
        size_t len = strcspn(at, " ");
        if (among(LEANING, at, len)) return 0;
        at += len;
    }
    return 1;
}

/* Are the words of `value` a stretch of those of `key`? */
static int stretch_of(const char *key, const char *value) {
    char words[REPLY_BYTES];
    size_t n = key_of(value, words, sizeof words);
    for (const char *at = key; n && (at = strstr(at, words)) != NULL; at++)
        if ((at == key || at[-1] == ' ') && (at[n] == ' ' || at[n] == 0)) return 1;
    return 0;
}

/* ---- entries: key, call, result, reply, each with its NUL ---- */

static const char *part_of(const reply_entry *e, int part) {
    const char *at = e->text;
    while (part-- > 0) at += strlen(at) + 1;
    return at;
}

static int write_part(reply_entry *e, size_t *used, const char *text) {
    size_t n = strlen(text) + 1;
    if (*used + n > REPLY_BYTES) return 0;
    memcpy(e->text + *used, text, n);
    *used += n;
    return 1;
}

static reply_entry *entry_of(replies_desk *d, const char *key, const lora *worn) {
    for (uint32_t i = 0; i < d->count; i++)
        if (d->entry[i].times && d->entry[i].worn == worn && strcmp(d->entry[i].text, key) == 0) return &d->entry[i];
    return NULL;
}

static reply_entry *oldest(replies_desk *d) {
    reply_entry *e = &d->entry[0];
    for (uint32_t i = 1; i < d->count; i++)
        if (d->entry[i].used < e->used) e = &d->entry[i];
    return e;
}

/* ---- a turn ---- */

static int ends_as_question(const char *reply) {
    size_t n = strlen(reply);
    return n && reply[n - 1] == '?';
}

int replies_find(sotto *s, const char *text, reply_answer *out) {
    replies_desk *d = &s->replies;
    char key[REPLY_BYTES];
    d->noting = 0;
    if (!d->count || s->config.temperature > 0 || ends_as_question(s->last_reply) || !key_of(text, key, sizeof key) || !stands_alone(key)) return 0;
    reply_entry *e = entry_of(d, key, s->think.mind.model.side.worn);
    if (e && (part_of(e, 1)[0] || e->times >= TWICE)) {
        e->used = ++d->clock;
        d->hits++;
        *out = (reply_answer){part_of(e, 1), part_of(e, 2), part_of(e, 3)};
        return 1;
    }
    d->misses++;
    d->noting = 1;
    memcpy(d->note.text, key, strlen(key) + 1);
    d->noted = strlen(key) + 1;
    d->calls = 0;
    return 0;
}

void replies_note_call(sotto *s, const char *call, const char *result, int failed) {
    replies_desk *d = &s->replies;
    toolcall parsed;
    if (!d->noting) return;
    d->noting = !failed && d->calls++ == 0 && strncmp(result, "error", 5) != 0 && toolcall_parse(&parsed, call, strlen(call)) == TOOLCALL_OK &&
                parsed.tool->fixed && write_part(&d->note, &d->noted, call) && write_part(&d->note, &d->noted, result);
    for (uint32_t i = 0; d->noting && i < parsed.count; i++) d->noting = stretch_of(d->note.text, parsed.arg[i].value);
}

void replies_note_end(sotto *s, const char *reply) {
    replies_desk *d = &s->replies;
    reply_entry *e;
    if (!d->noting) return;
    d->noting = 0;
    int whole = d->calls || (write_part(&d->note, &d->noted, "") && write_part(&d->note, &d->noted, ""));
    if (!whole || !reply[0] || !write_part(&d->note, &d->noted, reply)) return;
    const lora *worn = s->think.mind.model.side.worn;
    if ((e = entry_of(d, d->note.text, worn)) != NULL) { /* asked before, and not sure yet */
        int same = strcmp(part_of(e, 3), reply) == 0 && strcmp(part_of(e, 1), part_of(&d->note, 1)) == 0;
        d->note.times = same ? e->times + 1 : 1;
    } else {
        e = oldest(d);
        d->note.times = 1;
    }
    memcpy(e->text, d->note.text, d->noted);
    e->times = d->note.times;
    e->worn = worn;
    e->used = ++d->clock;
}

void replies_drop_note(sotto *s) {
    s->replies.noting = 0;
}
