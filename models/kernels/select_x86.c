/* select_x86: cpuid tells the instructions; __builtin_cpu_supports also asks XGETBV whether the OS saves the wide registers. */
#include "models/kernels/tables.h"
#include <cpuid.h>

static int always(void) {
    return 1;
}

static int has_f16c(void) {
    unsigned a, b, c = 0, d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & (1u << 29));
}

static int has_avx2(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && has_f16c();
}

static int has_avx512vnni(void) {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vnni");
}

const kernel_choice kernel_choices[] = {
    {&kernels_ref, always},
    {&kernels_avx2, has_avx2},
    {&kernels_avx512vnni, has_avx512vnni},
    {NULL, NULL},
};
