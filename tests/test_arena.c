/* The arena: counting and binding agree, what does not fit is refused and stays refused, nothing outside the block is touched. */
#include "runtime/base/arena.h"
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

enum { BLOCK = 1024 };

typedef struct room { /* a block with canaries on both sides */
    uint8_t before[64];
    _Alignas(64) uint8_t block[BLOCK];
    uint8_t after[64];
} room;

/* A layout as the stages have them: state, then scratch that is handed back. */
static void lay_out(arena *a) {
    ARENA_ARRAY(a, float, 3);
    ARENA_ARRAY(a, uint8_t, 65);
    size_t mark = arena_mark(a);
    ARENA_ARRAY(a, double, 20);
    arena_rewind(a, mark);
    ARENA_ARRAY(a, uint16_t, 1);
}

static void counting_and_binding_agree(void **state) {
    (void)state;
    arena count, bind;
    room r;
    arena_begin(&count, NULL, 0);
    lay_out(&count);
    assert_int_equal(count.peak, 64 + 128 + 192);
    assert_int_equal(count.used, 64 + 128 + 64);
    memset(&r, 0xa5, sizeof r);
    arena_begin(&bind, r.block, count.peak);
    lay_out(&bind);
    assert_int_equal(bind.failed, 0);
    assert_int_equal(bind.peak, count.peak);
    assert_int_equal(bind.used, count.used);
    for (size_t i = 0; i < 64; i++) assert_true(r.before[i] == 0xa5 && r.after[i] == 0xa5);
    for (size_t i = count.peak; i < BLOCK; i++) assert_int_equal(r.block[i], 0xa5);
}

static void every_smaller_block_fails(void **state) {
    (void)state;
    static room r;
    for (size_t size = 0; size < 64 + 128 + 192; size++) {
        arena a;
        memset(&r, 0xa5, sizeof r);
        arena_begin(&a, r.block, size);
        lay_out(&a);
        assert_int_equal(a.failed, 1);
        for (size_t i = size; i < BLOCK; i++) assert_int_equal(r.block[i], 0xa5);
    }
}

static void pieces_are_aligned_and_zeroed(void **state) {
    (void)state;
    static room r;
    arena a;
    memset(&r, 0xa5, sizeof r);
    arena_begin(&a, r.block, BLOCK);
    for (int i = 1; i < 8; i++) {
        uint8_t *p = arena_take(&a, (size_t)i, 9);
        assert_int_equal((uintptr_t)p % ARENA_ALIGN, 0);
        for (int j = 0; j < i * 9; j++) assert_int_equal(p[j], 0);
        memset(p, 0xff, (size_t)i * 9);
    }
}

static void failure_sticks(void **state) {
    (void)state;
    static room r;
    arena a;
    arena_begin(&a, r.block, 128);
    assert_null(arena_take(&a, 129, 1));
    assert_int_equal(a.failed, 1);
    assert_null(arena_take(&a, 1, 1)); /* would fit, but a layout with a hole is no layout */
    assert_int_equal(a.used, 0);
}

static void overflowing_products_are_refused(void **state) {
    (void)state;
    static const size_t bad[][2] = {{SIZE_MAX, 2}, {SIZE_MAX / 2 + 2, 2}, {SIZE_MAX, 1}, {SIZE_MAX - 30, 1}, {2, SIZE_MAX}};
    static room r;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        arena count, bind;
        arena_begin(&count, NULL, 0);
        arena_take(&count, 1, 64);
        arena_take(&count, bad[i][0], bad[i][1]);
        assert_int_equal(count.failed, 1);
        arena_begin(&bind, r.block, BLOCK);
        assert_null(arena_take(&bind, bad[i][0], bad[i][1]));
        assert_int_equal(bind.failed, 1);
    }
    arena sum; /* each fits, the sum does not */
    arena_begin(&sum, NULL, 0);
    arena_take(&sum, SIZE_MAX / 2, 1);
    assert_int_equal(sum.failed, 0);
    arena_take(&sum, SIZE_MAX / 2, 1);
    arena_take(&sum, SIZE_MAX / 2, 1);
    assert_int_equal(sum.failed, 1);
}

static void unaligned_base_is_refused(void **state) {
    (void)state;
    static room r;
    arena a;
    arena_begin(&a, r.block + 8, 512);
    assert_int_equal(a.failed, 1);
    assert_null(arena_take(&a, 1, 1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counting_and_binding_agree),       cmocka_unit_test(every_smaller_block_fails),
        cmocka_unit_test(pieces_are_aligned_and_zeroed),    cmocka_unit_test(failure_sticks),
        cmocka_unit_test(overflowing_products_are_refused), cmocka_unit_test(unaligned_base_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
