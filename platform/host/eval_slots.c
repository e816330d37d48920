/* eval_slots: see eval_slots.h. */
#include "platform/host/eval_slots.h"
#include "platform/host/eval_words.h"
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int slots_add(slot_set *s, const char *name, const char *value) {
    if (s->count == SLOTS_MOST || strlen(name) >= SLOT_NAME || strlen(value) >= SLOT_VALUE) return -1;
    snprintf(s->at[s->count].name, SLOT_NAME, "%s", name);
    snprintf(s->at[s->count].value, SLOT_VALUE, "%s", value);
    s->count++;
    return 0;
}

static int take_pair(slot_set *s, const cJSON *pair, platform_error *e) {
    char value[SLOT_VALUE];
    if (!cJSON_IsString(pair)) return platform_fail(e, "slot %s: expected a string", pair->string);
    if (words_normalise(pair->valuestring, value, sizeof value) != 0)
        return platform_fail(e, "slot %s: \"%.60s\" cannot be spelt out in words", pair->string, pair->valuestring);
    if (slots_value(s, pair->string)) return platform_fail(e, "slot %s: is there twice", pair->string);
    return slots_add(s, pair->string, value) == 0 ? 0 : platform_fail(e, "slot %s: more than %d slots, or too long", pair->string, SLOTS_MOST);
}

int slots_parse(slot_set *s, const char *json, platform_error *e) {
    cJSON *all = cJSON_Parse(json);
    int code = cJSON_IsObject(all) ? 0 : platform_fail(e, "slots: \"%.60s\": expected a JSON object of strings", json);
    const cJSON *pair;
    s->count = 0;
    for (pair = code == 0 ? all->child : NULL; pair && code == 0; pair = pair->next) code = take_pair(s, pair, e);
    cJSON_Delete(all);
    return code;
}

const char *slots_value(const slot_set *s, const char *name) {
    for (uint32_t i = 0; i < s->count; i++) {
        if (strcmp(s->at[i].name, name) == 0) return s->at[i].value;
    }
    return NULL;
}

uint32_t slots_right(const slot_set *want, const slot_set *got) {
    uint32_t right = 0;
    for (uint32_t i = 0; i < want->count; i++) {
        const char *value = slots_value(got, want->at[i].name);
        right += value && strcmp(value, want->at[i].value) == 0;
    }
    return right;
}

int slots_equal(const slot_set *a, const slot_set *b) {
    return a->count == b->count && slots_right(a, b) == a->count;
}

static int same_slot(const slot *a, const slot *b) {
    return strcmp(a->name, b->name) == 0 && strcmp(a->value, b->value) == 0;
}

int slot_values_add(slot_values *v, const slot_set *s) {
    for (uint32_t i = 0; i < s->count; i++) {
        uint32_t at = 0;
        while (at < v->count && !same_slot(&v->at[at], &s->at[i])) at++;
        if (at < v->count) continue;
        if (v->count == v->room) {
            uint32_t room = v->room ? 2 * v->room : 64;
            slot *more = realloc(v->at, room * sizeof *more);
            if (!more) return -1;
            v->at = more;
            v->room = room;
        }
        v->at[v->count++] = s->at[i];
    }
    return 0;
}

/* More words first, then more letters, then by spelling, so that the order does not hang on the manifest's. */
static int longer_first(const void *x, const void *y) {
    const slot *a = x, *b = y;
    size_t n = words_count(a->value), m = words_count(b->value);
    if (n != m) return n > m ? -1 : 1;
    if (strlen(a->value) != strlen(b->value)) return strlen(a->value) > strlen(b->value) ? -1 : 1;
    int c = strcmp(a->value, b->value);
    return c ? c : strcmp(a->name, b->name);
}

void slot_values_sort(slot_values *v) {
    if (v->count) qsort(v->at, v->count, sizeof *v->at, longer_first);
}

void slot_values_free(slot_values *v) {
    free(v->at);
    memset(v, 0, sizeof *v);
}

/* Where `value` stands as whole words in `text`, NULL when it does not. */
static char *find_value(char *text, const char *value) {
    size_t len = strlen(value);
    for (char *at = text; (at = strstr(at, value)) != NULL; at++) {
        if ((at == text || at[-1] == ' ') && (at[len] == 0 || at[len] == ' ')) return at;
    }
    return NULL;
}

void slot_values_find(const slot_values *v, const char *text, slot_set *out) {
    char *rest = malloc(strlen(text) + 1);
    out->count = 0;
    if (!rest) return;
    memcpy(rest, text, strlen(text) + 1);
    for (uint32_t i = 0; i < v->count; i++) {
        if (slots_value(out, v->at[i].name)) continue;
        char *at = find_value(rest, v->at[i].value);
        if (!at || slots_add(out, v->at[i].name, v->at[i].value) != 0) continue;
        memset(at, '|', strlen(v->at[i].value));
    }
    free(rest);
}
