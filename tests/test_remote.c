/* A server that answers the language model's turns (--llm-url), and everything that it can do wrong: the reply, who gave it, how long it took and
 * the line in the log, each time. The local model's answer to the same question, without a server, is what a fall-back must say. */
#include "tests/remote_server.h"
#include "tests/remote_asker.h"
#include "platform/posix/remote_parts.h"

#define QUESTION "hello"
static char local_reply[VOICE_TEXT];

enum { SLOW_MS = 150 };

/* ---- how a server may behave ---- */

static void good(int fd, int n) {
    (void)n;
    say_ok(fd);
    say(fd, ": a comment\r\nevent: message\r\nid: 1\r\n");
    say(fd, "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":null},\"finish_reason\":null}]}\r\n\r\n");
    say_token(fd, " Good");
    say_token(fd, " day. Caf\\u00e9");
    say_token(fd, " is\\nopen");
    say_token(fd, ".");
    say(fd, "data:{\"choices\":[],\"usage\":{\"total_tokens\":9}}\n\n");
    say_stop(fd);
}

static void slow(int fd, int n) {
    (void)n;
    say_ok(fd);
    for (int i = 0; i < 6; i++) {
        platform_sleep(SLOW_MS * 1000000u);
        say_token(fd, "slow ");
    }
    say_stop(fd);
}

static void no_first_token(int fd, int n) {
    (void)n;
    say_ok(fd);
    say(fd, "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n");
    wait_gone(fd);
}

/* Sends comments to keep the connection, but no token. */
static void only_comments(int fd, int n) {
    (void)n;
    say_ok(fd);
    for (int i = 0; i < 100 && !server.gone; i++) {
        say(fd, ": ping\n\n");
        platform_sleep(20000000);
    }
}

static void mute(int fd, int n) {
    (void)n;
    wait_gone(fd);
}

static void stall_in_clause(int fd, int n) {
    (void)n;
    say_ok(fd);
    say_token(fd, "I was about to");
    wait_gone(fd);
}

static void stall_after_clause(int fd, int n) {
    (void)n;
    say_ok(fd);
    say_token(fd, "It is done. And the hea");
    wait_gone(fd);
}

static void cut_in_clause(int fd, int n) {
    (void)n;
    say_ok(fd);
    say_token(fd, "I was about to");
}

static void cut_after_clause(int fd, int n) {
    (void)n;
    say_ok(fd);
    say_token(fd, "It is done. And the hea");
}

static void cut_in_line(int fd, int n) {
    (void)n;
    say_ok(fd);
    say(fd, "data: {\"choices\":[{\"delta\":{\"con");
}

static void cut_in_chunk(int fd, int n) {
    (void)n;
    say(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n400\r\ndata: {\"choi");
}

static void reset_at_once(int fd, int n) {
    struct linger now = {1, 0};
    (void)n;
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static void noise(int fd, int n) {
    static const char bytes[] = "\x00\xff\x13\x80\n\xfe\xfe\n";
    (void)n;
    say_ok(fd);
    say_bytes(fd, bytes, sizeof bytes - 1);
}

static void no_http(int fd, int n) {
    (void)n;
    say(fd, "220 mail.example ESMTP\r\n");
}

static void html(int fd, int n) {
    (void)n;
    say(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<html>\n<body>It works!</body></html>\n");
}

static void whole_json(int fd, int n) {
    (void)n;
    say(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"choices\":[{\"message\":{\"content\":\"not streamed\"}}]}\n");
}

static void broken_json(int fd, int n) {
    (void)n;
    say_ok(fd);
    say(fd, "data: {\"choices\":[{\"delta\":\n\n");
}

static void other_json(int fd, int n) {
    (void)n;
    say_ok(fd);
    say(fd, "data: {\"weather\":\"fine\"}\n\n");
}

static void error_event(int fd, int n) {
    (void)n;
    say_ok(fd);
    say(fd, "data: {\"error\":{\"message\":\"out of memory on GPU 3\"}}\n\n");
}

static void wrong_utf8(int fd, int n) {
    (void)n;
    say_ok(fd);
    say_token(fd, "caf\xe9 and more");
    say_stop(fd);
}

static void deep_json(int fd, int n) {
    (void)n;
    say_ok(fd);
    say(fd, "data: {\"choices\":");
    for (int i = 0; i < 4000; i++) say(fd, "[");
    say(fd, "\n\n");
}

static void endless_line(int fd, int n) {
    char block[4096];
    (void)n;
    memset(block, 'x', sizeof block);
    say_ok(fd);
    say(fd, "data: ");
    for (int i = 0; i < 1000 && !server.gone; i++) say_bytes(fd, block, sizeof block);
}

static void endless_word(int fd, int n) {
    (void)n;
    say_ok(fd);
    for (int i = 0; i < 10000 && !server.gone; i++) say_token(fd, "blah");
}

static void endless_sentences(int fd, int n) {
    (void)n;
    say_ok(fd);
    for (int i = 0; i < 10000 && !server.gone; i++) say_token(fd, "And so it goes. ");
}

static void empty(int fd, int n) {
    (void)n;
    say_ok(fd);
    say_stop(fd);
}

static void blank(int fd, int n) {
    (void)n;
    say_ok(fd);
    say_token(fd, " \\n ");
    say_stop(fd);
}

static void no_body(int fd, int n) {
    (void)n;
    say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}

static void status_500(int fd, int n) {
    (void)n;
    say(fd, "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 14\r\n\r\nit\x1b[31m broke\n");
}

static void status_404(int fd, int n) {
    (void)n;
    say(fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nno model\n");
}

static void redirect(int fd, int n) {
    (void)n;
    say(fd, "HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n");
}

typedef struct behaviour {
    const char *name;
    server_script script;
    const char *reply; /* NULL: the local model's */
    const char *log;   /* NULL: nothing is logged */
    uint64_t least_ms, most_ms;
} behaviour;

enum { QUICK = 1000 /* ms, on a busy machine */, WAITED = TIMEOUT_MS + QUICK };

static const behaviour BEHAVIOURS[] = {
    {"good", good, "Good day. Café is open.", NULL, 0, QUICK},
    {"slow", slow, "slow slow slow slow slow slow ", NULL, 6 * SLOW_MS, 6 * SLOW_MS + QUICK},
    {"no first token", no_first_token, NULL, "no first token, expected one within 400 ms; the local model answers", TIMEOUT_MS, WAITED},
    {"only comments", only_comments, NULL, "no first token, expected one within 400 ms; the local model answers", TIMEOUT_MS, WAITED},
    {"mute", mute, NULL, "no first token, expected one within 400 ms; the local model answers", TIMEOUT_MS, WAITED},
    {"stall in a clause", stall_in_clause, NULL, "stalled after 1 pieces, expected the next within 400 ms; the local", TIMEOUT_MS, WAITED},
    {"stall after a clause", stall_after_clause, "It is done.", "stalled after 1 pieces, expected the next within 400 ms; the reply ends", TIMEOUT_MS,
     WAITED},
    {"cut in a clause", cut_in_clause, NULL, "the connection was cut after 1 pieces, expected data: [DONE]; the local model answers", 0, QUICK},
    {"cut after a clause", cut_after_clause, "It is done.", "the connection was cut after 1 pieces, expected data: [DONE]; the reply ends", 0, QUICK},
    {"cut in a line", cut_in_line, NULL, "the connection was cut after 0 pieces", 0, QUICK},
    {"cut in a chunk", cut_in_chunk, NULL, "the connection was cut after 0 pieces", 0, QUICK},
    {"reset", reset_at_once, NULL, "reset by peer; the local model answers", 0, QUICK},
    {"noise", noise, NULL, "a line that is not UTF-8; the local model answers", 0, QUICK},
    {"no HTTP", no_http, NULL, "HTTP/0.9", 0, QUICK},
    {"HTML", html, NULL, "no event stream: \"<html>\", expected lines of the form data: {...}; the local", 0, QUICK},
    {"JSON in one piece", whole_json, NULL, "no event stream: \"{", 0, QUICK},
    {"broken JSON", broken_json, NULL, "broken JSON: \"{\"choices\":[{\"delta\":\", expected an object; the local", 0, QUICK},
    {"other JSON", other_json, NULL, "an event without \"choices\"; the local", 0, QUICK},
    {"error event", error_event, NULL, "the server reports an error: out of memory on GPU 3; the local", 0, QUICK},
    {"wrong UTF-8", wrong_utf8, NULL, "a line that is not UTF-8; the local", 0, QUICK},
    {"deep JSON", deep_json, NULL, "broken JSON", 0, QUICK},
    {"endless line", endless_line, NULL, "a line of more than 16382 bytes; the local", 0, QUICK},
    {"empty", empty, NULL, "an empty reply, expected text; the local", 0, QUICK},
    {"blank", blank, NULL, "an empty reply, expected text; the local", 0, QUICK},
    {"no body", no_body, NULL, "an answer without a body, expected data: {...}; the local", 0, QUICK},
    {"500", status_500, NULL, "HTTP status 500, expected 200: it [31m broke ; the local", 0, QUICK},
    {"404", status_404, NULL, "HTTP status 404, expected 200: no model ; the local", 0, QUICK},
    {"redirect", redirect, NULL, "HTTP status 302, expected 200: ; the local", 0, QUICK},
};

static void each_behaviour(void **state) {
    uint64_t fallbacks = 0, cuts = 0, turns = 0;
    (void)state;
    asker_open(server.url, WITH_LOCAL);
    for (size_t i = 0; i < sizeof BEHAVIOURS / sizeof BEHAVIOURS[0]; i++) {
        const behaviour *b = &BEHAVIOURS[i];
        server.script = b->script;
        sotto_reset(asker.s);
        ask(QUESTION);
        sotto_statistics s = asker_stats();
        int cut = b->reply && b->log;
        fallbacks += s.remote_fallbacks, cuts += s.remote_cuts, turns += s.remote_turns;
        if (strcmp(asker.reply, b->reply ? b->reply : local_reply) != 0 || strcmp(asker.reply, asker.pieces) != 0)
            fail_msg("%s: the reply is \"%s\", its pieces \"%s\"", b->name, asker.reply, asker.pieces);
        if (b->log ? !strstr(asker.log, b->log) || strchr(asker.log, '\n')[1] : asker.log[0] != 0)
            fail_msg("%s: the log has \"%s\"", b->name, asker.log);
        if (asker.ms < b->least_ms || asker.ms > b->most_ms + asker_patience()) fail_msg("%s: took %d ms", b->name, (int)asker.ms);
        if (cut != !!s.remote_cuts || cut != !!asker.overload[0] || (!b->log) != !!s.remote_turns || (!b->reply) != !!s.remote_fallbacks)
            fail_msg("%s: wrong counts, overload \"%s\"", b->name, asker.overload);
    }
    print_message("%d answered by the server, %d by the local model instead, %d cut\n", (int)turns, (int)fallbacks, (int)cuts);
    asker_close();
}

static void too_long_after_clauses(void **state) {
    (void)state;
    asker_open(server.url, WITH_LOCAL);
    server.script = endless_sentences;
    ask(QUESTION);
    size_t len = strlen(asker.reply);
    assert_true(len > 400 && len < 512);
    assert_int_equal(asker.reply[len - 1], '.');
    assert_non_null(strstr(asker.overload, "a reply longer than expected, at most 511 bytes; the reply ends with what was said"));
    server.script = endless_word; /* speech cuts what has no end after 384 bytes */
    assert_int_equal(strlen(ask(QUESTION)), 384);
    assert_non_null(strstr(asker.overload, "a reply longer than expected"));
    assert_int_equal(asker_stats().remote_cuts, 2);
    asker_close();
}

static void nobody_there(void **state) {
    (void)state;
    asker_open("http://127.0.0.1:1", WITH_LOCAL);
    assert_string_equal(ask(QUESTION), local_reply);
    assert_non_null(strstr(asker.log, "Couldn't connect to server; the local model answers"));
    assert_true(asker.ms < QUICK + asker_patience());
    asker_close();
    asker_open("http://sotto.invalid:1/v1", WITH_LOCAL);
    assert_string_equal(ask(QUESTION), local_reply);
    assert_non_null(strstr(asker.log, "http://sotto.invalid:1/v1/chat/completions: "));
    assert_true(asker.ms < WAITED + asker_patience()); /* the name server may be silent */
    asker_close();
}

static void the_apology_without_a_local_model(void **state) {
    (void)state;
    asker_open(server.url, 0);
    server.script = good;
    assert_string_equal(ask(QUESTION), "Good day. Café is open.");
    server.script = status_500;
    assert_string_equal(ask(QUESTION), "Sorry, I can't do that.");
    assert_non_null(strstr(asker.log, "; there is no local model, the apology is said"));
    asker_close();
}

/* ---- the wire ---- */

static char wire[4096];
static size_t wire_len, split;

static void in_two_chunks(int fd, int n) {
    char size[64];
    (void)n;
    say(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
    size_t parts[2] = {split, wire_len - split}, at = 0;
    for (int i = 0; i < 2; at += parts[i++]) {
        if (parts[i] == 0) continue;
        snprintf(size, sizeof size, "%zx\r\n", parts[i]);
        say(fd, size);
        say_bytes(fd, wire + at, parts[i]);
        say(fd, "\r\n");
        if (i == 0) platform_sleep(200000);
    }
    say(fd, "0\r\n\r\n");
}

static void every_split(void **state) {
    (void)state;
    wire_len = (size_t)snprintf(wire, sizeof wire,
                                "data: {\"choices\":[{\"delta\":{\"content\":\"Grüße. \"}}]}\r\n\r\ndata: "
                                "{\"choices\":[{\"delta\":{\"content\":\"Bye.\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
    asker_open(server.url, 0);
    server.script = in_two_chunks;
    for (split = 0; split <= wire_len; split++)
        if (strcmp(ask(QUESTION), "Grüße. Bye.") != 0) fail_msg("split at %zu: \"%s\", %s", split, asker.reply, asker.log);
    print_message("%zu turns; question -> first token: %.2f ms (median)\n", wire_len + 1, (double)asker_stats().all[SOTTO_LLM_TTFT].p50 / 1e6);
    asker_close();
}

static void urls(void **state) {
    static const char *const good_urls[] = {"http://h", "http://h/", "http://h/v1", "http://h/v1/", "http://h/v1/chat/completions"};
    static const char *const bad_urls[] = {
        "", "h", "ftp://h", "file:///etc/passwd", "http://", "http://me:pw@h", "http://h?x=1", "http://h#a", "http://h:99999"};
    platform_error e = {""};
    (void)state;
    for (size_t i = 0; i < sizeof bad_urls / sizeof bad_urls[0]; i++) {
        remote *r = remote_open(&(remote_config){.url = bad_urls[i], .timeout_ms = 1}, &e);
        if (r) fail_msg("%s was accepted", bad_urls[i]);
        assert_true(strstr(e.text, "expected a URL of the form") || strstr(e.text, "no libcurl"));
    }
    assert_null(remote_open(&(remote_config){.url = "http://h", .key = "a\r\nX: y", .timeout_ms = 1}, &e));
    if (strstr(e.text, "no libcurl")) skip();
    assert_string_equal(e.text, "SOTTO_LLM_KEY: byte 2 is no visible ASCII character");
    for (size_t i = 0; i < sizeof good_urls / sizeof good_urls[0]; i++) {
        remote *r = remote_open(&(remote_config){.url = good_urls[i], .timeout_ms = 1}, &e);
        assert_non_null(r);
        remote_close(r);
    }
}

static int learn_local(void **state) {
    asker_open(NULL, WITH_LOCAL);
    snprintf(local_reply, sizeof local_reply, "%s", ask(QUESTION));
    asker_close();
    return local_reply[0] ? server_start(state) : -1;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_behaviour), cmocka_unit_test(too_long_after_clauses),
        cmocka_unit_test(nobody_there),   cmocka_unit_test(the_apology_without_a_local_model),
        cmocka_unit_test(every_split),    cmocka_unit_test(urls),
    };
    return cmocka_run_group_tests(tests, learn_local, server_end);
}
