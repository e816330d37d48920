/* --adapter of the commands: which adapter each turn had, and one line and exit code for what cannot be worn. */
#include "tests/cli.h"

#define BASE "--model tests/golden/llama_f32.gguf --max 6"
#define ALL "tests/golden/lora_all.gguf"
#define SOME "tests/golden/lora_some.gguf"

/* Place of the n-th turn's version in the output; NULL: it is another one. */
static const char *turn_with(int n, const char *version) {
    char part[96];
    snprintf(part, sizeof part, "{\"turn\":%d,\"llm\":\"%s\",", n, version);
    return strstr(output, part);
}

static void each_turn_has_the_next(void **state) {
    (void)state;
    expect("$S think " BASE " --json --adapter " ALL " --adapter none --adapter " SOME " hello hello hello hello", 0, "");
    assert_non_null(turn_with(1, "golden-1+golden lora_all"));
    assert_non_null(turn_with(2, "golden-1"));
    assert_non_null(turn_with(3, "golden-1+golden lora_some"));
    assert_non_null(turn_with(4, "golden-1+golden lora_all"));
    expect("printf 'hello\\nhello\\n' | $S think " BASE " --json --adapter " ALL " --adapter none", 0, "");
    assert_true(turn_with(1, "golden-1+golden lora_all") && turn_with(2, "golden-1"));
    expect("$S think " BASE " --json --fresh --adapter " ALL " hello hello", 0, "");
    assert_non_null(turn_with(1, "golden-1+golden lora_all")); /* each time: a reset counts from 1 again */
    assert_null(turn_with(1, "golden-1"));
}

static void what_cannot_be_compared_is_told(void **state) {
    (void)state;
    expect("$S think " BASE " --adapter " SOME " hello", 0, "lora_some.gguf: does not name its base");
    expect("$S think " BASE " --adapter " ALL " hello", 0, "turn-done");
    assert_null(strstr(output, "does not name"));
    expect("$S inspect " ALL, 0, "sotto.adapter.base_crc32");
}

static void what_cannot_be_worn_is_refused(void **state) {
    (void)state;
    expect("$S think --adapter " ALL " hello", 1, "lora_all.gguf: tensor blk.0.attn_q.weight.lora_a is 4 x 32, expected 4 x ");
    expect("$S think " BASE " --adapter " SOME " --adapter models/packs/nano/tts.gguf hello", 1, "tts.gguf: key general.type");
    expect("$S think " BASE " --adapter $T/none.gguf hello", 1, "none.gguf: cannot be opened");
    expect("$S think --model tests/golden/llama_q8_0.gguf --adapter " ALL " hello", 1, "was made for weights with CRC-32");
    expect("printf x > $T/x.gguf; $S think " BASE " --adapter $T/x.gguf hello", 1, "x.gguf: ");
    expect("$S bench --adapter " ALL " --adapter none", 2, "bench: --adapter: expected it once");
    expect("$S think $(for i in 1 2 3 4 5 6 7 8 9; do echo --adapter none; done) hello", 2, "expected at most 8");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_turn_has_the_next), cmocka_unit_test(what_cannot_be_compared_is_told),
                                       cmocka_unit_test(what_cannot_be_worn_is_refused)};
    return cmocka_run_group_tests(tests, find_command, clean);
}
