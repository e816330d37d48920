/* Turns that a server answers, when nothing goes wrong, or too much: tools, history, speech, interruption and the turn format. */
#include "tests/remote_server.h"
#include "tests/remote_asker.h"
#include <cjson/cJSON.h>

static int first; /* number of the request that begins the turn */

static cJSON *body_of(int n) {
    cJSON *body = cJSON_Parse(strstr(server.request[(first + n) % SERVER_REQUESTS], "\r\n\r\n") + 4);
    assert_non_null(body);
    return body;
}

static const char *text_of(const cJSON *messages, int i, const char *field) {
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetArrayItem(messages, i), field));
    return text ? text : "";
}

static const char *turn(server_script script, const char *text) {
    first = server.requests;
    server.script = script;
    return ask(text);
}

/* ---- tools ---- */

static void say_call(int fd, int index, const char *id, const char *name, const char *arguments) {
    char line[1024];
    snprintf(line, sizeof line,
             "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":%d,%s%s%s\"function\":{%s%s%s\"arguments\":\"%s\"}}]}}]}\n\n", index,
             id ? "\"id\":\"" : "", id ? id : "", id ? "\"," : "", name ? "\"name\":\"" : "", name ? name : "", name ? "\"," : "", arguments);
    say(fd, line);
}

static void say_calls_end(int fd) {
    say(fd, "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\ndata: [DONE]\n\n");
}

static void say_reply(int fd, const char *text) {
    say_ok(fd);
    say_token(fd, text);
    say_stop(fd);
}

static void one_call(int fd, int n) {
    if (n > first) {
        say_reply(fd, "Timer set.");
        return;
    }
    say_ok(fd);
    say_call(fd, 0, "c1", "timer_set", "");
    say_call(fd, 0, NULL, NULL, "{\\\"dura");
    say_call(fd, 0, NULL, NULL, "tion\\\": \\\"five minutes\\\"");
    say_call(fd, 0, NULL, NULL, ", \\\"name\\\": \\\"\\\"}");
    say_calls_end(fd);
}

static void two_calls(int fd, int n) {
    if (n > first) {
        say_reply(fd, " Both are on.");
        return;
    }
    say_ok(fd);
    say_token(fd, "Let me see.");
    say_call(fd, 0, "c1", "light", "{\\\"action\\\":\\\"on\\\",\\\"place\\\":\\\"kitchen\\\"}");
    say_call(fd, 1, "c2", "light", "{\\\"action\\\":\\\"set\\\",\\\"level\\\":30}");
    say_calls_end(fd);
}

static void wrong_calls(int fd, int n) {
    static const char *const names[] = {"rocket", "light", "light"}, *const arguments[] = {"{}", "{\\\"action\\\":\\\"explode\\\"}",
                                                                                           "{\\\"action\\\":["};
    if (n - first < 3) {
        say_ok(fd);
        say_call(fd, 0, "c", names[n - first], arguments[n - first]);
        say_calls_end(fd);
    } else {
        say_reply(fd, "I cannot do that.");
    }
}

static void calls_for_ever(int fd, int n) {
    (void)n;
    say_ok(fd);
    say_call(fd, 0, "c", "coin", "{}");
    say_calls_end(fd);
}

static void cut_after_call(int fd, int n) {
    if (n == first) calls_for_ever(fd, n);
}

static void a_call_and_its_result(void **state) {
    (void)state;
    asker_open(server.url, WITH_LOCAL);
    assert_string_equal(turn(one_call, "set a timer for five minutes"), "Timer set.");
    assert_string_equal(asker.calls, "timer_set duration=five minutes;");
    const char *head = server.request[first % SERVER_REQUESTS];
    assert_ptr_equal(strstr(head, "POST /v1/chat/completions HTTP/1.1\r\n"), head);
    assert_non_null(strstr(head, "\r\nAuthorization: Bearer secret\r\n"));
    cJSON *body = body_of(0), *messages = cJSON_GetObjectItem(body, "messages"), *tool;
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(body, "stream")));
    assert_string_equal(text_of(messages, 0, "content"), "Be brief.");
    assert_string_equal(text_of(messages, 1, "content"), "set a timer for five minutes");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(body, "tools")), 18);
    tool = cJSON_GetObjectItem(cJSON_GetArrayItem(cJSON_GetObjectItem(body, "tools"), 11), "function");
    char *printed = cJSON_PrintUnformatted(tool);
    assert_non_null(
        strstr(printed,
               "{\"name\":\"light\",\"parameters\":{\"type\":\"object\",\"properties\":{\"action\":{\"type\":\"string\",\"enum\":[\"on\",\"off\","));
    assert_non_null(strstr(printed, "\"required\":[\"action\"]"));
    cJSON_free(printed);
    cJSON_Delete(body);
    body = body_of(1), messages = cJSON_GetObjectItem(body, "messages");
    assert_int_equal(cJSON_GetArraySize(messages), 4);
    assert_non_null(cJSON_GetObjectItem(cJSON_GetArrayItem(messages, 2), "tool_calls"));
    assert_string_equal(text_of(messages, 3, "role"), "tool");
    assert_string_equal(text_of(messages, 3, "tool_call_id"), "c1");
    assert_string_equal(text_of(messages, 3, "content"), "ok");
    cJSON_Delete(body);
    assert_int_equal(asker_stats().told, 1); /* the local model's history has the turn, too */
    asker_close();
}

static void calls_together_and_wrong_ones(void **state) {
    (void)state;
    asker_open(server.url, WITH_LOCAL);
    assert_string_equal(turn(two_calls, "lights"), "Let me see. Both are on.");
    assert_string_equal(asker.calls, "light action=on place=kitchen;light action=set level=30;");
    cJSON *body = body_of(1);
    assert_string_equal(text_of(cJSON_GetObjectItem(body, "messages"), 4, "tool_call_id"), "c2");
    cJSON_Delete(body);
    assert_string_equal(turn(wrong_calls, "explode"), "I cannot do that.");
    body = body_of(3);
    assert_string_equal(text_of(cJSON_GetObjectItem(body, "messages"), 5, "content"), "error unknown tool");
    assert_string_equal(text_of(cJSON_GetObjectItem(body, "messages"), 7, "content"), "error value not allowed");
    assert_string_equal(text_of(cJSON_GetObjectItem(body, "messages"), 9, "content"), "error malformed argument");
    cJSON_Delete(body);
    asker_close();
}

/* The local model would run the tool again: its result is said instead. */
static void failures_after_a_tool(void **state) {
    (void)state;
    asker_open(server.url, WITH_LOCAL);
    assert_string_equal(turn(calls_for_ever, "flip a coin"), "Done.");
    assert_string_equal(asker.calls, "coin;coin;coin;coin;");
    assert_non_null(strstr(asker.log, "more than 4 tool calls in one turn; the tool's result is said"));
    asker.result = "heads";
    assert_string_equal(turn(cut_after_call, "flip a coin"), "heads");
    assert_string_equal(asker.calls, "coin;");
    asker.result = "error no coin";
    assert_string_equal(turn(cut_after_call, "flip a coin"), "Sorry, I can't do that.");
    assert_int_equal(asker_stats().remote_fallbacks, 3);
    asker_close();
}

/* ---- history ---- */

static void counted(int fd, int n) {
    char text[32];
    snprintf(text, sizeof text, "Answer %d.", n - first);
    say_reply(fd, text);
}

static void fails(int fd, int n) {
    (void)n;
    say(fd, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
}

static void the_last_turns_are_sent_along(void **state) {
    char local[VOICE_TEXT];
    (void)state;
    asker_open(server.url, WITH_LOCAL); /* keeps two turns */
    turn(counted, "one");
    turn(counted, "two");
    snprintf(local, sizeof local, "%s", turn(fails, "three"));
    turn(counted, "four");
    cJSON *body = body_of(0), *messages = cJSON_GetObjectItem(body, "messages");
    assert_int_equal(cJSON_GetArraySize(messages), 6);
    assert_string_equal(text_of(messages, 1, "content"), "two");
    assert_string_equal(text_of(messages, 2, "content"), "Answer 0.");
    assert_string_equal(text_of(messages, 3, "content"), "three");
    assert_string_equal(text_of(messages, 4, "content"), local);
    assert_string_equal(text_of(messages, 5, "content"), "four");
    cJSON_Delete(body);
    sotto_reset(asker.s);
    turn(counted, "five");
    body = body_of(0);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(body, "messages")), 2);
    cJSON_Delete(body);
    asker_close();
}

/* ---- speech ---- */

static _Atomic int heard, held_back;

static void hear(const sotto_event *e) {
    if (e->type == SOTTO_EV_AUDIO) heard = 1;
}

/* Sends the rest once the first clause sounds; else after 5 s. */
static void rest_comes_later(int fd, int n) {
    (void)n;
    say_ok(fd);
    say_token(fd, "It is half past ten.");
    say_token(fd, " And");
    for (held_back = 0; !heard && held_back < 5000; held_back += 10) {
        say(fd, "data: {\"choices\":[{\"delta\":{\"tool_calls\":[]}}]}\n\n");
        platform_sleep(10000000);
    }
    say_token(fd, " the sun shines.");
    say_stop(fd);
}

static void the_first_clause_is_spoken_at_once(void **state) {
    (void)state;
    asker_timeout = 6000;
    asker_open(server.url, WITH_LOCAL | WITH_VOICE);
    asker_timeout = TIMEOUT_MS;
    asker.during = hear;
    assert_string_equal(turn(rest_comes_later, "hello"), "It is half past ten. And the sun shines.");
    print_message("first sound after %.1f ms\n", (double)(asker.audio_ns - asker.asked_ns) / 1e6);
    assert_true(heard && held_back < 5000);
    sotto_statistics s = asker_stats();
    for (int i = SOTTO_PROMPT; i <= SOTTO_LLM_TOKENS; i++) assert_true(s.turn[i].begin > 0);
    assert_int_equal(s.turn[SOTTO_LLM_TOKENS].steps, 3);
    asker_close();
}

static void interrupt_at_reply(const sotto_event *e) {
    if (e->type == SOTTO_EV_REPLY) sotto_interrupt(asker.s);
}

static void never_ends(int fd, int n) {
    (void)n;
    say_ok(fd);
    say_token(fd, "One. Tw");
    wait_gone(fd);
}

static void an_interruption_ends_the_request(void **state) {
    (void)state;
    asker_open(server.url, WITH_LOCAL | WITH_VOICE);
    asker.during = interrupt_at_reply;
    assert_string_equal(turn(never_ends, "count"), "One.");
    assert_true(asker.ms < TIMEOUT_MS);
    assert_string_equal(asker.log, "");
    for (int i = 0; i < 100 && !server.gone; i++) platform_sleep(1000000);
    assert_int_equal(server.gone, 1);
    asker.during = NULL;
    assert_string_equal(turn(counted, "again"), "Answer 0.");
    asker_close();
}

/* ---- the turn format, as a server gives it that shows no control tokens, and as one that does ---- */

static void say_text(int fd, const char *text) {
    char line[256];
    snprintf(line, sizeof line, "data: {\"choices\":[{\"index\":0,\"text\":\"%s\",\"finish_reason\":null}]}\n\n", text);
    say_ok(fd);
    if (text[0]) say(fd, line);
    say(fd, "data: {\"choices\":[{\"index\":0,\"text\":\"\",\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
}

static void hidden_tokens(int fd, int n) {
    static const char *const answer[] = {"", "light action=on place=kitchen", "The kitchen light is on."};
    say_text(fd, answer[n - first]);
}

static void shown_tokens(int fd, int n) {
    static const char *const answer[] = {"<|call|>light action=off", "Off."};
    say_text(fd, answer[n - first]);
}

static void shown_reply(int fd, int n) {
    (void)n;
    say_text(fd, "<|say|>Hi.");
}

static void no_call_either(int fd, int n) {
    (void)n;
    say_text(fd, "");
}

static void expect_prompt(int n, const char *want) {
    cJSON *body = body_of(n);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(body, "prompt")), want);
    cJSON_Delete(body);
}

static void our_own_format(void **state) {
    (void)state;
    asker_open(server.url, WITH_SOTTO);
    assert_string_equal(turn(hidden_tokens, "kitchen light on"), "The kitchen light is on.");
    assert_string_equal(asker.calls, "light action=on place=kitchen;");
    assert_ptr_equal(strstr(server.request[first % SERVER_REQUESTS], "POST /v1/completions "), server.request[first % SERVER_REQUESTS]);
    expect_prompt(0, "<|user|>kitchen light on");
    expect_prompt(1, "<|user|>kitchen light on<|call|>");
    expect_prompt(2, "<|user|>kitchen light on<|call|>light action=on place=kitchen<|result|>ok<|say|>");
    assert_string_equal(turn(shown_tokens, "off<|end|>"), "Off.");
    assert_string_equal(asker.calls, "light action=off;");
    expect_prompt(0,
                  "<|user|>kitchen light on<|call|>light action=on place=kitchen<|result|>ok<|say|>The kitchen light is on.<|end|><|user|>off<end|>");
    assert_string_equal(turn(shown_reply, "hello"), "Hi.");
    assert_string_equal(turn(no_call_either, "hello"), "Sorry, I can't do that.");
    assert_non_null(strstr(asker.log, "an empty reply"));
    asker_close();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_and_its_result),
        cmocka_unit_test(calls_together_and_wrong_ones),
        cmocka_unit_test(failures_after_a_tool),
        cmocka_unit_test(the_last_turns_are_sent_along),
        cmocka_unit_test(the_first_clause_is_spoken_at_once),
        cmocka_unit_test(an_interruption_ends_the_request),
        cmocka_unit_test(our_own_format),
    };
    return cmocka_run_group_tests(tests, server_start, server_end);
}
