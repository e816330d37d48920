/* endpoint: sample-exact starts and ends, pre-roll, short sounds, gaps, the wait by the text, hurry, longest turn, resuming, finish, cancel, reset. */
#include "tests/audio_input.h"
#include "audio/endpoint.h"

enum { UNKNOWN = 320, COMPLETE = 160, OPEN = 800 }; /* ms */

/* hop 160, win 400, lag 2, pre-roll 300 ms, 120 ms of speech, gaps of 200 ms, silences of 320, 160 (complete) and 800 ms (open), 2 s at most, no hurry */
static void begin(endpoint *e) {
    endpoint_config c;
    endpoint_config_default(&c);
    c.max_speech_ms = 2000;
    c.hurry_ms = 0;
    endpoint_begin(e, &c);
}

/* Pushes `frames` frames; returns the last event other than none and fails when there are two. */
static endpoint_event push(endpoint *e, int frames, int speech, uint32_t wait_ms) {
    endpoint_event found = ENDPOINT_NONE;
    for (int i = 0; i < frames; i++) {
        endpoint_event now = endpoint_push(e, speech, wait_ms);
        if (now == ENDPOINT_NONE) continue;
        assert_int_equal(found, ENDPOINT_NONE);
        found = now;
    }
    return found;
}

static void test_turn(void **state) {
    (void)state;
    endpoint e;
    begin(&e);
    assert_int_equal(push(&e, 100, 0, UNKNOWN), ENDPOINT_NONE);
    assert_int_equal(push(&e, 9, 1, UNKNOWN), ENDPOINT_NONE); /* 2 of lag and 9 are 110 ms */
    assert_int_equal(push(&e, 1, 1, UNKNOWN), ENDPOINT_START);
    assert_int_equal(e.begin, 98 * 160);
    assert_int_equal(e.keep, 98 * 160 - 4800);
    assert_int_equal(e.decided, 109 * 160 + 400);
    assert_int_equal(push(&e, 40, 1, UNKNOWN), ENDPOINT_NONE); /* last speech frame: 149 */
    assert_int_equal(e.end, 149 * 160 + 400);
    assert_int_equal(push(&e, 31, 0, UNKNOWN), ENDPOINT_NONE);
    assert_int_equal(endpoint_waiting(&e), 31 * 160);
    assert_int_equal(push(&e, 1, 0, UNKNOWN), ENDPOINT_END);
    assert_int_equal(e.end, 149 * 160 + 400);
    assert_int_equal(e.decided - e.end, 320 * 16);
    assert_false(e.forced);
    assert_int_equal(endpoint_waiting(&e), 0);
    assert_int_equal(push(&e, 5, 0, UNKNOWN), ENDPOINT_NONE);
    assert_int_equal(push(&e, 12, 1, UNKNOWN), ENDPOINT_START); /* soon after: the pre-roll stops at the turn before */
    assert_int_equal(e.begin, (182 + 5 - 2) * 160);
    assert_int_equal(e.keep, 181 * 160 + 400);
}

static void test_short_sounds_and_gaps(void **state) {
    (void)state;
    endpoint e;
    begin(&e);
    push(&e, 50, 0, UNKNOWN);
    for (int i = 0; i < 20; i++) { /* clicks of 50 ms */
        assert_int_equal(push(&e, 5, 1, UNKNOWN), ENDPOINT_NONE);
        assert_int_equal(push(&e, 25, 0, UNKNOWN), ENDPOINT_NONE);
    }
    assert_int_equal(push(&e, 6, 1, UNKNOWN), ENDPOINT_NONE);
    assert_int_equal(push(&e, 20, 0, UNKNOWN), ENDPOINT_NONE); /* a stop consonant's gap of 200 ms is bridged */
    assert_int_equal(push(&e, 4, 1, UNKNOWN), ENDPOINT_START);
    assert_int_equal(e.begin, (650 - 2) * 160);
    push(&e, 1, 1, UNKNOWN);
    assert_int_equal(push(&e, 31, 0, UNKNOWN), ENDPOINT_NONE); /* a pause shorter than the hang-over goes on */
    assert_int_equal(push(&e, 1, 1, UNKNOWN), ENDPOINT_NONE);
    assert_int_equal(push(&e, 31, 0, UNKNOWN), ENDPOINT_NONE);
    assert_int_equal(push(&e, 1, 0, UNKNOWN), ENDPOINT_END);
}

static void test_text_sets_the_wait(void **state) {
    (void)state;
    endpoint e;
    begin(&e);
    push(&e, 20, 1, UNKNOWN);
    assert_int_equal(push(&e, 79, 0, OPEN), ENDPOINT_NONE);
    assert_int_equal(push(&e, 1, 0, OPEN), ENDPOINT_END);
    assert_int_equal(e.decided - e.end, 800 * 16);
    push(&e, 20, 1, UNKNOWN);
    assert_int_equal(push(&e, 40, 0, OPEN), ENDPOINT_NONE);
    assert_int_equal(push(&e, 1, 0, UNKNOWN), ENDPOINT_END); /* the text was corrected: at once */
    push(&e, 20, 1, UNKNOWN);
    assert_int_equal(push(&e, 15, 0, COMPLETE), ENDPOINT_NONE);
    assert_int_equal(push(&e, 1, 0, COMPLETE), ENDPOINT_END);
    assert_int_equal(e.decided - e.end, 160 * 16);
}

/* Towards the longest turn the wait shrinks: at half of the hurry, half the wait. */
static void test_hurry(void **state) {
    (void)state;
    endpoint e;
    begin(&e);
    e.config.hurry_ms = 1000;
    push(&e, 140, 1, UNKNOWN); /* 1.4 s and a window: 0.59 s are left */
    assert_int_equal(push(&e, 14, 0, UNKNOWN), ENDPOINT_NONE);
    assert_int_equal(push(&e, 1, 0, UNKNOWN), ENDPOINT_END); /* 320 ms, times the 0.435 s left of 1 s: 139 */
    assert_int_equal(e.decided - e.end, 150 * 16);
    assert_false(e.forced);
}

/* What another ear heard counts: the silence begins after it, but never in the future or backwards. */
static void test_heard(void **state) {
    (void)state;
    endpoint e;
    begin(&e);
    push(&e, 20, 1, UNKNOWN);
    push(&e, 20, 0, UNKNOWN);
    endpoint_heard(&e, 29);
    endpoint_heard(&e, 25);
    endpoint_heard(&e, 40); /* not pushed yet */
    assert_int_equal(e.end, 29 * 160 + 400);
    assert_int_equal(push(&e, 21, 0, UNKNOWN), ENDPOINT_NONE);
    assert_int_equal(push(&e, 1, 0, UNKNOWN), ENDPOINT_END);
    endpoint_heard(&e, 45); /* over */
    assert_int_equal(e.end, 29 * 160 + 400);
}

/* After a cut the next turn is on at once, from where it is told, and ends as any other. */
static void test_resume(void **state) {
    (void)state;
    endpoint e;
    begin(&e);
    push(&e, 12, 1, UNKNOWN);
    assert_int_equal(push(&e, 187, 1, UNKNOWN), ENDPOINT_END);
    endpoint_resume(&e, 170 * 160);
    assert_int_equal(e.begin, 170 * 160);
    assert_int_equal(push(&e, 31, 0, UNKNOWN), ENDPOINT_NONE);
    assert_int_equal(push(&e, 1, 0, UNKNOWN), ENDPOINT_END);
    assert_false(e.forced);
}

static void test_longest_finish_and_cancel(void **state) {
    (void)state;
    endpoint e;
    begin(&e);
    assert_int_equal(push(&e, 12, 1, UNKNOWN), ENDPOINT_START);
    assert_int_equal(e.begin, 0);
    assert_int_equal(push(&e, 187, 1, UNKNOWN), ENDPOINT_END); /* 198 * 160 + 400 is the first to reach 2 s */
    assert_true(e.forced);
    assert_true(e.decided - e.begin >= 32000 && e.decided - e.begin < 32160);
    assert_int_equal(endpoint_finish(&e), ENDPOINT_NONE);
    assert_int_equal(push(&e, 20, 1, UNKNOWN), ENDPOINT_START); /* still talking: the next turn begins where the last ended */
    assert_int_equal(e.keep, e.begin);
    assert_int_equal(endpoint_finish(&e), ENDPOINT_END);
    assert_true(e.forced);
    push(&e, 20, 1, UNKNOWN);
    endpoint_cancel(&e);
    assert_int_equal(endpoint_waiting(&e), 0);
    assert_int_equal(endpoint_finish(&e), ENDPOINT_NONE);
    endpoint fresh;
    begin(&fresh);
    endpoint_reset(&e);
    assert_memory_equal(&e, &fresh, sizeof e);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_turn),
        cmocka_unit_test(test_short_sounds_and_gaps),
        cmocka_unit_test(test_text_sets_the_wait),
        cmocka_unit_test(test_hurry),
        cmocka_unit_test(test_heard),
        cmocka_unit_test(test_resume),
        cmocka_unit_test(test_longest_finish_and_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
