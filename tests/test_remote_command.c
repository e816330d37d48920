/* --llm-url on the command line: no socket unless it is given; what it sends; what it refuses. And streams that nobody would send. */
#include "tests/remote_server.h"
#include "platform/posix/remote_parts.h"
#include "tests/voice.h"
#include <sys/wait.h>

static int first; /* number of the request that begins the command */

static void counted(int fd, int n) {
    char text[32];
    snprintf(text, sizeof text, "Answer %d.", n - first);
    say_ok(fd);
    say_token(fd, text);
    say_stop(fd);
}

static void fails(int fd, int n) {
    (void)n;
    say(fd, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
}

static int with_curl(void) {
    platform_error e = {""};
    remote *r = remote_open(&(remote_config){.url = "http://h", .timeout_ms = 1}, &e);
    int there = r != NULL;
    remote_close(r);
    return there;
}

/* ---- offline unless named ---- */

static void no_socket_without_a_url(void **state) {
    char self[300], line[1024], seen[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 16);
    (void)state;
    assert_true(n > 0);
    self[n] = 0;
    strcpy(strstr(self, "/tests/"), "/sotto");
    if (system("strace -o /dev/null true 2>/dev/null") != 0) {
        print_message("skipped: strace does not run here\n");
        skip();
    }
    for (int named = 0; named < 1 + with_curl(); named++) {
        snprintf(line, sizeof line,
                 "export ASAN_OPTIONS=detect_leaks=0; { SOTTO_LLM_KEY=k strace -f -e trace=network %s think hello %s; strace -f -e trace=network %s "
                 "run --in " VOICE_QUESTION " %s; } 2>&1",
                 self, named ? "--llm-url http://127.0.0.1:1" : "", self, named ? "--llm-url http://127.0.0.1:1" : "");
        FILE *p = popen(line, "r");
        seen[fread(seen, 1, sizeof seen - 1, p)] = 0;
        assert_int_equal(pclose(p), 0);
        if ((strstr(seen, "AF_INET") != NULL) != named) fail_msg("%s: %s", line, seen);
    }
}

/* ---- the command ---- */

static void expect(const char *arguments, int code, const char *said) {
    char line[1024], seen[8192];
    ssize_t n = readlink("/proc/self/exe", seen, sizeof seen - 16);
    assert_true(n > 0);
    seen[n] = 0;
    *strstr(seen, "/tests/") = 0;
    snprintf(line, sizeof line, "U=%s; S=%.200s/sotto; { %s; } 2>&1", server.url, seen, arguments);
    FILE *p = popen(line, "r");
    seen[fread(seen, 1, sizeof seen - 1, p)] = 0;
    int status = pclose(p);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != code || !strstr(seen, said)) fail_msg("%s: %d, %s", arguments, status, seen);
    assert_null(strstr(seen, "topsecret"));
}

static void the_command(void **state) {
    (void)state;
    if (!with_curl()) {
        expect("$S think --llm-url http://h hi", 2, "http://h: this build has no libcurl");
        skip();
    }
    server.script = fails;
    expect("SOTTO_LLM_KEY=topsecret $S think --llm-url $U/v1 hello", 0, "HTTP status 503, expected 200: ; the local model answers");
    first = server.requests - 1;
    assert_non_null(strstr(server.request[first % SERVER_REQUESTS], "Authorization: Bearer topsecret\r\n"));
    server.script = counted;
    first = server.requests;
    expect("$S think --llm-url $U --llm-system README.md --llm-model tiny --llm-history 1 one two three", 0, "Answer 2.");
    cJSON *body = cJSON_Parse(strstr(server.request[(first + 2) % SERVER_REQUESTS], "\r\n\r\n") + 4),
          *messages = cJSON_GetObjectItem(body, "messages");
    assert_int_equal(cJSON_GetArraySize(messages), 4);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(body, "model")), "tiny");
    assert_true(strlen(cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetArrayItem(messages, 0), "content"))) > 200);
    cJSON_Delete(body);
    first = server.requests;
    expect("$S run --in " VOICE_QUESTION " --json --llm-url $U", 0, "\"remote\":{\"turns\":1,\"fallbacks\":0,\"cuts\":0}");
    expect("T=$(mktemp -d); $S think --pack $T --llm-url http://127.0.0.1:1 hello; rm -r $T", 0, "Sorry, I can't do that.");
    expect("SOTTO_LLM_KEY=topsecret $S think --llm-url http://0.0.0.0:1 hello", 0, "the key in SOTTO_LLM_KEY is sent unencrypted, expected https");
    expect("$S think --llm-url ftp://h hi", 2, "think: --llm-url ftp://h: expected a URL of the form http://host:port");
    expect("$S think --llm-model tiny hi", 2, "go with --llm-url");
    expect("$S think --llm-url $U --llm-format xml hi", 2, "expected openai or sotto");
    expect("$S think --llm-url $U --llm-timeout 0 hi", 2, "expected 1 to 600000 ms");
    expect("$S think --llm-url $U --llm-history 17 hi", 2, "expected 0 to 16 turns");
    expect("$S think --llm-url $U --raw hi", 2, "--raw is the local model's");
}

static void feeds_the_cat(int fd, int n) {
    (void)n;
    say_ok(fd);
    say(fd, "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"feed_cat\",\"arguments\":"
            "\"{\\\"amount\\\":\\\"two\\\"}\"}}]},\"finish_reason\":\"tool_calls\"}]}\n\ndata: [DONE]\n\n");
}

static void tools_of_the_users_own(void **state) {
    (void)state;
    if (!with_curl()) skip();
    server.script = feeds_the_cat;
    first = server.requests;
    expect("T=$(mktemp); printf 'tool feed_cat\n  amount = number\n  say \"Fed: {amount}.\"\n' > $T; $S think --tools $T --llm-url $U 'two for the "
           "cat'; rm $T",
           0, "Fed: two.");
    assert_int_equal(server.requests, first + 1); /* its reply is fixed: the server is not asked again */
    assert_non_null(strstr(server.request[first % SERVER_REQUESTS], "{\"type\":\"string\",\"description\":\"a number, in the words of the user\"}"));
}

/* ---- whatever comes ---- */

static uint32_t dice = 1;

static uint32_t roll(uint32_t n) {
    dice ^= dice << 13, dice ^= dice >> 17, dice ^= dice << 5;
    return dice % n;
}

static void mutated_streams(void **state) {
    static const char whole[] =
        "data: {\"choices\":[{\"delta\":{\"content\":\"Gr\\u00fc\xc3\x9f\",\"tool_calls\":[{\"index\":1,\"id\":\"c\",\"function\":{\"name\":"
        "\"light\",\"arguments\":\"{\\\"level\\\":3}\"}}]},\"finish_reason\":null}]}\n\n: ping\r\ndata: [DONE]\n\n";
    static remote_stream stream;
    static remote_answer answer;
    char bytes[sizeof whole], call[REMOTE_TEXT];
    int refused = 0;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        platform_error e = {""};
        memcpy(bytes, whole, sizeof whole);
        for (uint32_t i = roll(4); i-- > 0;) bytes[roll(sizeof whole - 1)] = roll(2) ? (char)roll(256) : whole[roll(sizeof whole - 1)];
        stream.len = 0;
        memset(&answer, 0, sizeof answer);
        size_t cut = roll(sizeof whole);
        int code = remote_stream_take(&stream, &answer, bytes, cut, &e);
        if (code == 0) code = remote_stream_take(&stream, &answer, bytes + cut, sizeof whole - 1 - cut, &e);
        refused += code != 0;
        assert_true((code != 0) == (e.text[0] != 0) && answer.calls <= REMOTE_CALLS && answer.len < REMOTE_REPLY && answer.text[answer.len] == 0);
        for (uint32_t i = 0; i < answer.calls; i++) remote_answer_call(&answer, i, call, sizeof call);
    }
    print_message("%d of 20000 refused\n", refused);
    assert_true(refused > 1000 && refused < 19000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_socket_without_a_url),
        cmocka_unit_test(the_command),
        cmocka_unit_test(tools_of_the_users_own),
        cmocka_unit_test(mutated_streams),
    };
    return cmocka_run_group_tests(tests, server_start, server_end);
}
