/* Images of weights: what `sotto pack --image` writes opens and holds the pack's bytes; every flipped byte, every length that is too short and every
 * header that lies is refused with a line that says why. */
#include "tests/cli.h"
#include "firmware/image.h"
#include "runtime/base/crc32.h"
#include "runtime/sotto.h"
#include <stdint.h>

enum { SMALL = 100, ROOM = 2048 };

static _Alignas(IMAGE_ALIGN) uint8_t block[ROOM];
static char why[256];

static image_header *header(void) {
    return (image_header *)(void *)block;
}

static void seal(void) {
    header()->crc = crc32_of(block, offsetof(image_header, crc));
}

/* An image of five small models: sizes 100, 101 ... so that there are gaps of every kind. */
static size_t make_small(void) {
    image_header *h = header();
    uint32_t end = sizeof *h;
    memset(block, 0xff, sizeof block);
    memset(h, 0, sizeof *h);
    memcpy(h->magic, "SOTTOIMG", 8);
    h->format = IMAGE_FORMAT;
    h->number = 7;
    memcpy(h->version, "small", 6);
    for (uint32_t i = 0; i < IMAGE_MODELS; i++) {
        image_entry *m = &h->model[i];
        m->offset = (end + IMAGE_ALIGN - 1) / IMAGE_ALIGN * IMAGE_ALIGN;
        m->bytes = SMALL + 7 * i;
        for (uint32_t k = 0; k < m->bytes; k++) block[m->offset + k] = (uint8_t)(k * 31 + i);
        m->crc = crc32_of(block + m->offset, m->bytes);
        memcpy(m->version, "1", 2);
        end = m->offset + m->bytes;
    }
    h->bytes = end;
    seal();
    return end;
}

static int opens(size_t room) {
    image x = {0};
    why[0] = 0;
    int code = image_open(&x, block, room, why, sizeof why);
    if (code != 0) {
        assert_null(x.header); /* nothing is given out that was refused */
        assert_true(strncmp(why, "image: ", 7) == 0);
    }
    return code;
}

static void a_good_image_opens(void **state) {
    (void)state;
    size_t bytes = make_small();
    image x;
    assert_int_equal(image_open(&x, block, bytes, why, sizeof why), 0);
    assert_int_equal(image_open(&x, block, ROOM, why, sizeof why), 0);
    assert_ptr_equal(x.header, block);
    for (int i = 0; i < IMAGE_MODELS; i++) {
        assert_ptr_equal(x.model[i], block + x.header->model[i].offset);
        assert_int_equal((uintptr_t)x.model[i] % IMAGE_ALIGN, 0);
    }
}

static void every_flipped_bit_is_refused(void **state) {
    (void)state;
    size_t bytes = make_small();
    for (size_t i = 0; i < bytes; i++) {
        for (int bit = 0; bit < 8; bit++) {
            block[i] ^= (uint8_t)(1 << bit);
            if (opens(ROOM) == 0) fail_msg("bit %d of byte %zu may be wrong", bit, i);
            block[i] ^= (uint8_t)(1 << bit);
        }
    }
    assert_int_equal(opens(ROOM), 0);
}

static void every_short_image_is_refused(void **state) {
    (void)state;
    size_t bytes = make_small();
    for (size_t n = 0; n < bytes; n++) assert_int_equal(opens(n), -1);
    memset(block, 0xff, sizeof block); /* erased flash */
    assert_int_equal(opens(ROOM), -1);
    assert_non_null(strstr(why, "no header"));
}

/* Headers that lie with a good checksum. */
static void lies_are_refused(void **state) {
    (void)state;
    const struct {
        const char *expected;
        uint32_t *field, value;
    } row[] = {
        {"format 2, expected 1", &header()->format, 2},
        {"says 2049 bytes", &header()->bytes, ROOM + 1},
        {"says 511 bytes", &header()->bytes, 511},
        {"its models end", &header()->bytes, ROOM},
        {"asr begins at 576, expected 512", &header()->model[IMAGE_ASR].offset, 576},
        {"llm begins at 512, expected", &header()->model[IMAGE_LLM].offset, 512},
        {"llm begins at 4294967232", &header()->model[IMAGE_LLM].offset, 4294967232u},
        {"vocoder has 4294967295 bytes", &header()->model[IMAGE_VOCODER].bytes, 4294967295u},
        {"tts has 0 bytes", &header()->model[IMAGE_TTS].bytes, 0},
        {"g2p is damaged", &header()->model[IMAGE_G2P].crc, 1},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        make_small();
        *row[i].field = row[i].value;
        seal();
        assert_int_equal(opens(ROOM), -1);
        if (!strstr(why, row[i].expected)) fail_msg("expected \"%s\" in \"%s\"", row[i].expected, why);
    }
    make_small();
    memset(header()->question, 'x', IMAGE_GATE);
    seal();
    assert_int_equal(opens(ROOM), -1);
    make_small();
    memset(header()->model[1].version, 'x', IMAGE_VERSION);
    seal();
    assert_int_equal(opens(ROOM), -1);
}

static void the_pack_becomes_an_image(void **state) {
    static const char *const file[IMAGE_MODELS] = {"asr", "llm", "g2p", "tts", "vocoder"};
    char path[300];
    image x;
    (void)state;
    expect("$S pack models/packs/nano --image $T/nano.img --number 9", 0, "is answered \"The answer is 120.\"");
    snprintf(path, sizeof path, "%s/nano.img", folder);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    size_t bytes = (size_t)ftell(f);
    uint8_t *image_bytes = aligned_alloc(IMAGE_ALIGN, (bytes + IMAGE_ALIGN) / IMAGE_ALIGN * IMAGE_ALIGN);
    rewind(f);
    assert_int_equal(fread(image_bytes, 1, bytes, f), bytes);
    fclose(f);
    assert_true(bytes <= 8 << 20); /* a board's slot */
    assert_int_equal(image_open(&x, image_bytes, bytes, why, sizeof why), 0);
    assert_int_equal(x.header->number, 9);
    assert_int_equal(x.header->reply, crc32_of("The answer is 120.", 18));
    for (int i = 0; i < IMAGE_MODELS; i++) {
        char line[400];
        snprintf(line, sizeof line, "tail -c +%u $T/nano.img | head -c %u | cmp - models/packs/nano/%s.gguf && echo same",
                 (unsigned)x.header->model[i].offset + 1, (unsigned)x.header->model[i].bytes, file[i]);
        expect(line, 0, "same");
    }
    sotto_model m;
    assert_int_equal(sotto_model_open(&m, "llm.gguf", x.model[IMAGE_LLM], x.header->model[IMAGE_LLM].bytes), SOTTO_OK);
    uint32_t arena = x.header->arena;
    free(image_bytes);
    snprintf(path, sizeof path, "%u", (unsigned)arena);
    expect("$S plan --json", 0, path);
}

static void refusals_are_told(void **state) {
    (void)state;
    expect("$S pack models/packs/nano --image /no/such/folder/x.img", 1, "/no/such/folder/x.img.new: cannot be written");
    expect("$S pack models/packs/nano --image $T/x.img --question \"$(printf 'a%.0s' $(seq 70))\"", 2, "expected at most 63 bytes");
    expect("test ! -e $T/x.img && echo none", 0, "none");
    expect("$S pack /no/such/pack --image $T/x.img", 1, "sotto: ");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_image_opens), cmocka_unit_test(every_flipped_bit_is_refused), cmocka_unit_test(every_short_image_is_refused),
        cmocka_unit_test(lies_are_refused),   cmocka_unit_test(the_pack_becomes_an_image),    cmocka_unit_test(refusals_are_told),
    };
    return cmocka_run_group_tests(tests, find_command, clean);
}
