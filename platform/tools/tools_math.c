/* tools_math: arithmetic over spoken words, by recursive descent. Bound: depth and time by the number of words (WORDS_MAX).
 *
 *   sum     := product (plus | minus product)*
 *   product := power (times | divided by | mod power)*
 *   power   := unary (squared | cubed | to the power of unary | factorial | percent [of power] | of power)*
 *   unary   := square root of unary | half of … | add A to B | number
 */
#include "platform/tools/tools_job.h"
#include "platform/tools/tools_power.h"
#include "platform/tools/tools_words.h"
#include <math.h>

enum { DEPTH_MAX = 8 }; /* a pair is tried up to four times, so this bounds the work as well */
enum { PUT_ADD, PUT_SUBTRACT, PUT_MULTIPLY, PUT_DIVIDE, PUT_MOD, PUT_POWER, PUT_FROM };

typedef struct sum {
    words w;
    int depth;
    const char *error; /* the first thing that went wrong */
} sum;

static double read_sum(sum *s);
static double read_power(sum *s);

static double fail(sum *s, const char *why) {
    if (!s->error) s->error = why;
    return 0;
}

static double apply(sum *s, int op, double a, double b) {
    switch (op) {
    case PUT_ADD:
        return a + b;
    case PUT_SUBTRACT:
        return a - b;
    case PUT_FROM:
        return b - a;
    case PUT_MULTIPLY:
        return a * b;
    case PUT_DIVIDE:
        return b == 0 ? fail(s, "error not possible") : a / b;
    case PUT_MOD:
        return b == 0 ? fail(s, "error not possible") : a - b * floor(a / b);
    default:
        break;
    }
    double v = power_of(a, b);
    return isfinite(v) ? v : fail(s, "error not possible");
}

typedef struct pair_form { /* "multiply A by B": how it starts, what stands between */
    const char *head;
    const char *joint[4];
    int op;
} pair_form;

static const pair_form PAIRS[] = {
    {"sum of", {"and", "plus"}, PUT_ADD},
    {"add", {"and", "to", "plus"}, PUT_ADD},
    {"difference between", {"and"}, PUT_SUBTRACT},
    {"difference of", {"and"}, PUT_SUBTRACT},
    {"product of", {"and", "times"}, PUT_MULTIPLY},
    {"multiply", {"by", "and", "times", "with"}, PUT_MULTIPLY},
    {"divide", {"by", "and", "over"}, PUT_DIVIDE},
    {"quotient of", {"and"}, PUT_DIVIDE},
    {"subtract", {"from"}, PUT_FROM},
    {"take", {"from"}, PUT_FROM},
    {"subtract", {"and", "minus"}, PUT_SUBTRACT},
};

static int take_joint(words *w, const pair_form *p) {
    for (int i = 0; i < 4 && p->joint[i]; i++)
        if (words_take(w, p->joint[i])) return 1;
    return 0;
}

/* "sum of two hundred and five": the "and" may be the joint, so a second try keeps it out of the number. */
static int read_pair(sum *s, const pair_form *p, double *out) {
    int begin = s->w.at, outer = s->w.no_and;
    for (int strict = outer; strict < 2; strict++) {
        s->w.at = begin;
        if (!words_take(&s->w, p->head)) return 0;
        s->w.no_and = strict;
        double a = read_power(s);
        s->w.no_and = outer;
        if (!s->error && take_joint(&s->w, p)) {
            double b = read_power(s);
            if (!s->error) {
                *out = apply(s, p->op, a, b);
                return 1;
            }
        }
        s->error = NULL;
    }
    s->w.at = begin;
    return 0;
}

static double root(sum *s, int cube) {
    double v = read_power(s);
    if (cube) return power_cube_root(v);
    return v < 0 ? fail(s, "error not possible") : sqrt(v);
}

static double read_unary(sum *s) {
    static const char *const heads[] = {"square root of", "cube root of", "root of", "double", "twice", "triple", "negative", "minus", "half", "the"};
    double v = 0;
    if (++s->depth > DEPTH_MAX) return fail(s, "error bad number");
    for (size_t i = 0; i < sizeof PAIRS / sizeof PAIRS[0]; i++)
        if (read_pair(s, &PAIRS[i], &v)) goto done;
    switch (words_take_any(&s->w, heads, 10)) {
    case 0:
    case 2:
        v = root(s, 0);
        break;
    case 1:
        v = root(s, 1);
        break;
    case 3:
    case 4:
        v = 2 * read_unary(s);
        break;
    case 5:
        v = 3 * read_unary(s);
        break;
    case 6:
    case 7:
        v = -read_unary(s);
        break;
    case 8:
        v = words_take(&s->w, "of") || !words_done(&s->w) ? 0.5 * read_unary(s) : 0.5;
        break;
    case 9:
        v = read_unary(s);
        break;
    default:
        if (words_number(&s->w, &v)) v = fail(s, "error bad number");
    }
done:
    s->depth--;
    return v;
}

static double factorial(sum *s, double n) {
    double v = 1;
    if (n < 0 || n != floor(n) || n > 17) return fail(s, "error not possible"); /* 18! has more digits than a double holds */
    for (int i = 2; i <= (int)n; i++) v *= i;
    return v;
}

/* "to the power of three", "to the third power", "to the third". */
static int read_exponent(sum *s, double *out) {
    static const char *const nth[] = {"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"};
    int begin = s->w.at;
    if (words_take(&s->w, "to the power of") || words_take(&s->w, "to the power") || words_take(&s->w, "raised to the power of")) {
        *out = read_unary(s);
        return 1;
    }
    if (words_take(&s->w, "to the") || words_take(&s->w, "raised to the")) {
        int i = words_take_any(&s->w, nth, 10);
        *out = i + 1;
        words_take(&s->w, "power");
        if (i >= 0) return 1;
    }
    s->w.at = begin;
    return 0;
}

static double read_power(sum *s) {
    double v = read_unary(s), n;
    while (!s->error) {
        if (words_take(&s->w, "squared"))
            v = v * v;
        else if (words_take(&s->w, "cubed"))
            v = v * v * v;
        else if (words_take(&s->w, "factorial"))
            v = factorial(s, v);
        else if (read_exponent(s, &n))
            v = apply(s, PUT_POWER, v, n);
        else if (words_take(&s->w, "percent off"))
            v = (1 - v / 100) * read_power(s);
        else if (words_take(&s->w, "percent of"))
            v = v / 100 * read_power(s);
        else if (words_take(&s->w, "percent"))
            v = v / 100;
        else if (words_take(&s->w, "of"))
            v = v * read_power(s); /* "a third of ninety" */
        else
            break;
    }
    return v;
}

static int product_op(words *w) {
    static const char *const said[] = {"times", "multiplied by", "x", "divided by", "over", "mod", "modulo"};
    static const int op[] = {PUT_MULTIPLY, PUT_MULTIPLY, PUT_MULTIPLY, PUT_DIVIDE, PUT_DIVIDE, PUT_MOD, PUT_MOD};
    int i = words_take_any(w, said, 7);
    return i < 0 ? -1 : op[i];
}

static double read_product(sum *s) {
    double v = read_power(s);
    int op;
    while (!s->error && (op = product_op(&s->w)) >= 0) v = apply(s, op, v, read_power(s));
    return v;
}

static int sum_op(words *w) {
    static const char *const said[] = {"plus", "and", "added to", "minus", "take away", "less", "subtract"};
    int i = words_take_any(w, said, 7);
    return i < 0 ? -1 : i < 3 ? PUT_ADD : PUT_SUBTRACT;
}

static double read_sum(sum *s) {
    double v = read_product(s);
    int op;
    while (!s->error && (op = sum_op(&s->w)) >= 0) v = apply(s, op, v, read_product(s));
    return v;
}

int job_math(job *j) {
    sum s = {.depth = 0, .error = NULL};
    char text[48];
    if (words_split(&s.w, job_arg(j, "expr"))) return job_say(j, "error too long");
    double v = read_sum(&s);
    if (!s.error && !words_done(&s.w)) fail(&s, "error bad number");
    if (!s.error && !(fabs(v) < 1e15)) fail(&s, "error too large");
    if (s.error) return job_say(j, "%s", s.error);
    words_print(v, text, sizeof text);
    return job_say(j, "%s", text);
}
