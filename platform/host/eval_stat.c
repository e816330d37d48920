/* eval_stat: see eval_stat.h. */
#include "platform/host/eval_stat.h"
#include <math.h>
#include <stdlib.h>

double stat_ratio(double a, double b) {
    return b > 0 ? a / b : (double)NAN;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void stat_sort(double *x, uint32_t n) {
    qsort(x, n, sizeof *x, by_value);
}

double stat_percentile(const double *x, uint32_t n, double p) {
    if (n == 0) return (double)NAN;
    double rank = ceil(p * n);
    return x[rank < 1 ? 0 : (uint32_t)rank - 1];
}
