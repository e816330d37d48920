/* import_write: what was imported as a grammar's text (see import_home.h). */
#include "platform/host/import_home.h"
#include <stdlib.h>
#include <string.h>

/* Signs that are said as words, longest first. An optional blank before them goes. */
static const char *const SAID[][2] = {{"([ ]%)", "percent"}, {"([ ]\xc2\xb0)", "degrees"}, {"[ ]%", " percent"}, {"[ ]\xc2\xb0", " degrees"},
                                      {"%", " percent"},     {"\xc2\xb0", " degrees"},     {"[ ]", " "},         {"\xe2\x80\x99", "'"}};

static const char *said_as(const char *text, size_t *len) {
    for (size_t i = 0; i < sizeof SAID / sizeof SAID[0]; i++) {
        *len = strlen(SAID[i][0]);
        if (strncmp(text, SAID[i][0], *len) == 0) return SAID[i][1];
    }
    return NULL;
}

char *import_template(const char *text) {
    char *out = malloc(3 * strlen(text) + 64), *to = out;
    size_t len;
    if (!out) abort();
    while (*text) {
        const char *word = said_as(text, &len);
        if (word) {
            to += sprintf(to, "%s", word);
            text += len;
        } else if (strchr(",.?!\n\t", *text)) {
            *to++ = ' ';
            text++;
        } else if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 '_-:;|()[]{}<>", *text)) {
            *to++ = *text++;
        } else {
            free(out);
            return NULL;
        }
    }
    *to = 0;
    return out;
}

static import_rule *find(const import_home *x, const char *name, size_t len, int list) {
    for (int i = 0; i < x->rules; i++)
        if (x->rule[i].list == list && strlen(x->rule[i].name) == len && memcmp(x->rule[i].name, name, len) == 0) return &x->rule[i];
    return NULL;
}

/* Is something named in the text wild? */
static int is_wild(const import_home *x, const char *text) {
    for (; (text = strpbrk(text, "<{")) != NULL; text++) {
        const import_rule *r = find(x, text + 1, strcspn(text + 1, ">}:"), *text == '{');
        if (!r || r->wild) return 1;
    }
    return 0;
}

/* Wildness spreads to the rules that name what is wild, until nothing changes. */
static void spread(import_home *x) {
    for (int changed = 1; changed;) {
        changed = 0;
        for (int i = 0; i < x->rules; i++) {
            if (x->rule[i].wild || x->rule[i].list || !is_wild(x, x->rule[i].text)) continue;
            x->rule[i].wild = changed = 1;
        }
    }
}

static void own_list(import_home *x, const char *name, const char *values, FILE *to) {
    if (find(x, name, strlen(name), 1)) return;
    fprintf(to, "list %s = %s\n", name, values);
    import_rule *grown = realloc(x->rule, (size_t)(x->rules + 1) * sizeof *grown);
    if (!grown) abort();
    x->rule = grown;
    x->rule[x->rules++] = (import_rule){import_copy(name), import_copy(values), 1, 0};
}

/* `{{ slots.x }}` becomes `{x}`; NULL when there is more than that in it. */
static char *plain_answer(const char *text) {
    char *out = malloc(strlen(text) + 1), *to = out;
    if (!out) abort();
    while (*text) {
        int end = 0;
        char slot[64];
        if (sscanf(text, "{{ slots.%63[a-z_] }}%n", slot, &end) == 1 && end > 0) {
            to += sprintf(to, "{%s}", slot);
            text += end;
        } else if (strchr("{}[]\"#", *text) || (unsigned char)*text > 0x7e) {
            free(out);
            return NULL;
        } else {
            *to++ = *text == '\n' ? ' ' : *text;
            text++;
        }
    }
    while (to > out && to[-1] == ' ') to--;
    *to = 0;
    return out;
}

static char *answer_of(import_home *x, const import_block *b) {
    char name[160];
    snprintf(name, sizeof name, "%s %s", b->intent, b->response);
    for (int i = 0; i + 1 < x->answers; i += 2)
        if (strcmp(x->answer[i], name) == 0) return plain_answer(x->answer[i + 1]);
    return NULL;
}

static int same_text(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void write_sentences(import_home *x, const import_block *b, const char *answer, int *head, FILE *to) {
    for (int i = 0; i < b->sentences; i++) {
        if (is_wild(x, b->sentence[i])) {
            x->wild++;
            continue;
        }
        if (!*head) {
            x->unanswered += answer == NULL;
            fprintf(to, "intent %s%s", b->intent, b->slots);
            fprintf(to, answer && *answer ? " \"%s\"\n" : "\n", answer ? answer : "");
            *head = 1;
        }
        fprintf(to, "  %s\n", b->sentence[i]);
        x->taken++;
    }
}

/* Block i with all later ones of the same intent, slots and answer: what they have in common is then shared. */
static void write_block(import_home *x, int i, FILE *to) {
    import_block *b = &x->block[i];
    int head = 0;
    if (b->written) return;
    char *answer = answer_of(x, b);
    for (int k = i; k < x->blocks; k++) {
        import_block *c = &x->block[k];
        if (c->written || strcmp(c->intent, b->intent) != 0 || strcmp(c->slots, b->slots) != 0) continue;
        char *other = answer_of(x, c);
        if (same_text(answer, other)) {
            write_sentences(x, c, answer, &head, to);
            c->written = 1;
        }
        free(other);
    }
    free(answer);
}

void import_write(import_home *x, FILE *to) {
    fprintf(to, "# Imported from Home Assistant sentence templates. Edit the lists of your own home:\n");
    own_list(x, "name", "lamp | fan | heater | television | curtains | coffee machine | front door", to);
    own_list(x, "area", "living room | kitchen | bedroom | bathroom | office | garage", to);
    own_list(x, "floor", "ground | first | second", to);
    spread(x);
    fprintf(to, "\n");
    for (int i = 0; i < x->rules - 3 || i < x->rules; i++) {
        const import_rule *r = &x->rule[i];
        int own = r->list && (strcmp(r->name, "name") == 0 || strcmp(r->name, "area") == 0 || strcmp(r->name, "floor") == 0);
        if (!r->wild && !own && find(x, r->name, strlen(r->name), r->list) == r)
            fprintf(to, "%s %s = %s\n", r->list ? "list" : "rule", r->name, r->text);
    }
    fprintf(to, "\n");
    for (int i = 0; i < x->blocks; i++) write_block(x, i, to);
}

void import_report(const import_home *x, FILE *to) {
    fprintf(to, "sotto: %d of %d sentences from %d files; left out: %d with wildcards, %d with signs that cannot be said;", x->taken, x->sentences,
            x->files, x->wild, x->signs);
    fprintf(to, " %d values or halves of lists; context conditions of %d entries; %d blocks without a plain answer\n", x->values, x->contexts,
            x->unanswered);
}

void import_free(import_home *x) {
    for (int i = 0; i < x->rules; i++) {
        free(x->rule[i].name);
        free(x->rule[i].text);
    }
    for (int i = 0; i < x->blocks; i++) {
        for (int k = 0; k < x->block[i].sentences; k++) free(x->block[i].sentence[k]);
        free(x->block[i].sentence);
        free(x->block[i].intent);
        free(x->block[i].slots);
        free(x->block[i].response);
    }
    for (int i = 0; i < x->answers; i++) free(x->answer[i]);
    free(x->rule);
    free(x->block);
    free(x->answer);
}
