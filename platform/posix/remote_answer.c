/* remote_answer: the pieces of an answer, put together: text, and tool calls that come in fragments.
 *
 * Both shapes of OpenAI's API are read: chat.completion.chunk (choices[0].delta) and text_completion (choices[0].text).
 */
#include "platform/posix/remote_parts.h"
#include <stdio.h>
#include <string.h>

/* Appends text whose control bytes become spaces; -1 when it does not fit. */
static int append(char *to, size_t *len, size_t cap, const char *text) {
    for (; *text; text++) {
        if (*len + 1 >= cap) return -1;
        to[(*len)++] = (unsigned char)*text < ' ' || *text == 0x7f ? ' ' : *text;
    }
    to[*len] = 0;
    return 0;
}

static int take_text(remote_answer *a, const cJSON *text, platform_error *e) {
    const char *piece = cJSON_GetStringValue(text);
    if (!piece || !piece[0]) return 0;
    a->tokens++;
    if (append(a->text, &a->len, sizeof a->text, piece) != 0) return platform_fail(e, "a reply of more than %d bytes", REMOTE_REPLY - 1);
    return 0;
}

static int take_part(char *to, size_t cap, const cJSON *part, const char *what, platform_error *e) {
    const char *text = cJSON_GetStringValue(part);
    size_t len = strlen(to);
    if (!text) return 0;
    if (append(to, &len, cap, text) != 0) return platform_fail(e, "a tool call whose %s is longer than %zu bytes", what, cap - 1);
    return 0;
}

/* A fragment: its index tells which call it belongs to; id and name come once, the arguments' JSON bit by bit. */
static int take_fragment(remote_answer *a, const cJSON *fragment, platform_error *e) {
    const cJSON *index = cJSON_GetObjectItem(fragment, "index"), *function = cJSON_GetObjectItem(fragment, "function");
    double at = cJSON_IsNumber(index) ? index->valuedouble : 0;
    if (!(at >= 0 && at < REMOTE_CALLS)) return platform_fail(e, "more than %d tool calls in one answer", REMOTE_CALLS);
    remote_call *c = &a->call[(uint32_t)at];
    if ((uint32_t)at >= a->calls) a->calls = (uint32_t)at + 1;
    if (!c->id[0] && take_part(c->id, sizeof c->id, cJSON_GetObjectItem(fragment, "id"), "id", e) != 0) return -1;
    if (take_part(c->name, sizeof c->name, cJSON_GetObjectItem(function, "name"), "name", e) != 0) return -1;
    return take_part(c->arguments, sizeof c->arguments, cJSON_GetObjectItem(function, "arguments"), "arguments", e);
}

static int take_choice(remote_answer *a, const cJSON *choice, platform_error *e) {
    const cJSON *delta = cJSON_GetObjectItem(choice, "delta"), *fragment;
    if (take_text(a, cJSON_GetObjectItem(delta, "content"), e) != 0) return -1;
    if (take_text(a, cJSON_GetObjectItem(choice, "text"), e) != 0) return -1;
    cJSON_ArrayForEach(fragment, cJSON_GetObjectItem(delta, "tool_calls")) {
        a->tokens++; /* the stream moves on */
        if (take_fragment(a, fragment, e) != 0) return -1;
    }
    if (cJSON_IsString(cJSON_GetObjectItem(choice, "finish_reason"))) a->finished = 1;
    return 0;
}

static int take_chunk(remote_answer *a, const cJSON *chunk, platform_error *e) {
    const cJSON *choices = cJSON_GetObjectItem(chunk, "choices"), *error = cJSON_GetObjectItem(chunk, "error");
    const char *said = cJSON_GetStringValue(cJSON_IsObject(error) ? cJSON_GetObjectItem(error, "message") : error);
    if (error && !cJSON_IsNull(error)) return platform_fail(e, "the server reports an error: %.120s", said ? said : "without a message");
    if (!cJSON_IsArray(choices)) return platform_fail(e, "an event without \"choices\"");
    return cJSON_GetArraySize(choices) ? take_choice(a, cJSON_GetArrayItem(choices, 0), e) : 0;
}

int remote_answer_take(remote_answer *a, const char *data, size_t len, platform_error *e) {
    if (strcmp(data, "[DONE]") == 0) {
        a->closed = a->finished = 1;
        return 0;
    }
    cJSON *chunk = cJSON_ParseWithLengthOpts(data, len + 1, NULL, 1);
    if (!cJSON_IsObject(chunk)) {
        cJSON_Delete(chunk);
        return platform_fail(e, "broken JSON: \"%.60s\", expected an object", data);
    }
    int code = take_chunk(a, chunk, e);
    cJSON_Delete(chunk);
    return code;
}

/* ` key=value`; 0, or -1 when the value is no plain one. */
static int put_argument(char *out, size_t *len, size_t cap, const cJSON *x) {
    char number[32];
    const char *value = cJSON_GetStringValue(x);
    if (cJSON_IsNull(x) || (value && !value[strspn(value, " \t\r\n")])) return 0; /* models send "" for what they leave out */
    if (cJSON_IsNumber(x)) snprintf(number, sizeof number, "%.10g", x->valuedouble), value = number;
    if (cJSON_IsBool(x)) value = cJSON_IsTrue(x) ? "on" : "off";
    if (!value) return -1;
    while (*value == ' ') value++;
    return append(out, len, cap, " ") || append(out, len, cap, x->string) || append(out, len, cap, "=") || append(out, len, cap, value) ? -1 : 0;
}

void remote_answer_call(const remote_answer *a, uint32_t i, char *out, size_t cap) {
    const remote_call *c = &a->call[i];
    cJSON *arguments = cJSON_Parse(c->arguments[0] ? c->arguments : "{}");
    const cJSON *x;
    size_t len = 0;
    int bad = !cJSON_IsObject(arguments);
    append(out, &len, cap, c->name[0] ? c->name : "?");
    cJSON_ArrayForEach(x, arguments) if (!bad) bad = put_argument(out, &len, cap, x) != 0;
    cJSON_Delete(arguments);
    if (bad) snprintf(out, cap, "%s ?", c->name); /* a malformed argument */
}
