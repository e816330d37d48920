/* import_home: the YAML side: files into rules, blocks and answers (see import_home.h). */
#define _GNU_SOURCE
#include "platform/host/import_home.h"
#include "platform/host/args.h"
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <yaml.h>

typedef struct yaml_place { /* a node of a loaded document */
    yaml_document_t *doc;
    yaml_node_t *node; /* NULL: not there */
} yaml_place;

static const char *text_of(yaml_place p) {
    return p.node && p.node->type == YAML_SCALAR_NODE ? (const char *)p.node->data.scalar.value : NULL;
}

/* Value of a mapping's key. */
static yaml_place at(yaml_place p, const char *key) {
    yaml_place none = {p.doc, NULL};
    if (!p.node || p.node->type != YAML_MAPPING_NODE) return none;
    for (yaml_node_pair_t *x = p.node->data.mapping.pairs.start; x < p.node->data.mapping.pairs.top; x++) {
        const char *name = text_of((yaml_place){p.doc, yaml_document_get_node(p.doc, x->key)});
        if (name && strcmp(name, key) == 0) return (yaml_place){p.doc, yaml_document_get_node(p.doc, x->value)};
    }
    return none;
}

/* Calls each(x, key, value) for a mapping. */
static void each_pair(yaml_place p, void (*each)(import_home *x, const char *key, yaml_place value), import_home *x) {
    if (!p.node || p.node->type != YAML_MAPPING_NODE) return;
    for (yaml_node_pair_t *i = p.node->data.mapping.pairs.start; i < p.node->data.mapping.pairs.top; i++) {
        const char *key = text_of((yaml_place){p.doc, yaml_document_get_node(p.doc, i->key)});
        if (key) each(x, key, (yaml_place){p.doc, yaml_document_get_node(p.doc, i->value)});
    }
}

static int count_of(yaml_place p) {
    return p.node && p.node->type == YAML_SEQUENCE_NODE ? (int)(p.node->data.sequence.items.top - p.node->data.sequence.items.start) : 0;
}

static yaml_place item_of(yaml_place p, int i) {
    return (yaml_place){p.doc, yaml_document_get_node(p.doc, p.node->data.sequence.items.start[i])};
}

static void *grow(void *array, int count, size_t size) {
    if (count & (count - 1)) return array;
    void *more = realloc(array, (size_t)(count ? 2 * count : 1) * size);
    if (!more) abort();
    return more;
}

char *import_copy(const char *text) {
    char *copy = strdup(text);
    if (!copy) abort();
    return copy;
}

static import_rule *add_rule(import_home *x, const char *name, int list) {
    x->rule = grow(x->rule, x->rules, sizeof *x->rule);
    x->rule[x->rules] = (import_rule){.name = import_copy(name), .list = list};
    return &x->rule[x->rules++];
}

static void take_rule(import_home *x, const char *name, yaml_place value) {
    const char *text = text_of(value);
    if (!text) return;
    import_rule *r = add_rule(x, name, 0);
    r->text = import_template(text);
    r->wild = r->text == NULL;
}

/* One value of a list: text, or {in, out}. */
static void take_value(import_home *x, yaml_place v, FILE *to, int *first) {
    const char *said = text_of(v), *out = NULL;
    if (!said) {
        said = text_of(at(v, "in"));
        out = text_of(at(v, "out"));
    }
    char *template = said ? import_template(said) : NULL;
    if (!template || strchr(template, '{') || strchr(template, ':')) {
        x->values++;
    } else {
        int group = strchr(template, '|') != NULL;
        fprintf(to, "%s%s%s%s", *first ? "" : " | ", group ? "(" : "", template, group ? ")" : "");
        if (out && strcmp(out, template) != 0) fprintf(to, " : %s", out);
        *first = 0;
    }
    free(template);
}

static void take_range(import_home *x, yaml_place range, FILE *to, int *first) {
    const char *from = text_of(at(range, "from")), *until = text_of(at(range, "to"));
    if (!from || !until) return;
    int low = atoi(from), high = atoi(until);
    x->values += low < 0 || at(range, "fractions").node != NULL;
    if (low < 0) low = 0;
    if (high < low || high > 9999) return;
    fprintf(to, "%d..%d", low, high);
    *first = 0;
}

static void take_list(import_home *x, const char *name, yaml_place value) {
    char *text = NULL;
    size_t size;
    int first = 1;
    yaml_place values = at(value, "values");
    FILE *to = open_memstream(&text, &size);
    if (!to) abort();
    for (int i = 0; i < count_of(values); i++) take_value(x, item_of(values, i), to, &first);
    if (at(value, "range").node) take_range(x, at(value, "range"), to, &first);
    fclose(to);
    import_rule *r = add_rule(x, name, 1);
    r->text = text;
    r->wild = first; /* a wildcard, or nothing of it can be said */
}

/* `<name>` becomes `<name-N>` for the rules of one entry. Returns a new text. */
static char *rename_locals(const char *text, yaml_place rules, int number) {
    char *out = NULL;
    size_t size;
    FILE *to = open_memstream(&out, &size);
    if (!to) abort();
    while (*text) {
        const char *close = *text == '<' ? strchr(text, '>') : NULL;
        char name[128];
        if (close && (size_t)(close - text) < sizeof name) {
            snprintf(name, sizeof name, "%.*s", (int)(close - text - 1), text + 1);
            fprintf(to, at(rules, name).node ? "<%s-%d>" : "<%s>", name, number);
            text = close + 1;
        } else {
            fputc(*text++, to);
        }
    }
    fclose(to);
    return out;
}

static void take_locals(import_home *x, yaml_place rules) {
    if (!rules.node || rules.node->type != YAML_MAPPING_NODE) return;
    x->locals++;
    for (yaml_node_pair_t *i = rules.node->data.mapping.pairs.start; i < rules.node->data.mapping.pairs.top; i++) {
        const char *key = text_of((yaml_place){rules.doc, yaml_document_get_node(rules.doc, i->key)});
        const char *text = text_of((yaml_place){rules.doc, yaml_document_get_node(rules.doc, i->value)});
        char name[160];
        if (!key || !text) continue;
        snprintf(name, sizeof name, "%s-%d", key, x->locals);
        char *renamed = rename_locals(text, rules, x->locals);
        import_rule *r = add_rule(x, name, 0);
        r->text = import_template(renamed);
        r->wild = r->text == NULL;
        free(renamed);
    }
}

static char *take_slots(yaml_place slots) {
    char *out = NULL;
    size_t size;
    FILE *to = open_memstream(&out, &size);
    if (!to) abort();
    if (slots.node && slots.node->type == YAML_MAPPING_NODE)
        for (yaml_node_pair_t *i = slots.node->data.mapping.pairs.start; i < slots.node->data.mapping.pairs.top; i++) {
            const char *key = text_of((yaml_place){slots.doc, yaml_document_get_node(slots.doc, i->key)});
            const char *value = text_of((yaml_place){slots.doc, yaml_document_get_node(slots.doc, i->value)});
            if (key && value && *value && !strpbrk(value, "\"\n#")) fprintf(to, " %s=\"%s\"", key, value);
        }
    fclose(to);
    return out;
}

/* One entry of `data`. */
static void take_entry(import_home *x, const char *intent, yaml_place entry) {
    yaml_place sentences = at(entry, "sentences"), rules = at(entry, "expansion_rules");
    const char *response = text_of(at(entry, "response"));
    if (count_of(sentences) == 0) return;
    take_locals(x, rules);
    x->contexts += at(entry, "requires_context").node || at(entry, "excludes_context").node;
    x->block = grow(x->block, x->blocks, sizeof *x->block);
    import_block *b = &x->block[x->blocks++];
    *b = (import_block){
        .intent = import_copy(intent), .slots = take_slots(at(entry, "slots")), .response = import_copy(response ? response : "default")};
    for (int i = 0; i < count_of(sentences); i++) {
        const char *text = text_of(item_of(sentences, i));
        if (!text) continue;
        char *renamed = rename_locals(text, rules, x->locals), *template = import_template(renamed);
        free(renamed);
        x->sentences++;
        x->signs += template == NULL;
        if (!template) continue;
        b->sentence = grow(b->sentence, b->sentences, sizeof *b->sentence);
        b->sentence[b->sentences++] = template;
    }
}

static void take_intent(import_home *x, const char *name, yaml_place value) {
    yaml_place data = at(value, "data");
    for (int i = 0; i < count_of(data); i++) take_entry(x, name, item_of(data, i));
}

static void take_answers(import_home *x, const char *intent, yaml_place value) {
    if (!value.node || value.node->type != YAML_MAPPING_NODE) return;
    for (yaml_node_pair_t *i = value.node->data.mapping.pairs.start; i < value.node->data.mapping.pairs.top; i++) {
        const char *key = text_of((yaml_place){value.doc, yaml_document_get_node(value.doc, i->key)});
        const char *text = text_of((yaml_place){value.doc, yaml_document_get_node(value.doc, i->value)});
        char name[160];
        if (!key || !text) continue;
        snprintf(name, sizeof name, "%s %s", intent, key);
        for (int n = 0; n < 2; n++) {
            x->answer = grow(x->answer, x->answers, sizeof *x->answer);
            x->answer[x->answers++] = import_copy(n ? text : name);
        }
    }
}

/* The intent of a one-intent file is the folder's name, or what follows the last '_' of the file's. */
static void intent_of_path(const char *path, char *out, size_t cap) {
    const char *slash = strrchr(path, '/'), *folder = slash;
    while (folder && folder > path && folder[-1] != '/') folder--;
    snprintf(out, cap, "%.*s", folder ? (int)(slash - folder) : 0, folder ? folder : "");
}

static void take_document(import_home *x, yaml_document_t *doc, const char *path) {
    char name[128];
    yaml_place root = {doc, yaml_document_get_root_node(doc)}, data = at(root, "data");
    each_pair(at(root, "expansion_rules"), take_rule, x);
    each_pair(at(root, "lists"), take_list, x);
    each_pair(at(root, "intents"), take_intent, x);
    each_pair(at(at(root, "responses"), "intents"), take_answers, x);
    intent_of_path(path, name, sizeof name);
    for (int i = 0; i < count_of(data); i++) take_entry(x, name, item_of(data, i));
}

static int add_file(import_home *x, const char *path) {
    yaml_parser_t parser;
    yaml_document_t doc;
    FILE *f = fopen(path, "rb");
    if (!f) return complain(-1, "%s: cannot be opened", path);
    yaml_parser_initialize(&parser);
    yaml_parser_set_input_file(&parser, f);
    int ok = yaml_parser_load(&parser, &doc);
    if (ok) {
        take_document(x, &doc, path);
        yaml_document_delete(&doc);
        x->files++;
    } else {
        complain(0, "%s: line %zu: %s", path, parser.problem_mark.line + 1, parser.problem ? parser.problem : "not YAML");
    }
    yaml_parser_delete(&parser);
    fclose(f);
    return ok ? 0 : -1;
}

static int is_yaml(const char *name) {
    size_t n = strlen(name);
    return n > 5 && strcmp(name + n - 5, ".yaml") == 0;
}

int import_add(import_home *x, const char *path) {
    struct stat s;
    struct dirent **entry;
    int code = 0;
    if (stat(path, &s) != 0) return complain(-1, "%s: there is no such file or folder", path);
    if (!S_ISDIR(s.st_mode)) return add_file(x, path);
    int count = scandir(path, &entry, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char inside[4096];
        int n = snprintf(inside, sizeof inside, "%s/%s", path, entry[i]->d_name);
        int folder = n < (int)sizeof inside && stat(inside, &s) == 0 && S_ISDIR(s.st_mode);
        if (code == 0 && entry[i]->d_name[0] != '.' && n < (int)sizeof inside && (folder || is_yaml(inside))) code = import_add(x, inside);
        free(entry[i]);
    }
    if (count >= 0) free(entry);
    return code;
}
