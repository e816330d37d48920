/* The ring: order, wrap of slots and of the 32-bit counters, partial counts, and two threads that lose nothing. */
#include "runtime/base/ring.h"
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <pthread.h>
#include <sched.h>

static void all_slots_are_usable_in_order(void **state) {
    (void)state;
    ring r;
    uint16_t store[8], in[10] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, out[10];
    ring_init(&r, store, 8, sizeof store[0]);
    assert_int_equal(ring_read(&r, out, 3), 0);
    assert_int_equal(ring_write(&r, in, 10), 8);
    assert_int_equal(ring_write(&r, in, 1), 0);
    assert_int_equal(ring_ready(&r), 8);
    assert_int_equal(ring_room(&r), 0);
    assert_int_equal(ring_read(&r, out, 5), 5);
    assert_memory_equal(out, in, 10);
    assert_int_equal(ring_write(&r, in + 8, 2), 2);
    assert_int_equal(ring_read(&r, out, 10), 5);
    assert_memory_equal(out, in + 5, 10);
}

static void odd_sizes_across_the_wrap(void **state) {
    (void)state;
    ring r;
    uint8_t store[16 * 3], part[16 * 3];
    uint32_t sent = 0, got = 0;
    ring_init(&r, store, 16, 3);
    for (uint32_t turn = 0; turn < 5000; turn++) {
        uint32_t n = turn * 7 % 17;
        for (uint32_t i = 0; i < n * 3; i++) part[i] = (uint8_t)(sent * 3 + i);
        if (n <= 16) sent += ring_write(&r, part, n);
        uint32_t m = ring_read(&r, part, turn * 5 % 13);
        for (uint32_t i = 0; i < m * 3; i++) assert_int_equal(part[i], (uint8_t)(got * 3 + i));
        got += m;
        assert_int_equal(ring_ready(&r), sent - got);
    }
    assert_true(got > 10000);
}

static void counters_wrap_at_32_bits(void **state) {
    (void)state;
    ring r;
    uint8_t store[4], out[4];
    ring_init(&r, store, 4, 1);
    atomic_store(&r.write, UINT32_MAX - 1);
    atomic_store(&r.read, UINT32_MAX - 1);
    assert_int_equal(ring_write(&r, "abcd", 4), 4);
    assert_int_equal(ring_ready(&r), 4);
    assert_int_equal(ring_read(&r, out, 4), 4);
    assert_memory_equal(out, "abcd", 4);
    assert_int_equal(ring_room(&r), 4);
}

static void clear_drops_what_waits(void **state) {
    (void)state;
    ring r;
    uint8_t store[4], out[4];
    ring_init(&r, store, 4, 1);
    ring_write(&r, "abc", 3);
    ring_clear(&r);
    assert_int_equal(ring_ready(&r), 0);
    assert_int_equal(ring_write(&r, "wxyz", 4), 4);
    assert_int_equal(ring_read(&r, out, 4), 4);
    assert_memory_equal(out, "wxyz", 4);
}

enum { PASSED_ON = 1000000, STORE = 4096, PART = 512 };

static void *produce(void *arg) {
    ring *r = arg;
    uint32_t part[PART], next = 0;
    while (next < PASSED_ON) {
        uint32_t n = next % 509 + 1;
        if (n > PASSED_ON - next) n = PASSED_ON - next;
        for (uint32_t i = 0; i < n; i++) part[i] = next + i;
        uint32_t taken = ring_write(r, part, n);
        if (taken == 0) sched_yield();
        next += taken;
    }
    return NULL;
}

static void two_threads_lose_nothing(void **state) {
    (void)state;
    ring r;
    uint32_t store[STORE], part[PART], next = 0;
    pthread_t thread;
    ring_init(&r, store, STORE, sizeof store[0]);
    assert_int_equal(pthread_create(&thread, NULL, produce, &r), 0);
    while (next < PASSED_ON) {
        uint32_t n = ring_read(&r, part, next % 491 + 1);
        if (n == 0) sched_yield();
        for (uint32_t i = 0; i < n; i++) assert_int_equal(part[i], next + i);
        next += n;
    }
    pthread_join(thread, NULL);
    assert_int_equal(ring_ready(&r), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_slots_are_usable_in_order), cmocka_unit_test(odd_sizes_across_the_wrap), cmocka_unit_test(counters_wrap_at_32_bits),
        cmocka_unit_test(clear_drops_what_waits),        cmocka_unit_test(two_threads_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
