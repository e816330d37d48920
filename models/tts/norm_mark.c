/* norm_mark: marks of punctuation, the signs of Markdown that are not said, and the signs that are said as a word. */
#include "models/tts/norm.h"
#include <string.h>

/* Bytes from n->at up to and with the next `c` among the next `most`, 0 when there is none. */
static size_t reach(const norm *n, int c, size_t most) {
    for (size_t len = 1; len <= most && n->at + len <= n->len; len++)
        if (norm_peek(n, n->at + len - 1) == c) return len;
    return 0;
}

/* Bytes of mark-up to pass over in silence: "[" and "](address)" of a link, "!" of a picture, "[12]" after a word, "<br>". */
static size_t markup_length(const norm *n) {
    int c = norm_peek(n, n->at), next = norm_peek(n, n->at + 1);
    size_t digits = norm_digits_at(n, n->at + 1), len = 0;
    if (c == '!' && next == '[') return 1;
    if (c == ']' && next == '(') return reach(n, ')', 300);
    if (c == '[' && (next == ' ' || norm_lower(next) == 'x') && norm_peek(n, n->at + 2) == ']') return 3; /* - [x] a task */
    if (c == '[' && digits && n->at > 0 && norm_peek(n, n->at - 1) > ' ' && norm_peek(n, n->at + 1 + digits) == ']') return digits + 2;
    if (c == '[' && (len = reach(n, ']', 100)) > 0 && norm_peek(n, n->at + len) == '(') return 1;
    if (c == '<' && (norm_is_letter(next) || next == '/')) return reach(n, '>', 40);
    return 0;
}

int norm_read_mark(norm *n) {
    int c = norm_peek(n, n->at), next = norm_peek(n, n->at + 1), before = n->at ? norm_peek(n, n->at - 1) : ' ';
    if (c == '!' && next == '=') {
        norm_say(n, "is not equal to");
        n->at += 2;
        return 1;
    }
    size_t silent = markup_length(n);
    n->at += silent;
    if (silent) return 1;
    if (c == '.' && before == ' ' && norm_is_letter(next)) { /* .NET, .com */
        norm_say(n, "dot");
        n->at++;
        return 1;
    }
    if (c == 0 || !(c == SYM_DASH || strchr(",;:.!?()[]-|", c))) return 0;
    if (strchr(",;:.!?", c))
        norm_mark(n, (char)c);
    else if (c == SYM_DASH || (c != '-' && norm_skip_spaces(n, n->at + 1) < n->len))
        norm_mark(n, ',');
    else if (c == '-' && (next == '-' || (before == ' ' && (next == ' ' || next == 0))))
        norm_mark(n, ',');
    n->at++;
    return 1;
}

/* Signs between two things ("x < 3", "home -> work"): said only when something stands on both sides. */
static int read_relation(norm *n, int c) {
    static const struct {
        char sign;
        const char *word;
    } table[] = {{'<', "is less than"},         {'>', "is greater than"},         {SYM_AT_MOST, "is at most"},
                 {SYM_AT_LEAST, "is at least"}, {SYM_UNEQUAL, "is not equal to"}, {SYM_ARROW, "to"}};
    size_t arrow = (c == '-' || c == '=') && norm_peek(n, n->at + 1) == '>';
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (arrow ? table[i].sign != SYM_ARROW : table[i].sign != (char)c) continue;
        int next = norm_peek(n, norm_skip_spaces(n, n->at + 1 + arrow));
        if (norm_is_letter(next) || norm_is_digit(next) || next == '-') {
            if (n->n > 0)
                norm_say(n, table[i].word);
            else if (table[i].sign != SYM_ARROW && norm_is_digit(next))
                norm_say(n, table[i].word + 3); /* without "is" */
        }
        n->at += 1 + arrow;
        return 1;
    }
    return 0;
}

void norm_read_symbol(norm *n) {
    static const struct {
        char sign;
        const char *word;
    } table[] = {{'&', "and"},
                 {'@', "at"},
                 {'%', "percent"},
                 {'+', "plus"},
                 {'=', "equals"},
                 {'$', "dollars"},
                 {SYM_EURO, "euros"},
                 {SYM_POUND, "pounds"},
                 {SYM_YEN, "yen"},
                 {SYM_RUPEE, "rupees"},
                 {SYM_CENT, "cents"},
                 {SYM_DEGREE, "degrees"},
                 {SYM_TIMES, "times"},
                 {SYM_DIVIDE, "divided by"},
                 {SYM_PLUS_MINUS, "plus or minus"},
                 {SYM_MICRO, "micro"},
                 {SYM_SQUARED, "squared"},
                 {SYM_CUBED, "cubed"},
                 {SYM_OHM, "ohm"},
                 {SYM_PI, "pi"},
                 {SYM_SECTION, "section"},
                 {SYM_ROOT, "square root of"},
                 {SYM_APPROX, "approximately"}};
    int c = norm_peek(n, n->at), next = norm_peek(n, n->at + 1), before = n->at ? norm_peek(n, n->at - 1) : ' ';
    if (read_relation(n, c)) return;
    if (c == '=' && before == '=') c = 0;
    if (c == '#' && n->at > 0 && norm_capital(n, n->at - 1)) norm_say(n, "sharp"); /* C# */
    if (c == '#' && norm_is_letter(next)) norm_say(n, "hashtag");
    if (c == '/' && before == ' ' && next == ' ') norm_mark(n, ',');
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].sign == (char)c) norm_say(n, table[i].word);
    n->at++;
}
