#define _GNU_SOURCE
/* Trace: whole JSON by cJSON, times, counters, names that need escaping, a full disk. Log lines and the file map ride along. */
#include "tests/audio_input.h"
#include "platform/posix/trace.h"
#include <cjson/cJSON.h>
#include <unistd.h>

static char *read_all(const char *path) {
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    char *text = calloc(1, 65536);
    assert_true(fread(text, 1, 65535, f) > 0);
    fclose(f);
    return text;
}

static double number(const cJSON *event, const char *key) {
    return cJSON_GetObjectItem(event, key)->valuedouble;
}

static void test_json(void **state) {
    (void)state;
    char path[] = "/tmp/sotto-trace-XXXXXX";
    trace t;
    platform_error e;
    close(mkstemp(path));
    assert_int_equal(trace_open(&t, path, &e), 0);
    trace_track(&t, 1, "asr");
    trace_span(&t, 1, "llm \"prefill\"\n", 5000000000123u, 5000002000123u, "a\\b\tc");
    trace_span(&t, 1, "backwards", 9000, 8000, NULL);
    trace_mark(&t, 1, "endpoint", 5000001000000u, NULL);
    trace_counter(&t, "queue", 5000001000000u, 12.5);
    trace_counter(&t, "queue", 5000001000000u, NAN);
    assert_int_equal(trace_close(&t, &e), 0);
    char *text = read_all(path);
    cJSON *root = cJSON_Parse(text), *list = cJSON_GetObjectItem(root, "traceEvents");
    assert_int_equal(cJSON_GetArraySize(list), 6);
    cJSON *span = cJSON_GetArrayItem(list, 1);
    assert_string_equal(cJSON_GetObjectItem(span, "name")->valuestring, "llm \"prefill\"\n");
    assert_string_equal(cJSON_GetObjectItem(cJSON_GetObjectItem(span, "args"), "detail")->valuestring, "a\\b\tc");
    assert_true(number(span, "ts") == 5000000000.123 && number(span, "dur") == 2000.0);
    assert_true(number(cJSON_GetArrayItem(list, 2), "dur") == 0);
    assert_true(number(cJSON_GetObjectItem(cJSON_GetArrayItem(list, 4), "args"), "value") == 12.5);
    cJSON_Delete(root);
    free(text);
    unlink(path);
}

static void test_failures(void **state) {
    (void)state;
    trace t;
    platform_error e;
    assert_int_equal(trace_open(&t, "/nowhere/t.json", &e), -1);
    assert_string_equal(e.text, "/nowhere/t.json: cannot be written: No such file or directory");
    trace_span(&t, 1, "not open: nothing happens", 1, 2, NULL);
    assert_int_equal(trace_close(&t, &e), 0);
    if (access("/dev/full", W_OK) != 0) skip();
    assert_int_equal(trace_open(&t, "/dev/full", &e), 0);
    assert_int_equal(trace_close(&t, &e), -1);
    assert_string_equal(e.text, "/dev/full: trace could not be written: No space left on device");
}

static void test_map(void **state) {
    (void)state;
    file_map m = {0};
    platform_error e;
    char path[] = "/tmp/sotto-map-XXXXXX";
    int fd = mkstemp(path);
    assert_int_equal(file_map_open(&m, path, &e), -1);
    assert_non_null(strstr(e.text, "is empty"));
    assert_int_equal(write(fd, "sotto", 5), 5);
    close(fd);
    assert_int_equal(file_map_open(&m, path, &e), 0);
    assert_int_equal(m.size, 5);
    assert_memory_equal(m.data, "sotto", 5);
    assert_int_equal((uintptr_t)m.data % 64, 0);
    file_map_close(&m);
    file_map_close(&m);
    unlink(path);
    assert_int_equal(file_map_open(&m, path, &e), -1);
    assert_non_null(strstr(e.text, "cannot be opened: No such file or directory"));
    assert_int_equal(file_map_open(&m, "/tmp", &e), -1);
    assert_string_equal(e.text, "/tmp: is a directory (expected a file)");
    assert_int_equal(file_map_open(&m, "/dev/null", &e), -1);
    assert_non_null(strstr(e.text, "not a regular file"));
}

static void test_clock(void **state) {
    (void)state;
    uint64_t before = platform_now();
    platform_sleep(3000000);
    uint64_t after = platform_now();
    assert_true(after - before >= 3000000 && after - before < 3000000000u);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_json), cmocka_unit_test(test_failures), cmocka_unit_test(test_map),
                                       cmocka_unit_test(test_clock)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
