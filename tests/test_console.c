/* The console's line editor, and images that come over a line which flips, loses and doubles bytes: what arrives is whole or is refused. */
#include "firmware/line.h"
#include "firmware/receive.h"
#include "runtime/base/crc32.h"
#include "tests/flash_sim.h"
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>

enum { ARENA = 100000, QUEUE = 8192 };

/* ---- a board whose console is two queues; a host answers each "send N" ---- */

static struct wire {
    char out[65536], line[256];
    uint8_t in[QUEUE];
    size_t out_count, line_count, in_count, in_at, size;
    const uint8_t *image;
    uint64_t now, random;
    uint32_t noise; /* one block in so many is spoilt; 0: none */
    uint32_t spoilt, silent_after, sent, bytes_sent;
    size_t last; /* block asked for last, and one */
    int sums;    /* 1: sends a block's sum first */
} wire;

static uint32_t dice(void) {
    wire.random = wire.random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(wire.random >> 33);
}

static void feed(const void *bytes, size_t count) {
    if (wire.in_at == wire.in_count) wire.in_at = wire.in_count = 0;
    assert_true(wire.in_count + count <= QUEUE);
    memcpy(wire.in + wire.in_count, bytes, count);
    wire.in_count += count;
}

static void put32(uint8_t *p, uint32_t v) {
    for (int i = 0; i < 4; i++) p[i] = (uint8_t)(v >> 8 * i);
}

/* A flipped bit, a lost byte, an end that never comes, an older block, the block twice, a silence. */
static void spoil(uint8_t *frame, size_t *count) {
    uint32_t at = dice() % (uint32_t)*count;
    wire.spoilt++;
    switch (dice() % 6) {
    case 0:
        frame[at] ^= (uint8_t)(1 << dice() % 8);
        break;
    case 1:
        memmove(frame + at, frame + at + 1, *count - at - 1);
        (*count)--;
        break;
    case 2:
        *count = at;
        break;
    case 3:
        put32(frame + 4, (uint32_t)(frame[4] - 1));
        put32(frame + *count - 4, crc32_of(frame + 2, *count - 6));
        break;
    case 4:
        feed(frame, *count);
        break;
    default:
        *count = 0;
    }
}

static void send_sum(size_t index, size_t at, size_t n) {
    uint8_t frame[16] = {'S', 'H', (uint8_t)n, (uint8_t)(n >> 8)};
    size_t count = sizeof frame;
    put32(frame + 4, (uint32_t)index);
    put32(frame + 8, crc32_of(wire.image + at, n));
    put32(frame + 12, crc32_of(frame + 2, 10));
    if (wire.noise && dice() % wire.noise == 0) spoil(frame, &count);
    feed(frame, count);
}

static void send_block(size_t index) {
    uint8_t frame[12 + RECEIVE_BLOCK] = {'S', 'B'};
    size_t at = index * RECEIVE_BLOCK, n = wire.size - at < RECEIVE_BLOCK ? wire.size - at : RECEIVE_BLOCK, count = 12 + n;
    if (wire.silent_after && wire.sent++ >= wire.silent_after) return;
    if (wire.sums && wire.last != index + 1) {
        wire.last = index + 1;
        send_sum(index, at, n);
        return;
    }
    wire.bytes_sent += (uint32_t)n;
    frame[2] = (uint8_t)n;
    frame[3] = (uint8_t)(n >> 8);
    put32(frame + 4, (uint32_t)index);
    memcpy(frame + 8, wire.image + at, n);
    put32(frame + 8 + n, crc32_of(frame + 2, 6 + n));
    if (wire.noise && dice() % wire.noise == 0) spoil(frame, &count);
    feed(frame, count);
}

void board_put(const char *bytes, size_t count) {
    unsigned index;
    for (size_t i = 0; i < count; i++) {
        if (wire.out_count < sizeof wire.out - 1) wire.out[wire.out_count++] = bytes[i];
        if (wire.line_count < sizeof wire.line - 1) wire.line[wire.line_count++] = bytes[i];
        if (bytes[i] != '\n') continue;
        wire.line[wire.line_count] = 0;
        wire.line_count = 0;
        if (wire.image && sscanf(wire.line, "send %u", &index) == 1) send_block(index);
    }
}

int board_get(void) {
    return wire.in_at < wire.in_count ? wire.in[wire.in_at++] : -1;
}

uint64_t board_now(void) {
    return wire.now;
}

void board_wait(void) {
    wire.now += 1000000;
}

static void wire_new(const uint8_t *bytes, size_t size, uint32_t noise, uint64_t seed) {
    memset(&wire, 0, sizeof wire);
    wire.image = bytes;
    wire.size = size;
    wire.noise = noise;
    wire.random = seed;
}

/* ---- lines ---- */

static line_result type(line_edit *l, const char *text) {
    line_result r = LINE_MORE;
    for (; *text; text++) r = line_take(l, (unsigned char)*text);
    return r;
}

static void lines_are_edited(void **state) {
    (void)state;
    line_edit l = {0};
    wire_new(NULL, 0, 0, 1);
    assert_int_equal(type(&l, "stax\bts\r"), LINE_DONE);
    assert_string_equal(l.text, "stats");
    assert_int_equal(type(&l, "\nslots\n"), LINE_DONE); /* the LF of a CR LF is no line */
    assert_string_equal(l.text, "slots");
    assert_int_equal(type(&l, "caf\303\251\177e\r"), LINE_DONE);
    assert_string_equal(l.text, "cafe");
    assert_int_equal(type(&l, "\b\b\177abc\025x\r"), LINE_DONE);
    assert_string_equal(l.text, "x");
    assert_int_equal(type(&l, "half\003"), LINE_CANCEL);
    assert_int_equal(type(&l, "\r"), LINE_DONE);
    assert_string_equal(l.text, "");
    assert_int_equal(type(&l, "a\tb\033c\r"), LINE_DONE);
    assert_string_equal(l.text, "abc");
}

static void long_lines_are_not_used(void **state) {
    (void)state;
    line_edit l = {0};
    wire_new(NULL, 0, 0, 1);
    for (int i = 0; i < LINE_MOST; i++) line_take(&l, 'a');
    assert_int_equal(line_take(&l, '\r'), LINE_DONE);
    assert_int_equal(strlen(l.text), LINE_MOST);
    for (int i = 0; i < LINE_MOST + 1; i++) line_take(&l, 'b');
    assert_int_equal(line_take(&l, '\r'), LINE_LONG);
    assert_int_equal(type(&l, "ok\r"), LINE_DONE);
    assert_string_equal(l.text, "ok");
}

/* ---- images ---- */

static size_t make(uint8_t *bytes, uint32_t number) {
    image_header *h = (image_header *)bytes;
    uint32_t at = sizeof *h;
    memset(bytes, 0xff, SIM_SLOT);
    *h = (image_header){.magic = "SOTTOIMG", .format = IMAGE_FORMAT, .number = number, .arena = ARENA, .version = "test"};
    for (int i = 0; i < IMAGE_MODELS; i++) {
        at = (at + IMAGE_ALIGN - 1) / IMAGE_ALIGN * IMAGE_ALIGN;
        h->model[i] = (image_entry){.version = "m", .offset = at, .bytes = 500 + 7 * (uint32_t)i};
        for (uint32_t k = 0; k < h->model[i].bytes; k++) bytes[at + k] = (uint8_t)(dice());
        h->model[i].crc = crc32_of(bytes + at, h->model[i].bytes);
        at += h->model[i].bytes;
    }
    h->bytes = at;
    h->crc = crc32_of(h, offsetof(image_header, crc));
    return at;
}

static int start(slots *s, flash_sim *f) {
    slots_open(s, &f->flash, ARENA);
    if (slots_on_trial(s)) slots_judge(s, 0);
    return s->running;
}

static uint8_t image_bytes[SIM_SLOT] __attribute__((aligned(64)));
static receive r;
static flash_sim flash;
static slots places;

static void a_clean_line_takes_the_image(void **state) {
    (void)state;
    size_t size = make(image_bytes, 1);
    flash_new(&flash, 1);
    start(&places, &flash);
    wire_new(image_bytes, size, 0, 1);
    assert_int_equal(receive_image(&r, &places, size, crc32_of(image_bytes, size), 0), 0);
    assert_non_null(strstr(wire.out, "taken: slot 0, number 1, test; it is tried at the next start (reset)\r\n"));
    assert_int_equal(wire.now, 0);
    assert_int_equal(start(&places, &flash), 0);
    assert_memory_equal(flash.mem, image_bytes, size);
}

static void a_noisy_line_takes_it_whole(void **state) {
    (void)state;
    uint32_t spoilt = 0;
    flash_new(&flash, 1);
    for (uint32_t i = 1; i <= 200; i++) {
        size_t size = make(image_bytes, i);
        int before = start(&places, &flash);
        wire_new(image_bytes, size, 3, i * 77);
        assert_int_equal(receive_image(&r, &places, size, crc32_of(image_bytes, size), 0), 0);
        int now = start(&places, &flash);
        assert_int_not_equal(now, before);
        assert_memory_equal(flash.mem + now * SIM_SLOT, image_bytes, size);
        spoilt += wire.spoilt;
    }
    assert_int_equal(flash.broken, 0);
    assert_in_range(spoilt, 200, 2000);
}

static void blocks_that_are_there_are_not_sent(void **state) {
    (void)state;
    size_t size = make(image_bytes, 1);
    image_header *h = (image_header *)image_bytes;
    flash_new(&flash, 1);
    start(&places, &flash);
    for (uint32_t number = 1; number <= 20; number++) {
        h->number = number;
        h->crc = crc32_of(h, offsetof(image_header, crc));
        wire_new(image_bytes, size, number % 2 ? 0 : 4, number);
        wire.sums = 1;
        assert_int_equal(receive_image(&r, &places, size, crc32_of(image_bytes, size), 0), 0);
        if (number == 1)
            assert_int_equal(wire.bytes_sent, size);
        else if (number % 2)
            assert_int_equal(wire.bytes_sent, RECEIVE_BLOCK); /* only the header is new */
        assert_int_equal(start(&places, &flash), (number - 1) % 2);
        assert_memory_equal(flash.mem + places.running * SIM_SLOT, image_bytes, size);
    }
}

static void a_dead_line_is_given_up(void **state) {
    (void)state;
    size_t size = make(image_bytes, 1);
    flash_new(&flash, 1);
    start(&places, &flash);
    wire_new(image_bytes, size, 0, 1);
    assert_int_equal(receive_image(&r, &places, size, crc32_of(image_bytes, size), 0), 0);
    assert_int_equal(start(&places, &flash), 0);
    size = make(image_bytes, 2);
    for (uint32_t after = 0; after < 2; after++) {
        wire_new(image_bytes, size, 0, 1);
        wire.silent_after = after + 1;
        assert_int_equal(receive_image(&r, &places, size, crc32_of(image_bytes, size), 0), -1);
        assert_non_null(strstr(wire.out, "did not come whole, asked for 10 times"));
        assert_in_range(wire.now, 9000000000ull, 11000000000ull);
        assert_int_equal(start(&places, &flash), 0);
    }
    wire_new(NULL, 0, 0, 1);
    feed("\003", 1);
    assert_int_equal(receive_image(&r, &places, size, 0, 0), -1);
    assert_non_null(strstr(wire.out, "refused: update: given up (ctrl-C)"));
    wire_new(image_bytes, size, 1, 9); /* nothing arrives as it was sent */
    assert_int_equal(receive_image(&r, &places, size, crc32_of(image_bytes, size), 0), -1);
    assert_int_equal(start(&places, &flash), 0);
}

static void a_wrong_sum_is_refused(void **state) {
    (void)state;
    size_t size = make(image_bytes, 1);
    flash_new(&flash, 1);
    start(&places, &flash);
    wire_new(image_bytes, size, 0, 1);
    assert_int_equal(receive_image(&r, &places, size, crc32_of(image_bytes, size) ^ 1, 0), -1);
    assert_non_null(strstr(wire.out, "refused: update: CRC-32"));
    assert_int_equal(start(&places, &flash), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_edited),
        cmocka_unit_test(long_lines_are_not_used),
        cmocka_unit_test(a_clean_line_takes_the_image),
        cmocka_unit_test(a_noisy_line_takes_it_whole),
        cmocka_unit_test(a_dead_line_is_given_up),
        cmocka_unit_test(a_wrong_sum_is_refused),
        cmocka_unit_test(blocks_that_are_there_are_not_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
