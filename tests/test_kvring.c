/* test_kvring: positions, storage, bytes, reset and rollback of the K/V ring, against a plain list of all rows. */
#include "tests/llm_common.h"
#include "models/kvring.h"
#include "runtime/base/error.h"
#include "runtime/base/mathx.h"
#include <math.h>

enum { HEADS = 2, DIM = 6, ROWS = 64 };

static void make_spare_ring(kvring *r, enum kv_kind kind, uint32_t sinks, uint32_t window, uint32_t spare) {
    arena count, a;
    arena_begin(&count, NULL, 0);
    kvring_layout(r, &count, kind, HEADS, DIM, sinks, window, spare);
    a = heap_arena(&count);
    kvring_layout(r, &a, kind, HEADS, DIM, sinks, window, spare);
    assert_int_equal(a.failed, 0);
    assert_int_equal(a.peak, count.peak);
    kvring_reset(r);
}

static void make_ring(kvring *r, enum kv_kind kind, uint32_t sinks, uint32_t window) {
    make_spare_ring(r, kind, sinks, window, 0);
}

static void drop_ring(kvring *r) {
    free(r->k);
} /* the arena's first piece */

/* Row n is known by its values. */
static void row_of(float *k, float *v, uint32_t n) {
    for (int i = 0; i < HEADS * DIM; i++) {
        k[i] = sinf((float)n * 1.7f + (float)i);
        v[i] = cosf((float)n * 0.9f - (float)i) * 3;
    }
}

static void append(kvring *r, uint32_t n) {
    float k[HEADS * DIM], v[HEADS * DIM];
    row_of(k, v, n);
    kvring_append(r, kernels_select(NULL), k, v);
}

static float stored(const kvring *r, const void *rows, const float *scale, size_t at) {
    if (r->kind == KV_F32) return ((const float *)rows)[at];
    if (r->kind == KV_F16) return mathx_f16_to_f32(((const uint16_t *)rows)[at]);
    return (float)((const int8_t *)rows)[at] * scale[at / DIM];
}

/* The row at `position` is row n within the kind's step; a head's rows lie together. */
static void check_row(const kvring *r, uint32_t position, uint32_t n) {
    float k[HEADS * DIM], v[HEADS * DIM], step = r->kind == KV_F32 ? 0 : r->kind == KV_F16 ? 2e-3f : 0.013f;
    row_of(k, v, n);
    for (size_t i = 0; i < HEADS * DIM; i++) {
        size_t at = ((size_t)kvring_stored(r) * (i / DIM) + kvring_slot(r, kvring_row(r, r->total, position))) * DIM + i % DIM;
        assert_true(fabsf(stored(r, r->k, r->k_scale, at) - k[i]) <= step);
        assert_true(fabsf(stored(r, r->v, r->v_scale, at) - v[i]) <= 3 * step);
    }
}

static void test_positions(void **state) {
    (void)state;
    for (int kind = KV_F32; kind <= KV_I8; kind++)
        for (uint32_t sinks = 0; sinks <= 3; sinks++)
            for (uint32_t window = 1; window <= 5; window++) {
                kvring r;
                make_ring(&r, (enum kv_kind)kind, sinks, window);
                for (uint32_t n = 0; n < ROWS; n++) {
                    append(&r, n);
                    uint32_t len = n + 1 < sinks + window ? n + 1 : sinks + window;
                    assert_int_equal(kvring_len(&r), len);
                    for (uint32_t p = 0; p < len; p++) check_row(&r, p, p < sinks ? p : n + 1 - len + p);
                }
                drop_ring(&r);
            }
}

static void test_far_future(void **state) { /* a row count beyond 32 bits is as good as any other */
    (void)state;
    kvring r;
    make_ring(&r, KV_F32, 4, 7);
    for (uint32_t n = 0; n < 4; n++) append(&r, n);
    r.total = ((uint64_t)1 << 40) / 7 * 7 + 4;
    for (uint32_t n = 4; n < 30; n++) append(&r, n);
    for (uint32_t p = 0; p < 11; p++) check_row(&r, p, p < 4 ? p : 19 + p);
    drop_ring(&r);
}

static void test_bytes(void **state) {
    (void)state;
    /* issue 2: 32 layers, 8 KV heads, 128 dim, 2048 tokens, batch 8, 2 bytes = 2.00 GiB */
    assert_true(32 * kvring_bytes(KV_F16, 8, 128, 2048) * 8 == (uint64_t)2 << 30);
    assert_true(kvring_bytes(KV_F32, 8, 128, 0) == 0);
    assert_true(kvring_bytes(KV_I8, 2, 32, 260) == 2 * 260 * 2 * (32 + 4));
    for (int kind = KV_F32; kind <= KV_I8; kind++) {
        arena count;
        kvring r;
        arena_begin(&count, NULL, 0);
        kvring_layout(&r, &count, (enum kv_kind)kind, 2, 32, 4, 60, 0);
        assert_true(count.peak == kvring_bytes((enum kv_kind)kind, 2, 32, 64));
    }
}

static void test_zero_and_huge(void **state) {
    (void)state;
    float zero[HEADS * DIM] = {0}, huge[HEADS * DIM];
    for (int i = 0; i < HEADS * DIM; i++) huge[i] = i % 2 ? 1e6f : -1e6f;
    kvring r;
    make_ring(&r, KV_I8, 0, 4);
    kvring_append(&r, kernels_select(NULL), zero, zero);
    for (int i = 0; i < HEADS * DIM; i++) assert_int_equal(((int8_t *)r.k)[i], 0);
    assert_true(r.k_scale[0] == 0 && r.v_scale[4] == 0);
    drop_ring(&r);
    make_ring(&r, KV_F16, 0, 4);
    kvring_append(&r, kernels_select(NULL), huge, huge);
    for (int i = 0; i < DIM; i++) assert_true(fabsf(mathx_f16_to_f32(((uint16_t *)r.v)[i])) == 65504.0f);
    drop_ring(&r);
}

static void test_reset_equals_fresh(void **state) {
    (void)state;
    for (int kind = KV_F32; kind <= KV_I8; kind++) {
        kvring used, fresh;
        make_ring(&used, (enum kv_kind)kind, 2, 5);
        make_ring(&fresh, (enum kv_kind)kind, 2, 5);
        for (uint32_t n = 0; n < 20; n++) append(&used, n);
        kvring_reset(&used);
        size_t bytes = (size_t)kvring_bytes((enum kv_kind)kind, HEADS, DIM, 7) / 2;
        assert_true(used.total == 0);
        assert_memory_equal(used.k, fresh.k, bytes - (kind == KV_I8 ? 7 * HEADS * sizeof(float) : 0));
        assert_memory_equal(used.v, fresh.v, bytes - (kind == KV_I8 ? 7 * HEADS * sizeof(float) : 0));
        if (kind == KV_I8) assert_memory_equal(used.k_scale, fresh.k_scale, 7 * HEADS * sizeof(float));
        drop_ring(&used);
        drop_ring(&fresh);
    }
}

static void test_rollback(void **state) {
    (void)state;
    kvring r;
    make_ring(&r, KV_I8, 2, 6);
    for (uint32_t n = 0; n < 8; n++) append(&r, n);
    assert_int_equal(kvring_rollback(&r, 9), ERR_STATE);
    assert_int_equal(kvring_rollback(&r, 3), 0);
    assert_int_equal(kvring_len(&r), 5);
    append(&r, 50);
    check_row(&r, 4, 4);
    check_row(&r, 5, 50);
    for (uint32_t n = 6; n < 9; n++) append(&r, n);
    assert_int_equal(kvring_rollback(&r, 0), 0);
    assert_int_equal(kvring_rollback(&r, 1), ERR_STATE); /* row 2 is gone */
    assert_true(r.total == 9);
    drop_ring(&r);
}

/* A draft of up to `spare` rows, taken back, is as if it had never been; one row more cannot come back once it is overwritten. */
static void test_spare(void **state) {
    (void)state;
    for (uint32_t spare = 1; spare <= 4; spare++)
        for (uint32_t window = 1; window <= 5; window++) {
            kvring r;
            make_spare_ring(&r, KV_I8, 2, window, spare);
            for (uint32_t n = 0; n < ROWS; n++) {
                uint32_t draft = n % (spare + 1), len = n + 1 < 2 + window ? n + 1 : 2 + window;
                append(&r, n);
                for (uint32_t i = 0; i < draft; i++) append(&r, 1000 + i);
                assert_int_equal(kvring_rollback(&r, draft), 0);
                assert_int_equal(kvring_len(&r), len);
                for (uint32_t p = 0; p < len; p++) check_row(&r, p, p < 2 ? p : n + 1 - len + p);
            }
            for (uint32_t i = 0; i < spare; i++) append(&r, 1000 + i);
            assert_int_equal(kvring_rollback(&r, spare + 1), ERR_STATE);
            assert_int_equal(kvring_rollback(&r, spare), 0);
            assert_int_equal(kvring_rollback(&r, 1), ERR_STATE);
            assert_true(r.total == ROWS);
            drop_ring(&r);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_positions),     cmocka_unit_test(test_far_future),         cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_zero_and_huge), cmocka_unit_test(test_reset_equals_fresh), cmocka_unit_test(test_rollback),
        cmocka_unit_test(test_spare)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
