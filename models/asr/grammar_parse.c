/* grammar_parse: templates into the network, by recursive descent; a rule is parsed again wherever it is named (see grammar.h).
 *
 * Each part is given the node where it begins and the node where it ends. 1 is returned when it may be said without a word.
 */
#include "models/asr/grammar_parts.h"
#include <string.h>

#define EMPTY GRAMMAR_LABEL(LABEL_EMPTY, 0)

static int alternatives(grammar_place *p, uint32_t from, uint32_t to);

static char at_char(const grammar_place *p, uint32_t at) {
    return at < p->end ? p->g->text[at] : 0;
}

static int ends_sequence(char c) {
    return c == 0 || c == '|' || c == ')' || c == ']' || c == ';' || c == ':';
}

static int is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Past the bracket that closes the one at `at`; p->end when there is none. */
static uint32_t past_group(const grammar_place *p, uint32_t at) {
    uint32_t depth = 0;
    for (; at < p->end; at++) {
        char c = p->g->text[at];
        if (c == '(' || c == '[') depth++;
        if ((c == ')' || c == ']') && --depth == 0) return at + 1;
    }
    return at;
}

/* "[s]", "[es]" or "['s]" against what stands before: its length, else 0. */
static uint32_t plural_at(const grammar_place *p, uint32_t at) {
    static const char *const form[] = {"[s]", "[es]", "['s]"};
    if (at == 0 || strchr(" \t\r\n([|;", p->g->text[at - 1])) return 0;
    for (int i = 0; i < 3; i++) {
        uint32_t n = (uint32_t)strlen(form[i]);
        if (p->end - at >= n && memcmp(p->g->text + at, form[i], n) == 0) return n;
    }
    return 0;
}

static uint32_t past_letters(const grammar_place *p, uint32_t at) {
    while (at < p->end && grammar_is_letter(p->g->text[at])) at++;
    return at;
}

/* A word goes on in a group: the group's bracket, else 0. */
static uint32_t joined_group(const grammar_place *p, uint32_t letters_end) {
    char c = at_char(p, letters_end);
    return (c == '(' || c == '[') && !plural_at(p, letters_end) ? letters_end : 0;
}

/* Where the item at `at` ends. */
static uint32_t past_item(const grammar_place *p, uint32_t at) {
    char c = at_char(p, at);
    if (c == '(' || c == '[') {
        at = past_group(p, at);
        return at_char(p, at) == '*' || at_char(p, at) == '+' ? at + 1 : at;
    }
    if (c == '<' || c == '{') {
        char close = c == '<' ? '>' : '}';
        while (at < p->end && p->g->text[at] != close) at++;
        return at < p->end ? at + 1 : at;
    }
    if (grammar_is_letter(c)) {
        at = past_letters(p, at);
        return joined_group(p, at) ? past_group(p, at) : at;
    }
    while (is_digit(at_char(p, at)) || at_char(p, at) == '.') at++;
    return at;
}

static int enter(grammar_place *p) {
    if (++p->depth > GRAMMAR_DEPTH) return grammar_fail(p, p->at, "more than %d groups and rules inside one another", GRAMMAR_DEPTH);
    return 0;
}

/* begin(a|b) or begin[a]: words of the beginning and each ending. */
static int joined_word(grammar_place *p, uint32_t from, uint32_t to) {
    char word[GRAMMAR_LETTERS];
    uint32_t begin = p->at, open = past_letters(p, begin), stem = open - begin, end = past_group(p, open), at = open + 1;
    if (end == p->end && (end == open || !strchr(")]", p->g->text[end - 1]))) return grammar_fail(p, open, "this group is not closed");
    while (at < end) {
        uint32_t to_letter = past_letters(p, at), n = to_letter - at;
        char c = at_char(p, to_letter);
        if (c != '|' && to_letter + 1 != end)
            return grammar_fail(p, to_letter, "expected letters only in a group against a word (or a space before it)");
        if (stem + n > GRAMMAR_LETTERS) return grammar_fail(p, begin, "expected a word of at most %d letters", GRAMMAR_LETTERS);
        memcpy(word, p->g->text + begin, stem);
        memcpy(word + stem, p->g->text + at, n);
        grammar_say(p, from, to, word, stem + n, 0);
        at = to_letter + 1;
    }
    if (p->g->text[open] == '[') grammar_say(p, from, to, p->g->text + begin, stem, 1);
    p->at = end;
    return 0;
}

static int word_item(grammar_place *p, uint32_t from, uint32_t to) {
    uint32_t begin = p->at, end = past_letters(p, begin);
    if (joined_group(p, end)) return joined_word(p, from, to);
    if (end - begin > GRAMMAR_LETTERS) return grammar_fail(p, begin, "expected a word of at most %d letters", GRAMMAR_LETTERS);
    grammar_say(p, from, to, p->g->text + begin, end - begin, 1);
    p->at = end;
    return 0;
}

static int read_number(grammar_place *p, uint32_t *value) {
    uint32_t begin = p->at, v = 0;
    for (; is_digit(at_char(p, p->at)); p->at++) v = v > GRAMMAR_NUMBER ? v : 10 * v + (uint32_t)(p->g->text[p->at] - '0');
    if (p->at == begin || v > GRAMMAR_NUMBER) return grammar_fail(p, begin, "expected a whole number up to %d", GRAMMAR_NUMBER);
    *value = v;
    return 0;
}

/* low or low..high. 0, and both; p->at is past them. */
static int read_range(grammar_place *p, uint32_t *low, uint32_t *high) {
    uint32_t begin = p->at;
    if (read_number(p, low) != 0) return -1;
    *high = *low;
    if (p->end - p->at < 2 || memcmp(p->g->text + p->at, "..", 2) != 0) return 0;
    p->at += 2;
    if (read_number(p, high) != 0) return -1;
    return *high < *low ? grammar_fail(p, begin, "expected a range from low to high") : 0;
}

static int number_item(grammar_place *p, uint32_t from, uint32_t to) {
    uint32_t low, high;
    if (read_range(p, &low, &high) != 0) return -1;
    grammar_range(p, from, to, low, high);
    return 0;
}

/* (a;b;c): a node for each set of the parts that were said. part[i] is where each begins. */
__attribute__((noinline)) static int any_order(grammar_place *p, uint32_t from, uint32_t to, const uint32_t *part, uint32_t count) {
    uint32_t set[1u << GRAMMAR_ANY_ORDER], full = (1u << count) - 1, end = p->end;
    int empty = 1;
    for (uint32_t s = 0; s <= full; s++) set[s] = s == 0 ? from : s == full ? to : grammar_node(p);
    for (uint32_t s = 0; s < full; s++) {
        for (uint32_t i = 0; i < count && !p->failed; i++) {
            if (s & 1u << i) continue;
            p->at = part[i];
            p->end = part[i + 1] - 1;
            empty &= alternatives(p, set[s], set[s | 1u << i]);
            if (!p->failed && p->at != p->end) grammar_fail(p, p->at, "expected | or ; or the end of the group");
        }
    }
    if (!p->failed) p->at = end;
    p->end = end;
    return empty;
}

/* Parts of a group between its brackets, apart by ';' at its own depth: their number, 0 when there are too many. */
static uint32_t find_parts(const grammar_place *p, uint32_t at, uint32_t end, uint32_t *part) {
    uint32_t count = 1, depth = 0;
    part[0] = at;
    for (; at < end; at++) {
        char c = p->g->text[at];
        depth += (c == '(' || c == '[');
        depth -= (c == ')' || c == ']');
        if (c != ';' || depth != 0) continue;
        if (count == GRAMMAR_ANY_ORDER) return 0;
        part[count++] = at + 1;
    }
    part[count] = end + 1;
    return count;
}

/* The inside of a group that ends before `end`. */
static int group_inside(grammar_place *p, uint32_t from, uint32_t to, uint32_t end) {
    uint32_t part[GRAMMAR_ANY_ORDER + 1], was = p->end, open = p->at;
    uint32_t count = find_parts(p, p->at, end, part);
    if (count == 0) return grammar_fail(p, open, "expected at most %d parts in any order", GRAMMAR_ANY_ORDER);
    p->end = end;
    int empty = count > 1 ? any_order(p, from, to, part, count) : alternatives(p, from, to);
    if (!p->failed && p->at != end) grammar_fail(p, p->at, "expected | or the end of the group");
    p->end = was;
    return empty;
}

static int group_item(grammar_place *p, uint32_t from, uint32_t to) {
    const char *text = p->g->text;
    uint32_t open = p->at, end = past_group(p, open), inside_from = from, inside_to = to, plural = plural_at(p, open);
    int optional = text[open] == '[';
    if (plural) {
        grammar_say(p, from, to, "'s", 2, 0);
        grammar_step(p, from, to, EMPTY);
        p->at += plural;
        return 1;
    }
    if (end == open + 1 || text[end - 1] != (optional ? ']' : ')')) return grammar_fail(p, open, "this group is not closed");
    if (enter(p) != 0) return -1;
    char again = at_char(p, end);
    int loop = again == '*' || again == '+';
    if (loop) { /* from -> L, L -> inside -> L, L -> to; for + the first time is written out */
        inside_from = inside_to = grammar_node(p);
        grammar_step(p, inside_from, to, EMPTY);
        if (again == '*') grammar_step(p, from, inside_from, EMPTY);
    }
    p->at = open + 1;
    int empty = group_inside(p, inside_from, inside_to, end - 1);
    if (loop && empty) grammar_fail(p, open, "expected a word in a group that is repeated");
    if (again == '+') {
        p->at = open + 1;
        group_inside(p, from, inside_from, end - 1);
    }
    if (optional && again != '*') grammar_step(p, from, to, EMPTY);
    p->at = end + (uint32_t)loop;
    p->depth--;
    return empty || optional || again == '*';
}

/* Parses the definition at `line` where its name stands. list: each value ends in what it puts out. */
static int list_values(grammar_place *p, uint32_t from, uint32_t to);

static int definition(grammar_place *p, uint32_t line, uint32_t from, uint32_t to, int list) {
    grammar_place inside = *p;
    const char *sign = memchr(p->g->text + line, '=', p->g->size - line);
    inside.at = (uint32_t)(sign - p->g->text) + 1;
    inside.end = grammar_body_end(p->g, line);
    if (enter(&inside) != 0) {
        p->failed = 1;
        return -1;
    }
    int empty = list ? list_values(&inside, from, to) : alternatives(&inside, from, to);
    if (!inside.failed && inside.at != inside.end) grammar_fail(&inside, inside.at, "expected a word, a group, {list}, <rule> or |");
    p->failed = inside.failed;
    return empty;
}

static int rule_item(grammar_place *p, uint32_t from, uint32_t to) {
    uint32_t begin = p->at, line;
    grammar_text name = grammar_name_at(p->g, begin + 1, p->end);
    uint32_t close = begin + 1 + name.len;
    if (name.len == 0 || at_char(p, close) != '>') return grammar_fail(p, begin, "expected <rule>");
    if (!grammar_find(p->g, 'r', name, &line)) return grammar_fail(p, begin + 1, "there is no rule %.*s", (int)name.len, name.at);
    p->at = close + 1;
    return definition(p, line, from, to, 0);
}

/* Number of the slot named at `at`; new ones are added. */
static uint32_t slot_number(grammar_place *p, uint32_t at) {
    grammar *g = p->g;
    grammar_text name = grammar_name_at(g, at, g->size);
    for (uint32_t i = 0; i < g->slots; i++) {
        grammar_text have = grammar_slot_name(g, i);
        if (have.len == name.len && memcmp(have.at, name.at, name.len) == 0) return i;
    }
    if (g->slots == GRAMMAR_SLOTS) {
        grammar_fail(p, at, "more than %d names of slots", GRAMMAR_SLOTS);
        return 0;
    }
    g->slot[g->slots] = at;
    return g->slots++;
}

static int slot_item(grammar_place *p, uint32_t from, uint32_t to) {
    uint32_t begin = p->at, line, slot_at = begin + 1;
    grammar_text list = grammar_name_at(p->g, begin + 1, p->end);
    uint32_t close = begin + 1 + list.len;
    if (at_char(p, close) == ':') {
        slot_at = close + 1;
        close = slot_at + grammar_name_at(p->g, slot_at, p->end).len;
    }
    if (list.len == 0 || close == slot_at || at_char(p, close) != '}') return grammar_fail(p, begin, "expected {list} or {list:slot}");
    if (p->in_list) return grammar_fail(p, begin, "expected no slot in a list");
    if (!grammar_find(p->g, 'l', list, &line)) return grammar_fail(p, begin + 1, "there is no list %.*s", (int)list.len, list.at);
    uint32_t inside = grammar_node(p);
    grammar_step(p, from, inside, GRAMMAR_LABEL(LABEL_OPEN, slot_number(p, slot_at)));
    p->at = close + 1;
    p->in_list = 1;
    int empty = definition(p, line, inside, to, 1);
    p->in_list = 0;
    return empty;
}

static int item(grammar_place *p, uint32_t from, uint32_t to) {
    char c = at_char(p, p->at);
    if (c == '(' || c == '[') return group_item(p, from, to);
    if (c == '<') return rule_item(p, from, to);
    if (c == '{') return slot_item(p, from, to);
    if (is_digit(c)) return number_item(p, from, to);
    if (grammar_is_letter(c)) return word_item(p, from, to);
    return grammar_fail(p, p->at, "expected a word, a group, {list} or <rule>, not '%c'", c);
}

static int sequence(grammar_place *p, uint32_t from, uint32_t to) {
    int empty = 1;
    grammar_space(p);
    if (ends_sequence(at_char(p, p->at))) {
        grammar_step(p, from, to, EMPTY);
        return 1;
    }
    while (!p->failed) {
        grammar_place ahead = *p;
        ahead.at = past_item(p, p->at);
        grammar_space(&ahead);
        int last = ends_sequence(at_char(p, ahead.at));
        uint32_t next = last ? to : grammar_node(p);
        empty &= item(p, from, next);
        grammar_space(p);
        if (last) break;
        from = next;
    }
    return empty;
}

static int alternatives(grammar_place *p, uint32_t from, uint32_t to) {
    int empty = sequence(p, from, to);
    while (!p->failed && at_char(p, p->at) == '|') {
        p->at++;
        empty |= sequence(p, from, to);
    }
    return empty;
}

/* A value that is only low..high: 1, and it ends in its digits. */
static int range_value(grammar_place *p, uint32_t from, uint32_t to) {
    grammar_place ahead = *p;
    uint32_t low, high, digits = p->at;
    while (is_digit(at_char(p, digits))) digits++;
    if (digits == p->at || p->end - digits < 3 || memcmp(p->g->text + digits, "..", 2) != 0) return 0;
    int bad = read_range(&ahead, &low, &high);
    p->failed = ahead.failed;
    if (bad) return 1;
    grammar_space(&ahead);
    if (!ends_sequence(at_char(&ahead, ahead.at)) || at_char(&ahead, ahead.at) == ':') return 0;
    uint32_t said = grammar_node(p);
    grammar_range(p, from, said, low, high);
    grammar_step(p, said, to, GRAMMAR_LABEL(LABEL_NUMBER, 0));
    p->at = ahead.at;
    return 1;
}

static int one_value(grammar_place *p, uint32_t from, uint32_t to) {
    grammar_space(p);
    if (range_value(p, from, to)) return 0;
    uint32_t said = grammar_node(p), label = GRAMMAR_LABEL(LABEL_SAID, 0);
    int empty = sequence(p, from, said);
    if (at_char(p, p->at) == ':') {
        do p->at++;
        while (at_char(p, p->at) == ' ');
        uint32_t len = grammar_output(p->g, p->at).len;
        if (len == 0) return grammar_fail(p, p->at, "expected what is put out after :");
        label = GRAMMAR_LABEL(LABEL_OUTPUT, p->at);
        p->at += len;
        grammar_space(p);
    }
    grammar_step(p, said, to, label);
    return empty;
}

static int list_values(grammar_place *p, uint32_t from, uint32_t to) {
    uint32_t begin = p->at;
    int empty = one_value(p, from, to);
    while (!p->failed && at_char(p, p->at) == '|') {
        p->at++;
        empty |= one_value(p, from, to);
    }
    if (empty && !p->failed) grammar_fail(p, begin, "expected a word in every value of a list");
    return empty;
}

int grammar_template(grammar_place *p, uint32_t from, uint32_t to) {
    return alternatives(p, from, to);
}
