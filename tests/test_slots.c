/* The weight slots on a simulated flash: power cut at every byte and every erase of an update and of the trial after it, bits left half done;
 * every byte of an image flipped; trials, gates, forced and refused updates, numbers that wrap. */
#include "firmware/slots.h"
#include "runtime/base/crc32.h"
#include "tests/flash_sim.h"
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>

enum { ARENA = 100000, ROOM = SIM_SLOT - SIM_SECTOR, REPLY = 0x1234abcd };

typedef struct file {
    _Alignas(64) uint8_t bytes[ROOM];
    uint32_t size, crc;
} file;

static void seal(file *f) {
    image_header *h = (image_header *)f->bytes;
    h->crc = crc32_of(h, offsetof(image_header, crc));
    f->crc = crc32_of(f->bytes, f->size);
}

/* Five small models whose bytes tell the number. */
static void make(file *f, uint32_t number, uint32_t model_bytes) {
    image_header *h = (image_header *)f->bytes;
    uint32_t at = sizeof *h;
    memset(f, 0xff, sizeof *f);
    *h = (image_header){.magic = "SOTTOIMG", .format = IMAGE_FORMAT, .number = number, .arena = ARENA, .reply = REPLY, .question = "what is it"};
    snprintf(h->version, sizeof h->version, "test-%u", (unsigned)number);
    for (int i = 0; i < IMAGE_MODELS; i++) {
        at = (at + IMAGE_ALIGN - 1) / IMAGE_ALIGN * IMAGE_ALIGN;
        h->model[i] = (image_entry){.version = "m", .offset = at, .bytes = model_bytes + (uint32_t)i};
        for (uint32_t k = 0; k < h->model[i].bytes; k++) f->bytes[at + k] = (uint8_t)(number * 77 + k * 5 + (uint32_t)i);
        h->model[i].crc = crc32_of(f->bytes + at, h->model[i].bytes);
        at += h->model[i].bytes;
    }
    f->size = h->bytes = at;
    seal(f);
}

static int update(slots *s, const file *x, int forced, char why[SLOTS_LINE], flash_sim *f) {
    slots_update u;
    int bad = slots_update_begin(&u, s, x->size, x->crc, forced);
    for (uint32_t at = 0, n; !bad && at < x->size; at += n) {
        n = 1 + flash_random(f) % 200;
        if (n > x->size - at) n = x->size - at;
        bad = slots_update_write(&u, x->bytes + at, n);
    }
    if (!bad) bad = slots_update_end(&u);
    if (why) memcpy(why, u.why, SLOTS_LINE);
    return bad;
}

/* One start of the firmware, its gate answered. Returns the slot that runs. */
static int start(slots *s, flash_sim *f, uint32_t reply) {
    slots_open(s, &f->flash, ARENA);
    if (slots_on_trial(s)) slots_judge(s, reply);
    return s->running;
}

static uint32_t number_of(const slots *s) {
    assert_in_range(s->running, 0, 1);
    return s->slot[s->running].is.header->number;
}

static void assert_whole(const slots *s, const file *x) {
    assert_memory_equal(s->slot[s->running].is.header, x->bytes, x->size);
}

static file one, two, three;

/* Slot 0 holds `one`, confirmed and in use; slot 1 an older image. */
static void settled(flash_sim *f) {
    slots s;
    file zero;
    flash_new(f, 7);
    make(&zero, 0, 60);
    memcpy(f->mem + SIM_SLOT, zero.bytes, zero.size);
    assert_int_equal(start(&s, f, REPLY), 1);
    assert_int_equal(update(&s, &one, 0, NULL, f), 0);
    flash_power(f, UINT32_MAX);
    assert_int_equal(start(&s, f, REPLY), 0);
    assert_int_equal(s.slot[0].state, SLOT_GOOD);
}

static void a_cut_anywhere_leaves_a_voice(void **state) {
    (void)state;
    static flash_sim first, f;
    slots s;
    settled(&first);
    flash_copy(&f, &first, 1);
    flash_power(&f, UINT32_MAX);
    start(&s, &f, REPLY);
    assert_int_equal(update(&s, &two, 0, NULL, &f), 0);
    uint32_t written = f.ops, took_new = 0, kept_old = 0;
    start(&s, &f, REPLY);
    uint32_t all = f.ops;
    for (uint32_t cut = 0; cut < all; cut++) {
        for (uint32_t seed = 1; seed <= 12; seed++) {
            flash_copy(&f, &first, cut * 100 + seed);
            flash_power(&f, cut);
            start(&s, &f, REPLY);
            int bad = update(&s, &two, 0, NULL, &f);
            assert_int_equal(bad != 0, cut < written);
            if (!bad) start(&s, &f, REPLY);
            for (int again = 0; again < 3; again++) {
                flash_power(&f, UINT32_MAX);
                assert_int_not_equal(start(&s, &f, REPLY), -1);
                assert_whole(&s, number_of(&s) == 1 ? &one : &two);
                if (!bad) assert_int_equal(number_of(&s), 2);
                assert_memory_equal(f.mem, one.bytes, one.size);
            }
            took_new += number_of(&s) == 2;
            kept_old += number_of(&s) == 1;
            assert_int_equal(update(&s, &three, 0, NULL, &f), 0);
            flash_power(&f, UINT32_MAX);
            start(&s, &f, REPLY);
            assert_whole(&s, &three);
            assert_int_equal(s.slot[s.running].state, SLOT_GOOD);
            assert_int_equal(f.broken, 0);
        }
    }
    assert_true(written > two.size && all == written + 32); /* every byte of the image, and two marks of 16 */
    print_message("%u operations of an update and its trial cut 12 ways each: %u kept the old image, %u had the new one\n", all, kept_old, took_new);
    assert_true(kept_old > written * 11 && took_new >= 12 * (all - written));
}

static void every_flipped_bit_is_refused(void **state) {
    (void)state;
    static flash_sim f;
    slots s;
    settled(&f);
    start(&s, &f, REPLY);
    update(&s, &two, 0, NULL, &f);
    assert_int_equal(start(&s, &f, REPLY), 1);
    for (uint32_t at = 0; at < two.size; at++) {
        for (int bit = 0; bit < 8; bit += 1 + (int)(at % 3)) {
            f.mem[SIM_SLOT + at] ^= (uint8_t)(1 << bit);
            assert_int_equal(start(&s, &f, REPLY), 0);
            assert_int_equal(s.slot[1].state, SLOT_REFUSED);
            assert_true(s.slot[1].why[0]);
            f.mem[SIM_SLOT + at] ^= (uint8_t)(1 << bit);
        }
    }
    assert_int_equal(start(&s, &f, REPLY), 1);
}

static void three_trials_without_a_verdict(void **state) {
    (void)state;
    static flash_sim f;
    slots s;
    char line[SLOTS_LINE];
    settled(&f);
    start(&s, &f, REPLY);
    update(&s, &two, 0, NULL, &f);
    for (uint32_t i = 1; i <= SLOTS_TRIALS; i++) {
        assert_int_equal(slots_open(&s, &f.flash, ARENA), 1);
        assert_int_equal(s.slot[1].starts, i);
        assert_true(slots_on_trial(&s));
    }
    assert_int_equal(slots_open(&s, &f.flash, ARENA), 0);
    assert_false(slots_on_trial(&s));
    slots_line(&s, 1, line, sizeof line);
    assert_non_null(strstr(line, "refused, number 2, test-2"));
    assert_non_null(strstr(line, "started 3 times without passing its gate"));
    assert_int_equal(update(&s, &three, 0, NULL, &f), 0);
    assert_int_equal(start(&s, &f, REPLY), 1);
    assert_whole(&s, &three);
}

static void the_last_trial_may_still_pass(void **state) {
    (void)state;
    static flash_sim f;
    slots s;
    settled(&f);
    start(&s, &f, REPLY);
    update(&s, &two, 0, NULL, &f);
    slots_open(&s, &f.flash, ARENA);
    slots_open(&s, &f.flash, ARENA);
    assert_int_equal(start(&s, &f, REPLY), 1);
    for (int i = 0; i < 5; i++) assert_int_equal(start(&s, &f, 0), 1); /* not asked again */
    assert_int_equal(s.slot[1].state, SLOT_GOOD);
}

static void a_failed_gate_is_for_ever(void **state) {
    (void)state;
    static flash_sim f;
    slots s;
    settled(&f);
    start(&s, &f, REPLY);
    update(&s, &two, 0, NULL, &f);
    slots_open(&s, &f.flash, ARENA);
    assert_int_equal(slots_judge(&s, REPLY + 1), -1);
    assert_non_null(strstr(s.slot[1].why, "expected 1234abcd"));
    for (int i = 0; i < 5; i++) assert_int_equal(start(&s, &f, REPLY), 0);
    assert_non_null(strstr(s.slot[1].why, "answered otherwise"));
}

static void both_bad_still_takes_an_update(void **state) {
    (void)state;
    static flash_sim f;
    slots s;
    settled(&f);
    start(&s, &f, REPLY);
    update(&s, &two, 0, NULL, &f);
    f.mem[520] ^= 1;
    slots_open(&s, &f.flash, ARENA);
    slots_refuse(&s, "no start");
    assert_int_equal(start(&s, &f, REPLY), -1);
    assert_non_null(strstr(s.slot[0].why, "damaged"));
    assert_int_equal(update(&s, &three, 0, NULL, &f), 0);
    assert_int_equal(start(&s, &f, REPLY), 0);
    assert_whole(&s, &three);
}

static void an_empty_flash_takes_an_update(void **state) {
    (void)state;
    static flash_sim f;
    slots s;
    flash_new(&f, 3);
    assert_int_equal(start(&s, &f, REPLY), -1);
    assert_non_null(strstr(s.slot[0].why, "empty"));
    assert_int_equal(update(&s, &one, 0, NULL, &f), 0);
    assert_int_equal(start(&s, &f, REPLY), 0);
    assert_whole(&s, &one);
}

static void wrong_updates_cost_no_erase(void **state) {
    (void)state;
    static flash_sim f;
    static file bad;
    slots s;
    char why[SLOTS_LINE];
    settled(&f);
    start(&s, &f, REPLY);
    uint32_t ops = f.ops;
    make(&bad, 2, 60), ((image_header *)bad.bytes)->arena = ARENA + 1, seal(&bad);
    assert_int_equal(update(&s, &bad, 0, why, &f), -1);
    assert_non_null(strstr(why, "arena of 100001 bytes, the board has 100000"));
    make(&bad, 2, 60), ((image_header *)bad.bytes)->format = 9, seal(&bad);
    assert_int_equal(update(&s, &bad, 0, why, &f), -1);
    make(&bad, 2, 60), bad.bytes[100] ^= 4;
    assert_int_equal(update(&s, &bad, 0, why, &f), -1);
    make(&bad, 2, 60), bad.size--;
    assert_int_equal(update(&s, &bad, 0, why, &f), -1);
    make(&bad, 1, 60);
    assert_int_equal(update(&s, &bad, 0, why, &f), -1);
    assert_string_equal(why, "update: number 1 is not newer than 1, which is in use; expected a greater one, or force");
    slots_update u;
    assert_int_equal(slots_update_begin(&u, &s, ROOM + 1, 0, 0), -1);
    assert_int_equal(slots_update_begin(&u, &s, sizeof(image_header), 0, 0), -1);
    assert_int_equal(f.ops, ops);
    assert_int_equal(start(&s, &f, REPLY), 0);
}

static void a_transfer_that_differs_is_not_taken(void **state) {
    (void)state;
    static flash_sim f;
    static file bad;
    slots s;
    char why[SLOTS_LINE];
    settled(&f);
    start(&s, &f, REPLY);
    bad = two, bad.bytes[700] ^= 1;
    assert_int_equal(update(&s, &bad, 0, why, &f), -1);
    assert_non_null(strstr(why, "was read back, expected"));
    bad = two, ((image_header *)bad.bytes)->model[2].crc++, seal(&bad);
    assert_int_equal(update(&s, &bad, 0, why, &f), -1); /* a file that was made wrong: its transfer is right, its header there, the slot refused */
    assert_non_null(strstr(why, "g2p is damaged"));
    assert_int_equal(start(&s, &f, REPLY), 0);
    assert_int_equal(s.slot[1].state, SLOT_REFUSED);
    assert_int_equal(update(&s, &two, 0, why, &f), 0);
}

static void forced_downgrade_runs(void **state) {
    (void)state;
    static flash_sim f;
    static file old;
    slots s;
    settled(&f);
    start(&s, &f, REPLY);
    make(&old, UINT32_MAX - 5, 90);
    assert_int_equal(update(&s, &old, 1, NULL, &f), 0);
    assert_int_equal(start(&s, &f, REPLY), 1);
    assert_int_equal(number_of(&s), 2);
    assert_memory_equal(s.slot[1].is.model[0], old.bytes + sizeof(image_header), 90);
}

static void numbers_wrap(void **state) {
    (void)state;
    static flash_sim f;
    static file x;
    slots s;
    flash_new(&f, 5);
    start(&s, &f, REPLY);
    for (uint32_t i = 0; i < 6; i++) {
        make(&x, UINT32_MAX - 2 + i, 60);
        assert_int_equal(update(&s, &x, 0, NULL, &f), 0);
        assert_int_equal(start(&s, &f, REPLY), i % 2);
        assert_whole(&s, &x);
    }
    for (uint32_t i = 0; i < SIM_BYTES / SIM_SECTOR; i++) assert_in_range(f.erases[i], 0, 3); /* the slots are worn by turns */
}

static void no_update_while_on_trial_or_read_only(void **state) {
    (void)state;
    static flash_sim f;
    slots s;
    char why[SLOTS_LINE];
    settled(&f);
    start(&s, &f, REPLY);
    update(&s, &two, 0, NULL, &f);
    slots_open(&s, &f.flash, ARENA);
    assert_int_equal(update(&s, &three, 0, why, &f), -1);
    assert_non_null(strstr(why, "on trial"));
    f.flash.program = NULL;
    assert_int_equal(start(&s, &f, 0), 1);
    assert_int_equal(s.slot[1].state, SLOT_GOOD);
    assert_int_equal(update(&s, &three, 0, why, &f), -1);
    assert_non_null(strstr(why, "read only"));
    f.flash.slot[1].bytes = 0;
    assert_int_equal(start(&s, &f, 0), 0);
}

static void memory_that_does_not_take_bits(void **state) {
    (void)state;
    static flash_sim f;
    slots s;
    char why[SLOTS_LINE];
    settled(&f);
    start(&s, &f, REPLY);
    update(&s, &two, 0, NULL, &f);
    flash_power(&f, 0); /* nothing can be written any more: the new image's start cannot be marked */
    f.ops = 1;
    assert_int_equal(start(&s, &f, REPLY), 0);
    assert_non_null(strstr(s.slot[1].why, "cannot be marked"));
    assert_int_equal(update(&s, &two, 0, why, &f), -1);
    assert_non_null(strstr(why, "was not erased"));
}

static void a_worn_cell_is_found_before_the_header(void **state) {
    (void)state;
    static flash_sim f;
    slots s;
    char why[SLOTS_LINE];
    uint32_t at = sizeof(image_header);
    settled(&f);
    start(&s, &f, REPLY);
    while (two.bytes[at] & 1) at++;
    f.stuck = SIM_SLOT + at;
    assert_int_equal(update(&s, &two, 0, why, &f), -1);
    assert_non_null(strstr(why, "does not hold what was written"));
    assert_int_equal(f.mem[SIM_SLOT], 0xff);
    assert_int_equal(start(&s, &f, REPLY), 0);
    f.stuck = SIM_SLOT + 3; /* the second T of the magic */
    assert_int_equal(update(&s, &two, 0, why, &f), -1);
    assert_int_equal(start(&s, &f, REPLY), 0);
}

int main(void) {
    make(&one, 1, 70);
    make(&two, 2, 75);
    make(&three, 3, 65);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cut_anywhere_leaves_a_voice),
        cmocka_unit_test(every_flipped_bit_is_refused),
        cmocka_unit_test(three_trials_without_a_verdict),
        cmocka_unit_test(the_last_trial_may_still_pass),
        cmocka_unit_test(a_failed_gate_is_for_ever),
        cmocka_unit_test(both_bad_still_takes_an_update),
        cmocka_unit_test(an_empty_flash_takes_an_update),
        cmocka_unit_test(wrong_updates_cost_no_erase),
        cmocka_unit_test(a_transfer_that_differs_is_not_taken),
        cmocka_unit_test(forced_downgrade_runs),
        cmocka_unit_test(numbers_wrap),
        cmocka_unit_test(no_update_while_on_trial_or_read_only),
        cmocka_unit_test(memory_that_does_not_take_bits),
        cmocka_unit_test(a_worn_cell_is_found_before_the_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
