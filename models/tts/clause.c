/* clause: see clause.h. The decision about a mark waits for the next character, or for the next word's first one. */
#include "models/tts/clause.h"
#include <string.h>

static const char never_end[] = " dr mr mrs ms prof st mt gen sgt capt lt col rev hon gov vs approx dept fig e.g i.e ";
static const char seldom_end[] =
    " no nos vol pp p a.m p.m u.s u.k etc inc ltd co corp jr sr jan feb mar apr jun jul aug sept sep oct nov dec "
    "min max ave blvd rd ext tel temp est d.c ft in oz lb lbs hr hrs mins sec secs tbsp tsp mon tue tues wed thu thurs fri sat sun ";

static int is_space(int c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static int is_digit(int c) {
    return c >= '0' && c <= '9';
}

static int is_upper(int c) {
    return c >= 'A' && c <= 'Z';
}

void clause_reset(clause_splitter *c) {
    memset(c, 0, sizeof *c);
}

/* Is the word that ends before `at` in the space-separated list? */
static int word_before_in(const clause_splitter *c, size_t at, const char *list) {
    char word[12] = " ";
    size_t from = at, n = 1;
    while (from > 0 && !is_space(c->text[from - 1]) && c->text[from - 1] != '(') from--;
    if (at - from > 8 || at == from) return 0;
    for (; from < at; from++) word[n++] = (char)(is_upper(c->text[from]) ? c->text[from] + 32 : c->text[from]);
    word[n++] = ' ';
    word[n] = 0;
    return strstr(list, word) != NULL;
}

/* One capital letter alone before the dot: an initial. */
static int is_initial(const clause_splitter *c, size_t at) {
    if (at < 1 || !is_upper(c->text[at - 1]) || c->text[at - 1] == 'I') return 0;
    return at == 1 || is_space(c->text[at - 2]) || c->text[at - 2] == '.';
}

static int is_quote(int c) {
    return c == '"' || c == '\'' || c == ')' || c == ']' || (unsigned char)c >= 0x80;
}

/* A mark at `at` with the text after it: 1 ends the clause, 0 does not, -1 wait for more. `next` is the first character
 * after it, `word` the first one that is no space (0: not there yet). */
static int judge_dot(const clause_splitter *c, size_t at, int next, int word) {
    if (!is_space(next)) return 0;
    if (word_before_in(c, at, never_end)) return 0;
    int maybe = word_before_in(c, at, seldom_end) || is_initial(c, at);
    if (!maybe) return 1;
    return word == 0 ? -1 : is_upper(word) && !is_initial(c, at);
}

static int judge_comma(const clause_splitter *c, size_t at, int next, int word) {
    (void)c;
    if (!is_space(next) || at < CLAUSE_COMMA) return 0;
    return word == 0 ? -1 : !is_digit(word);
}

/* First character after the mark and its closing quotes; *word: the first that is no space. Returns the mark's end. */
static size_t look_after(const clause_splitter *c, size_t at, int *next, int *word) {
    size_t i = at + 1;
    int dots = c->text[at] == '.' || c->text[at] == '!' || c->text[at] == '?';
    while (i < c->len && dots && (is_quote(c->text[i]) || strchr(".!?", c->text[i]))) i++;
    size_t end = i;
    *next = i < c->len ? c->text[i] : 0;
    while (i < c->len && is_space(c->text[i])) i++;
    *word = i < c->len ? c->text[i] : 0;
    return end;
}

static void finish_at(clause_splitter *c, size_t end) {
    c->done = (uint16_t)end;
    c->mark = 0;
}

/* Looks at the pending mark again; 1 when a clause became ready. */
static int judge(clause_splitter *c) {
    size_t at = (size_t)c->mark - 1;
    int next, word, mark = c->text[at];
    size_t end = look_after(c, at, &next, &word);
    if (next == 0) return 0;
    int sentence = mark == '.' || mark == '!' || mark == '?';
    int verdict = mark == '.' ? judge_dot(c, at, next, word) : sentence ? is_space(next) : judge_comma(c, at, next, word);
    if (verdict < 0) return 0;
    c->mark = 0;
    if (verdict > 0) finish_at(c, end);
    return verdict;
}

/* No end found in CLAUSE_MAX bytes: cut at the last space, else at a whole character. */
static int cut_long(clause_splitter *c) {
    size_t end = c->len;
    while (end > 0 && !is_space(c->text[end - 1])) end--;
    if (end == 0) end = c->len;
    while (end > 1 && end == c->len && ((unsigned char)c->text[end - 1] & 0xC0) == 0x80) end--;
    finish_at(c, end);
    c->braces = 0;
    return 1;
}

/* Does the text end in a dash that stands between words (" - ", "--", an em dash and a space)? */
static int ends_in_dash(const clause_splitter *c) {
    const char *t = c->text + c->len;
    if (c->len < CLAUSE_COMMA || !is_space(t[-1])) return 0;
    int em = (unsigned char)t[-4] == 0xE2 && (unsigned char)t[-3] == 0x80 && (unsigned char)t[-2] == 0x94;
    return em || (t[-2] == '-' && t[-3] == '-');
}

static void drop_done(clause_splitter *c) {
    size_t left = (size_t)c->len - c->done;
    memmove(c->text, c->text + c->done, left);
    c->len = (uint16_t)left;
    c->done = 0;
}

int clause_push(clause_splitter *c, char ch) {
    if (c->done) drop_done(c);
    if (ch == 0) ch = ' ';
    if (c->len == 0 && is_space(ch)) return 0;
    c->text[c->len++] = ch;
    if (ch == '\n' && c->len > 1) {
        finish_at(c, c->len);
        return 1;
    }
    if (ch == '{') c->braces = 1;
    if (ch == '}') c->braces = 0;
    if (c->mark && judge(c)) return 1;
    if (!c->mark && !c->braces && strchr(".!?,;:", ch)) c->mark = c->len;
    if (!c->braces && ends_in_dash(c)) {
        finish_at(c, c->len);
        return 1;
    }
    return c->len >= CLAUSE_MAX ? cut_long(c) : 0;
}

int clause_finish(clause_splitter *c) {
    if (c->done) drop_done(c);
    size_t i = 0;
    while (i < c->len && is_space(c->text[i])) i++;
    if (i == c->len) {
        clause_reset(c);
        return 0;
    }
    finish_at(c, c->len);
    return 1;
}

size_t clause_take(clause_splitter *c, char *out, size_t cap) {
    size_t from = 0, end = c->done;
    if (end == 0 || cap == 0) return 0;
    while (from < end && is_space(c->text[from])) from++;
    while (end > from && is_space(c->text[end - 1])) end--;
    size_t n = end - from < cap - 1 ? end - from : cap - 1;
    memcpy(out, c->text + from, n);
    out[n] = 0;
    drop_done(c);
    return n;
}
