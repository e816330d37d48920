/* clause: see clause.h. The decision about a mark waits for the next character, or for the next word when that decides. */
#include "models/tts/clause.h"
#include <string.h>

/* Words (without their last dot) that a full stop does not end a clause after: never; unless a capital follows; unless a word
 * follows that begins sentences (so that "the U.S. Army" stays whole); unless a capital that is no day or zone follows. */
static const char never_end[] = " dr mr mrs ms prof mt gen sgt capt lt col rev hon gov sen rep pres vs approx dept fig e.g i.e ";
static const char end_at_capital[] =
    " no nos vol pp p etc inc ltd co corp min max ave blvd rd ext tel temp est in oz lb lbs hr hrs mins sec secs tbsp tsp ";
static const char end_at_starter[] =
    " st u.s u.k u.s.a d.c ph.d m.d b.c a.d jr sr jan feb mar apr jun jul aug sept sep oct nov dec mon tue tues wed thu thurs fri sat sun ";
static const char end_of_day[] = " a.m p.m am pm ";
static const char starters[] =
    " the an it he she we you they i'm it's he's she's we're you're they're there's that's this that these those there here in on at if when "
    "what where who why how but and so then now my your his her its our their do does did is are was were can could would will please "
    "let let's yes no not also as for to after before next another once while some most many all both one i i'll i've you'll ";
static const char after_time[] =
    " monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october "
    "november december est edt cst cdt mst mdt pst pdt utc gmt cet et pt eastern central mountain pacific ";
static const char weekdays[] = " monday tuesday wednesday thursday friday saturday sunday ";
static const char questions[] = " what where who why how when which whose whom ";
static const char numbers[] =
    " one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty seventy eighty ninety hundred thousand "
    "million between from ";

/* Words before which a long clause may part without a mark, the better ones sooner; `first`: for the text's first clause. */
static const struct joint {
    const char *words;
    uint8_t first, later; /* bytes before it */
} joints[] = {
    {" but because which while although though unless whereas if when where who since then ", 100, 140},
    {" and or ", 120, 180},
    {" with for from in on at by into about over under after before until near during through that to of ", 160, 220},
};

/* Words that belong to a joining word behind them: "as if", "even though". */
static const char TIED[] = " as even only just so what ";

enum { CLAUSE_LAST = 2 }; /* of `going`: the finished clause is the text's last */

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

/* The `len` bytes at `from`, lowered, stand in the space-separated list. */
static int word_in(const clause_splitter *c, size_t from, size_t len, const char *list) {
    char word[16] = " ";
    if (len == 0 || len > 12) return 0;
    for (size_t i = 0; i < len; i++) word[1 + i] = (char)(is_upper(c->text[from + i]) ? c->text[from + i] + 32 : c->text[from + i]);
    word[1 + len] = ' ';
    word[2 + len] = 0;
    return strstr(list, word) != NULL;
}

/* Where the word that ends before `at` begins, opening quotes and brackets left out. */
static size_t word_start(const clause_splitter *c, size_t at) {
    size_t from = at;
    while (from > 0 && !is_space(c->text[from - 1]) && !strchr("(\"*_[", c->text[from - 1])) from--;
    return from;
}

static int word_before_in(const clause_splitter *c, size_t at, const char *list) {
    size_t from = word_start(c, at);
    return word_in(c, from, at - from, list);
}

/* One capital letter alone before the dot: an initial. */
static int is_initial(const clause_splitter *c, size_t at) {
    if (at < 1 || !is_upper(c->text[at - 1]) || c->text[at - 1] == 'I') return 0;
    return at == 1 || is_space(c->text[at - 2]) || c->text[at - 2] == '.';
}

/* Digits alone at the clause's head ("1. Open"), or later in a clause that began so: the number of a list's item. */
static int is_item(const clause_splitter *c, size_t at) {
    size_t from = word_start(c, at), head = 0;
    for (size_t i = from; i < at; i++)
        if (!is_digit(c->text[i])) return 0;
    while (head < at && is_digit(c->text[head])) head++;
    return at > from && at - from <= 2 && (from == 0 || (head > 0 && head < 3 && c->text[head] == '.'));
}

/* Closing quotes, brackets and the signs of Markdown; any byte outside ASCII may be one. */
static int is_closing(int c) {
    return c != 0 && (strchr("\"')]*_`", c) || (unsigned char)c >= 0x80);
}

/* What follows a mark. */
typedef struct after_mark {
    size_t end;  /* of the mark with what closes after it */
    int next;    /* first character after that, 0: not there yet */
    size_t word; /* where the next word begins */
    int first;   /* its first character, 0: not there yet */
    size_t len;  /* its bytes once a character after it has come, else 0 */
} after_mark;

static after_mark look_after(const clause_splitter *c, size_t at) {
    after_mark a = {0};
    size_t i = at + 1;
    int stop = !strchr(",;:", c->text[at]);
    while (i < c->len && stop && (is_closing(c->text[i]) || strchr(".!?", c->text[i]))) i++;
    a.end = i;
    a.next = i < c->len ? c->text[i] : 0;
    while (i < c->len && (is_space(c->text[i]) || strchr("(\"*_[", c->text[i]))) i++;
    a.word = i;
    a.first = i < c->len ? c->text[i] : 0;
    while (i < c->len && !is_space(c->text[i]) && !strchr(".,;:!?", c->text[i])) i++;
    if (i < c->len) a.len = c->text[i] == '.' && i - a.word == 1 ? 13 : i - a.word; /* "A.": an initial, in no list */
    return a;
}

/* A full stop at `at`: 1 ends the clause, 0 does not, -1 wait for more. */
static int judge_dot(const clause_splitter *c, size_t at, const after_mark *a) {
    if (!is_space(a->next) || word_before_in(c, at, never_end) || is_item(c, at)) return 0;
    int foot = word_before_in(c, at, " ft ");
    if (foot && !(at > 3 && is_digit(c->text[at - 4]))) return 0; /* Ft. Worth */
    int capital = foot || word_before_in(c, at, end_at_capital), starter = is_initial(c, at) || word_before_in(c, at, end_at_starter);
    int day = word_before_in(c, at, end_of_day);
    if (!capital && !starter && !day) return 1;
    if (a->first == 0) return -1;
    if (!is_upper(a->first)) return 0;
    if (capital) return 1;
    if (a->len == 0) return -1;
    return day ? !word_in(c, a->word, a->len, after_time) : word_in(c, a->word, a->len, starters);
}

/* "!" and "?": the clause goes on when a quotation closes and a small letter follows ("Really?" he asked). */
static int judge_stop(size_t at, const after_mark *a) {
    if (!is_space(a->next)) return 0;
    if (a->end == at + 1) return 1;
    return a->first == 0 ? -1 : !(a->first >= 'a' && a->first <= 'z');
}

/* Commas part a clause once enough was said, colons and semicolons sooner; not inside "November 21, 2026" or "Friday, May 1". */
static int judge_comma(const clause_splitter *c, size_t at, const after_mark *a) {
    size_t enough = !c->going ? CLAUSE_FIRST : c->text[at] == ',' ? CLAUSE_COMMA : CLAUSE_COLON;
    if (!is_space(a->next) || at < enough || word_before_in(c, at, weekdays)) return 0;
    if (!is_digit(c->text[at - 1])) return 1;
    return a->first == 0 ? -1 : !is_digit(a->first);
}

static void finish_at(clause_splitter *c, size_t end) {
    c->done = (uint16_t)end;
    c->mark = 0;
    c->bare = 0;
}

/* Looks at the pending mark again; 1 when a clause became ready. */
static int judge(clause_splitter *c) {
    size_t at = (size_t)c->mark - 1;
    int mark = c->text[at];
    after_mark a = look_after(c, at);
    if (a.next == 0) return 0;
    int verdict = mark == '.' ? judge_dot(c, at, &a) : strchr(",;:", mark) ? judge_comma(c, at, &a) : judge_stop(at, &a);
    if (verdict < 0) return 0;
    c->mark = 0;
    if (verdict > 0) finish_at(c, a.end);
    return verdict;
}

/* No end found in CLAUSE_MAX bytes or CLAUSE_WEIGHT: cut at the last space, else at a whole character. */
static int cut_long(clause_splitter *c) {
    size_t end = c->len;
    while (end > 0 && !is_space(c->text[end - 1])) end--;
    if (end == 0) {
        end = c->len;
        while (end > 1 && ((unsigned char)c->text[end - 1] & 0xC0) == 0x80) end--;
        if (end > 1 && (unsigned char)c->text[end - 1] >= 0xC0) end--; /* the last character may be unfinished */
    }
    finish_at(c, end);
    c->braces = 0;
    c->bare = 1;
    return 1;
}

static int ends_in_ellipsis(const clause_splitter *c) {
    return c->len >= 3 && memcmp(c->text + c->len - 3, "\xE2\x80\xA6", 3) == 0;
}

/* Bytes of a dash between words that ends before `at`: " - ", "--", an en dash with spaces, an em dash; 0 when there is none. */
static size_t dash_before(const clause_splitter *c, size_t at) {
    const char *t = c->text + at;
    int spaced = at >= 5 && is_space(t[-1]);
    if (at >= 3 && memcmp(t - 3, "\xE2\x80\x94", 3) == 0) return 3;
    if (spaced && (memcmp(t - 4, "\xE2\x80\x94", 3) == 0 || (is_space(t[-5]) && memcmp(t - 4, "\xE2\x80\x93", 3) == 0))) return 4;
    return spaced && t[-2] == '-' && (t[-3] == '-' || is_space(t[-3])) ? 2 : 0;
}

/* The character after a dash has come: the clause ends at the dash when enough was said and it is no minus sign. */
static int judge_dash(clause_splitter *c) {
    size_t at = (size_t)c->len - 1, size = dash_before(c, at), enough = c->going ? CLAUSE_COMMA : CLAUSE_FIRST;
    if (size == 0 || at - size < enough || is_space(c->text[at])) return 0;
    size_t before = at - size;
    while (before > 0 && (is_space(c->text[before - 1]) || c->text[before - 1] == '-')) before--;
    if (is_digit(c->text[at]) && before > 0 && is_digit(c->text[before - 1])) return 0;
    finish_at(c, at);
    return 1;
}

/* A word is complete: a long clause parts before it when it joins two thoughts and no number is torn. */
static int judge_joint(clause_splitter *c) {
    size_t end = (size_t)c->len - 1, from = word_start(c, end), before = from, head = 0;
    if (end == from || from == 0 || !is_space(c->text[from - 1])) return 0;
    while (before > 0 && is_space(c->text[before - 1])) before--;
    while (head < c->len && !is_space(c->text[head])) head++;
    for (size_t i = 0; i < sizeof joints / sizeof *joints; i++) {
        if (before < (c->going ? joints[i].later : joints[i].first) || !word_in(c, from, end - from, joints[i].words)) continue;
        int torn = is_digit(c->text[before - 1]) || word_before_in(c, before, numbers) || word_before_in(c, before, TIED);
        if (torn || word_in(c, 0, head, questions) || word_before_in(c, before, joints[i].words)) return 0;
        finish_at(c, from);
        c->bare = 1;
        return 1;
    }
    return 0;
}

/* About how many phones a byte becomes: a digit a word or two, a capital or a sign one, a letter one phone at most. */
static unsigned weight_of(int c) {
    if (is_digit(c) || c == 'W') return 10;
    if (is_upper(c)) return 4;
    return is_space(c) || (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80 ? 1 : 6;
}

/* Forgets the finished clause and the blanks after it; what follows the last one of a text is a new text's first. */
static void drop_done(clause_splitter *c) {
    size_t from = c->done;
    while (from < c->len && is_space(c->text[from])) from++;
    memmove(c->text, c->text + from, c->len - from);
    c->len = (uint16_t)(c->len - from);
    c->done = 0;
    c->going = c->going != CLAUSE_LAST;
    c->weight = 0;
    for (size_t i = 0; i < c->len; i++) c->weight = (uint16_t)(c->weight + weight_of(c->text[i]));
}

int clause_push(clause_splitter *c, char ch) {
    if (c->done) drop_done(c);
    if (ch == 0) ch = ' ';
    if (c->len == 0 && is_space(ch)) return 0;
    c->text[c->len++] = ch;
    c->weight = (uint16_t)(c->weight + (c->braces ? 1 : weight_of(ch)));
    if (ch == '\n' && c->len > 1) {
        finish_at(c, c->len);
        return 1;
    }
    if (ch == '{') c->braces = 1;
    if (ch == '}') c->braces = 0;
    if (c->mark && judge(c)) return 1;
    if (!c->mark && !c->braces && (strchr(".!?,;:", ch) || ends_in_ellipsis(c))) c->mark = c->len;
    if (!c->braces && judge_dash(c)) return 1;
    if (!c->braces && !c->mark && is_space(ch) && judge_joint(c)) return 1;
    return c->len >= CLAUSE_MAX || c->weight >= CLAUSE_WEIGHT ? cut_long(c) : 0;
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
    c->going = CLAUSE_LAST;
    return 1;
}

size_t clause_take(clause_splitter *c, char *out, size_t cap) {
    size_t from = 0, end = c->done;
    if (end == 0 || cap == 0) return 0;
    while (from < end && is_space(c->text[from])) from++;
    while (end > from && is_space(c->text[end - 1])) end--;
    size_t n = end - from < cap - 1 ? end - from : cap - 1;
    memcpy(out, c->text + from, n);
    if (c->bare && n > 0 && n < cap - 1 && n < CLAUSE_MAX && !strchr(".,;:!?-", out[n - 1])) out[n++] = ',';
    out[n] = 0;
    drop_done(c);
    return n;
}
