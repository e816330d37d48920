/* tools_power: see tools_power.h. A power is worked out in pairs of doubles (about 100 bits), so that what millions of factors lose
 * stays below the last place of the answer. Bound: 106 products for a whole exponent, 60 square roots for the part after the point. */
#include "platform/tools/tools_power.h"
#include <math.h>
#include <stdint.h>

typedef struct pair { /* the number hi + lo, lo at most half a unit of hi's last place */
    double hi, lo;
} pair;

static const double LARGE = 1e290, EXPONENT_MOST = 9007199254740992.0; /* beyond them answers are 0, 1 or infinite anyway */

/* a * b with what rounding took away (Dekker 1971): factors are split into halves of 26 bits, whose products are exact. */
static pair product(double a, double b) {
    double p = a * b;
    if (!(fabs(p) < LARGE && fabs(a) < LARGE && fabs(b) < LARGE)) return (pair){p, 0};
    double c = 134217729.0 * a, d = 134217729.0 * b;
    double a1 = c - (c - a), a2 = a - a1, b1 = d - (d - b), b2 = b - b1;
    return (pair){p, ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2};
}

static pair renewed(double hi, double lo) {
    double sum = hi + lo;
    return isfinite(sum) ? (pair){sum, lo - (sum - hi)} : (pair){sum, 0};
}

static pair times(pair a, pair b) {
    pair p = product(a.hi, b.hi);
    return isfinite(p.hi) ? renewed(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi)) : p;
}

/* The root of hi, and Newton's correction for what its square lacks. */
static pair root_of(pair a) {
    double s = sqrt(a.hi);
    if (!(s > 0) || !isfinite(s)) return (pair){s, 0};
    pair square = product(s, s);
    return renewed(s, (a.hi - square.hi - square.lo + a.lo) / (2 * s));
}

/* By squaring: one product a bit of n, and one more where it is set. */
static pair whole_power(pair base, uint64_t n) {
    pair v = {1, 0};
    for (; n; n >>= 1) {
        if (n & 1) v = times(v, base);
        if (n > 1) base = times(base, base);
    }
    return v;
}

/* The power of a fraction 0 <= part < 1: the second, fourth, eighth … root for each bit of it that is set. */
static pair part_power(pair base, double part) {
    pair v = {1, 0}, root = base;
    for (int i = 0; i < 60 && part > 0; i++) {
        root = root_of(root);
        part *= 2;
        if (part < 1) continue;
        v = times(v, root);
        part -= 1;
    }
    return v;
}

double power_of(double base, double exponent) {
    double size = fmin(fabs(exponent), EXPONENT_MOST), whole = floor(size);
    pair b = {base, 0}, v = times(whole_power(b, (uint64_t)whole), part_power(b, size - whole));
    if (exponent >= 0 || !isfinite(v.hi) || v.hi == 0) return exponent < 0 ? 1 / v.hi : v.hi;
    double over = 1 / v.hi;
    pair back = product(over, v.hi);
    return over + ((1 - back.hi) - back.lo - over * v.lo) * over;
}

/* Newton from a number of the right size; from above it falls towards the root, so it ends where it stops falling. A last step with the
 * exact cube takes off what rounding left. */
double power_cube_root(double v) {
    double size = fabs(v), x = 1;
    if (!(size > 0) || !isfinite(size)) return v;
    if (size > 1e270) return power_cube_root(v * 1e-270) * 1e90;
    while (x * x * x < size) x *= 2;
    while (x * x * x > 8 * size) x *= 0.5;
    for (;;) {
        double next = x - (x * x * x - size) / (3 * x * x);
        if (!(next < x)) break;
        x = next;
    }
    pair cube = times(product(x, x), (pair){x, 0});
    x -= ((cube.hi - size) + cube.lo) / (3 * x * x);
    return v < 0 ? -x : x;
}
