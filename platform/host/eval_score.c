/* eval_score: see eval_score.h. Two rows of the distance table at a time; each cell carries the entity errors of its best path, so that no
 * alignment is kept: n x m steps, m cells. Ties prefer a match or substitution, then a deletion. */
#include "platform/host/eval_score.h"
#include "platform/host/eval_words.h"
#include <stdlib.h>
#include <string.h>

static const char NUMBERS_AND_TIMES[] =
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty "
    "forty fifty sixty seventy eighty ninety hundred thousand million half quarter first second third fourth fifth noon midnight o'clock "
    "monday tuesday wednesday thursday friday saturday sunday today tomorrow yesterday tonight "
    "january february march april june july august september october november december";

static int by_word(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int compare_part(const char *word, size_t len, const char *entry) {
    int c = strncmp(word, entry, len);
    return c ? c : entry[len] ? -1 : 0;
}

/* Lower-case words of a text, cut in place. */
static void take_words(entity_list *l, char *text) {
    static const char inside[] = "abcdefghijklmnopqrstuvwxyz'";
    for (char *s = text; *s; s++) {
        if (*s >= 'A' && *s <= 'Z') *s = (char)(*s - 'A' + 'a');
    }
    for (char *s = text; *s;) {
        s += strcspn(s, inside);
        size_t len = strspn(s, inside);
        if (!len) return;
        l->word[l->count++] = s;
        s += len;
        if (*s) *s++ = 0;
    }
}

int entities_open(entity_list *l, const char *path, platform_error *e) {
    file_map map = {0};
    memset(l, 0, sizeof *l);
    if (path && file_map_open(&map, path, e) != 0) return -1;
    size_t base = sizeof NUMBERS_AND_TIMES;
    l->bytes = malloc(base + map.size + 1);
    l->word = malloc((base + map.size + 1) * sizeof *l->word);
    int code = l->bytes && l->word ? 0 : platform_fail(e, "entities: out of memory");
    if (code == 0) {
        memcpy(l->bytes, NUMBERS_AND_TIMES, base);
        l->bytes[base - 1] = ' ';
        if (path) memcpy(l->bytes + base, map.data, map.size);
        l->bytes[base + map.size] = 0;
        take_words(l, l->bytes);
        qsort(l->word, l->count, sizeof *l->word, by_word);
    }
    if (path) file_map_close(&map);
    if (code) entities_close(l);
    return code;
}

void entities_close(entity_list *l) {
    free(l->bytes);
    free(l->word);
    memset(l, 0, sizeof *l);
}

int entities_have(const entity_list *l, const char *word, size_t len) {
    uint32_t low = 0, high = l->count;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        int c = compare_part(word, len, l->word[mid]);
        if (c == 0) return 1;
        if (c < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return 0;
}

typedef struct token { /* a word, or a character */
    const char *at;
    uint32_t len, entity;
} token;

typedef struct cell {
    uint32_t cost, entity_errors;
} cell;

static int same(const token *a, const token *b) {
    return a->len == b->len && memcmp(a->at, b->at, a->len) == 0;
}

static cell plus(cell from, uint32_t cost, uint32_t entity) {
    return (cell){from.cost + cost, from.entity_errors + entity};
}

static cell distance(cell *row, const token *said, uint32_t n, const token *heard, uint32_t m) {
    row[0] = (cell){0, 0};
    for (uint32_t j = 1; j <= m; j++) row[j] = plus(row[j - 1], 1, heard[j - 1].entity);
    for (uint32_t i = 1; i <= n; i++) {
        cell corner = row[0];
        row[0] = plus(row[0], 1, said[i - 1].entity);
        for (uint32_t j = 1; j <= m; j++) {
            uint32_t differ = !same(&said[i - 1], &heard[j - 1]);
            cell best = plus(corner, differ, differ && (said[i - 1].entity || heard[j - 1].entity));
            if (row[j].cost + 1 < best.cost) best = plus(row[j], 1, said[i - 1].entity);
            if (row[j - 1].cost + 1 < best.cost) best = plus(row[j - 1], 1, heard[j - 1].entity);
            corner = row[j];
            row[j] = best;
        }
    }
    return row[m];
}

static uint32_t cut_words(token *t, const char *text, const entity_list *l) {
    uint32_t n = 0;
    size_t len;
    for (const char *word; (word = words_next(&text, &len)) != NULL;) {
        t[n++] = (token){word, (uint32_t)len, (uint32_t)(l && entities_have(l, word, len))};
    }
    return n;
}

static uint32_t cut_chars(token *t, const char *text) {
    uint32_t n = 0;
    for (; *text; text++) t[n++] = (token){text, 1, 0};
    return n;
}

int score_texts(score *s, const char *said, const char *heard, const entity_list *l) {
    size_t n = strlen(said) + 1, m = strlen(heard) + 1;
    token *a = malloc(n * sizeof *a), *b = malloc(m * sizeof *b);
    cell *row = malloc(m * sizeof *row);
    if (a && b && row) {
        memset(s, 0, sizeof *s);
        s->words = cut_words(a, said, l);
        cell c = distance(row, a, s->words, b, cut_words(b, heard, l));
        s->word_errors = c.cost;
        s->entity_errors = c.entity_errors;
        for (uint32_t i = 0; i < s->words; i++) s->entities += a[i].entity;
        s->chars = cut_chars(a, said);
        s->char_errors = distance(row, a, s->chars, b, cut_chars(b, heard)).cost;
    }
    int code = a && b && row ? 0 : -1;
    free(a);
    free(b);
    free(row);
    return code;
}

uint32_t score_unstable(const char *before, const char *after) {
    size_t n, m;
    for (;;) {
        const char *rest = before, *a = words_next(&before, &n), *b = words_next(&after, &m);
        if (!a) return 0;
        if (!b || n != m || memcmp(a, b, n) != 0) return (uint32_t)words_count(rest);
    }
}
