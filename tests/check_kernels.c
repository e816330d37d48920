/* check_kernels: every kernel table that this machine runs against the scalar reference, bit for bit; with --bench it times them.
 *
 * Each operand's area lies between two pages that may not be touched: reading one byte beside an operand is a crash.
 */
#define _GNU_SOURCE
#include "tests/kernels_check.h"
#include "tests/kernels_bench.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <cmocka.h>

enum { PAGE = 65536 };

static uint8_t *areas[CHECK_AREAS];

static uint8_t *check_area(int i) {
    return areas[i];
}

static int set_up(void **state) {
    (void)state;
    for (int i = 0; i < CHECK_AREAS; i++) {
        uint8_t *p = mmap(NULL, CHECK_AREA + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED || mprotect(p + PAGE, CHECK_AREA, PROT_READ | PROT_WRITE) != 0) return -1;
        areas[i] = p + PAGE;
    }
    return 0;
}

static void run_all(void (*part)(check *, int)) {
    int usable = 0;
    const kernels *k, *ref = kernels_list(0, NULL);
    assert_non_null(ref);
    for (size_t i = 1; (k = kernels_list(i, &usable)) != NULL; i++) {
        check c = {.k = k, .ref = ref, .seed = 1};
        if (!usable) {
            printf("%s: not on this machine\n", k->name);
            continue;
        }
        part(&c, 8);
        if (c.failed)
            fail_msg("%s: %u of %u comparisons differ, first %s (%zu, %zu, %zu)", k->name, c.failed, c.runs, c.first, c.first_size[0],
                     c.first_size[1], c.first_size[2]);
        printf("%s: %u comparisons, the same bits\n", k->name, c.runs);
        assert_true(c.runs > 1000);
    }
}

static void vectors_match(void **state) {
    (void)state;
    run_all(check_vectors);
}

static void gemm_i8_matches(void **state) {
    (void)state;
    run_all(check_i8);
}

static void block_formats_match(void **state) {
    (void)state;
    run_all(check_q);
}

/* The reference itself, against numbers worked out by hand. */
static void reference_is_right(void **state) {
    (void)state;
    const kernels *k = kernels_list(0, NULL);
    const float x[4] = {1.0f, -2.0f, 0.5f, 127.0f};
    int8_t q[4];
    assert_true(k->quantize(q, x, 4) == 1.0f);
    assert_int_equal(q[0], 1);
    assert_int_equal(q[1], -2);
    assert_int_equal(q[2], 0); /* half to even */
    assert_int_equal(q[3], 127);
    const int8_t w[4] = {3, -128, 0, 2};
    assert_int_equal(k->dot_i8(w, q, 4), 3 + 256 + 254);
    const float scale = 0.5f, bias = 1.0f, qs = 2.0f;
    const int32_t rowsum = -123;
    float y = 0;
    k->gemm_i8(&y, 1, w, &scale, &rowsum, &bias, q, &qs, 1, 1, 4);
    assert_true(y == 514.0f);
    uint8_t b8[KERNEL_Q8_0_BYTES] = {0x00, 0x40, 1, 0x80}, b4[KERNEL_Q4_0_BYTES] = {0x00, 0xc0, 0x9f}; /* d = 2 and d = -2 */
    int8_t x8[KERNEL_QBLOCK] = {5, 127}, x4[KERNEL_QBLOCK] = {0};
    k->gemm_q8_0(&y, 1, b8, x8, &qs, 1, 1, KERNEL_QBLOCK);
    assert_true(y == 4.0f * (5 - 128 * 127));
    x4[0] = 10;
    x4[16] = 3; /* values 15 - 8 and 9 - 8 */
    k->gemm_q4_0(&y, 1, b4, x4, &qs, 1, 1, KERNEL_QBLOCK);
    assert_true(y == -4.0f * (70 + 3));
}

static void selection_works(void **state) {
    (void)state;
    assert_non_null(kernels_select(NULL));
    assert_string_equal(kernels_select("ref")->name, "ref");
    assert_null(kernels_select("no such kernels"));
    size_t n = 0;
    while (kernels_list(n, NULL)) n++;
    assert_null(kernels_list(n + 7, NULL));
    printf("chosen: %s, of %zu\n", kernels_select(NULL)->name, n);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reference_is_right), cmocka_unit_test(selection_works),     cmocka_unit_test(vectors_match),
        cmocka_unit_test(gemm_i8_matches),    cmocka_unit_test(block_formats_match),
    };
    if (argc > 1 && strcmp(argv[1], "--bench") == 0) return bench_run(argc > 2 ? argv[2] : NULL);
    return cmocka_run_group_tests(tests, set_up, NULL);
}
