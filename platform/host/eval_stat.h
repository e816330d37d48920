/* eval_stat: the arithmetic that the figures of every evaluation and bench share. What has no case is NAN, "not measured". */
#ifndef SOTTO_HOST_EVAL_STAT_H
#define SOTTO_HOST_EVAL_STAT_H
#include <stdint.h>

double stat_ratio(double a, double b); /* a / b, NAN unless b > 0 */
void stat_sort(double *x, uint32_t n); /* smallest first */
/* Nearest-rank percentile of the sorted values x[n], p in 0 .. 1: the smallest value that at least p * n of them do not exceed. */
double stat_percentile(const double *x, uint32_t n, double p);

#endif
