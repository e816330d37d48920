/* The manifest of a pack: every way a file can be wrong is seen, told in one line, and answered by the version before it, or refused. */
#include "tests/cli.h"
#include "models/gguf.h"
#include "runtime/base/crc32.h"
#include <stdint.h>

#define HEAR "$S hear --pack $T/p --final tests/golden/questions/q06_coin.flac"
#define FRESH "rm -rf $T/p; cp -r models/packs/nano $T/p; cp $T/p/asr.gguf $T/p/asr-1.gguf; $S pack --write $T/p && "
#define ALONE "rm -rf $T/p; cp -r models/packs/nano $T/p; "

static void crc_is_the_one_of_zip(void **state) {
    uint8_t bytes[300];
    (void)state;
    assert_int_equal(crc32_of("123456789", 9), 0xcbf43926);
    assert_int_equal(crc32_of("", 0), 0);
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 7);
    for (size_t n = 0; n < sizeof bytes; n++) { /* bit by bit, from every alignment */
        const uint8_t *at = bytes + n % 3;
        size_t len = n < sizeof bytes - 3 ? n : sizeof bytes - 3;
        uint32_t c = ~0u;
        for (size_t i = 0; i < len; i++) {
            c ^= at[i];
            for (int bit = 0; bit < 8; bit++) c = c & 1 ? c >> 1 ^ 0xEDB88320u : c >> 1;
        }
        assert_int_equal(crc32_of(at, len), ~c);
    }
}

/* The rule that holds the committed manifest to the committed files. */
static void the_committed_pack_is_what_its_manifest_says(void **state) {
    (void)state;
    expect("$S pack models/packs/nano", 0, "asr.gguf");
    assert_null(strstr(output, "refused"));
    expect("cp -r models/packs/nano $T/again && $S pack --write $T/again >/dev/null && cmp $T/again/manifest.txt models/packs/nano/manifest.txt && "
           "echo same",
           0, "same");
    expect("$S inspect models/packs/nano", 0, "CRC-32");
    expect("$S inspect --json models/packs/nano", 0, "\"state\":\"ok\"");
}

static void both_versions_are_held(void **state) {
    (void)state;
    expect(FRESH "cat $T/p/manifest.txt", 0, "model asr asr.gguf");
    assert_non_null(strstr(output, "model asr asr-1.gguf"));
    expect(HEAR, 0, "coin");
    assert_null(strstr(output, "sotto: ")); /* nothing to say */
    expect("cp $T/p/asr.gguf $T/p/asr-10.gguf; cp $T/p/asr.gguf $T/p/asr-9.gguf; $S pack --write $T/p >/dev/null; grep -o 'asr[-0-9]*.gguf' "
           "$T/p/manifest.txt | tr '\\n' ' '",
           0, "asr.gguf asr-10.gguf asr-9.gguf asr-1.gguf "); /* the newest first */
    expect("rm $T/p/asr-1.gguf; $S pack $T/p", 0, "missing"); /* an earlier version that is gone is history */
}

static void the_version_before_is_used(void **state) {
    static const struct {
        const char *harm, *why;
    } row[] = {
        {"printf X | dd of=$T/p/asr.gguf bs=1 seek=1000000 conv=notrunc status=none", "asr.gguf: is damaged: CRC-32 "},
        {"head -c 1000000 models/packs/nano/asr.gguf > $T/p/asr.gguf", "asr.gguf: has 1000000 bytes, the manifest says "},
        {"rm $T/p/asr.gguf", "asr.gguf: cannot be opened"},
        {": > $T/p/asr.gguf", "asr.gguf: is empty"},
        {"sed -i 's/\\(model asr asr.gguf .*\\) [0-9a-f]*$/\\1 00000000/' $T/p/manifest.txt", "the manifest says 00000000"},
        {"sed -i 's/\\(model asr asr.gguf\\) [^ ]*/\\1 77/' $T/p/manifest.txt", "the manifest says 77"},
    };
    char line[1024];
    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        snprintf(line, sizeof line, FRESH "%s; " HEAR, row[i].harm);
        expect(line, 0, row[i].why);
        assert_non_null(strstr(output, "; asr-1.gguf version "));
        assert_non_null(strstr(output, " is used instead\n"));
        assert_non_null(strstr(output, "coin"));
    }
}

static void without_another_version_it_is_refused(void **state) {
    (void)state;
    expect(ALONE "printf X | dd of=$T/p/asr.gguf bs=1 seek=1000000 conv=notrunc status=none; " HEAR, 1, "names no other asr model that can be used");
    expect("$S pack $T/p", 1, "refused: asr.gguf: is damaged");
    expect("$S inspect $T/p", 1, "refused");
    expect(ALONE "rm $T/p/llm.gguf; $S think --pack $T/p hello", 1, "llm.gguf: cannot be opened");
    expect(HEAR, 0, "coin"); /* other models are not looked at */
    expect(ALONE "sed -i '/model vocoder/d' $T/p/manifest.txt; $S say --pack $T/p --out $T/x.wav hello", 1, "names no vocoder model");
}

/* Weights that are valid but of no use: the first convolution turned round. */
static void scramble(const char *path) {
    FILE *f = fopen(path, "r+b");
    gguf g;
    gguf_tensor t;
    sotto_error err;
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    size_t size = (size_t)ftell(f);
    rewind(f);
    char *bytes = aligned_alloc(64, (size + 63) / 64 * 64);
    assert_int_equal(fread(bytes, 1, size, f), size);
    assert_int_equal(gguf_open(&g, "asr", bytes, size, &err), 0);
    assert_int_equal(gguf_tensor_find(&g, "sub.conv.weight", &t), 0);
    float *w = (float *)(bytes + ((const char *)t.data - bytes));
    for (size_t i = 0; i < t.bytes / 8; i++) {
        float x = w[i];
        w[i] = -w[t.bytes / 4 - 1 - i];
        w[t.bytes / 4 - 1 - i] = -x;
    }
    rewind(f);
    assert_int_equal(fwrite(bytes, 1, size, f), size);
    assert_int_equal(fclose(f), 0);
    free(bytes);
}

static void a_failed_self_check_is_a_failure(void **state) {
    char path[300];
    (void)state;
    expect(FRESH "true", 0, "");
    snprintf(path, sizeof path, "%s/p/asr.gguf", folder);
    scramble(path);
    expect("$S pack --no-check --write $T/p", 0, "ok"); /* its bytes are as the manifest says now */
    expect(HEAR, 0, "asr.gguf fails its self-check: heard \"");
    assert_non_null(strstr(output, "asr-1.gguf version "));
    assert_non_null(strstr(output, "coin"));
    expect("$S pack $T/p", 1, "fails its self-check");
    expect(HEAR " --no-check", 0, "");
    assert_null(strstr(output, "self-check"));
    expect("rm $T/p/asr-1.gguf; " HEAR, 1, "asr-1.gguf: cannot be opened");
    expect(ALONE "rm $T/p/check-asr.opus; " HEAR, 1, "check-asr.opus");
}

static void bad_manifests_are_refused(void **state) {
    static const struct {
        const char *text, *why;
    } row[] = {
        {"model asr asr.gguf 2 10\\n", "manifest.txt: line 1: expected: model ROLE FILE VERSION BYTES CRC32"},
        {"pack x\\nmodel ear asr.gguf 2 10 00000000\\n", "line 2: \"ear\": expected a role"},
        {"model asr ../asr.gguf 2 10 00000000\\n", "line 1: \"../asr.gguf\": expected a file of the pack's own folder"},
        {"model asr asr.gguf 2 10 0000000g\\n", "line 1: \"0000000g\": expected a CRC-32"},
        {"model asr asr.gguf 2 10 00\\n", "line 1: \"00\": expected a CRC-32"},
        {"check asr x.opus\\n", "line 1: expected: check ROLE FILE ERRORS WORDS"},
        {"check tts x.opus 1 hello\\n", "line 1: \"tts\": only asr has a check"},
        {"wight asr\\n", "line 1: \"wight asr\": expected pack, model or check"},
        {"# nothing\\n", "names no model"},
        {"\\000", "is not text"},
    };
    char line[1024];
    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        snprintf(line, sizeof line, ALONE "printf '%s' > $T/p/manifest.txt; " HEAR, row[i].text);
        expect(line, 1, row[i].why);
    }
}

static void a_pack_without_manifest_works(void **state) {
    (void)state;
    expect("rm -rf $T/p; mkdir $T/p; cp models/packs/nano/asr.gguf $T/p; " HEAR, 0, "coin");
    expect("$S inspect $T/p", 0, "no manifest");
    expect("$S pack --write $T/p && cat $T/p/manifest.txt", 0, "pack p\n");
    expect(HEAR, 0, "coin");
    expect("$S pack --write $T/p/nowhere", 1, "nowhere: cannot be opened");
    expect("mkdir $T/empty; $S pack --write $T/empty", 1, "holds no model");
    expect("$S pack", 2, "expected one folder");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crc_is_the_one_of_zip),
        cmocka_unit_test(the_committed_pack_is_what_its_manifest_says),
        cmocka_unit_test(both_versions_are_held),
        cmocka_unit_test(the_version_before_is_used),
        cmocka_unit_test(without_another_version_it_is_refused),
        cmocka_unit_test(a_failed_self_check_is_a_failure),
        cmocka_unit_test(bad_manifests_are_refused),
        cmocka_unit_test(a_pack_without_manifest_works),
    };
    return cmocka_run_group_tests(tests, find_command, clean);
}
