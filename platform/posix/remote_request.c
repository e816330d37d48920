/* remote_request: what is sent: OpenAI's chat (messages, tools) or a completion of our own turn format. */
#include "platform/posix/remote_parts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_message(cJSON *messages, const char *role, const char *content) {
    cJSON *m = cJSON_CreateObject();
    cJSON_AddStringToObject(m, "role", role);
    cJSON_AddStringToObject(m, "content", content);
    cJSON_AddItemToArray(messages, m);
}

/* The words of a space-separated list. */
static void add_words(cJSON *to, const char *words) {
    char word[64];
    for (size_t n; *words; words += n + (words[n] == ' ')) {
        n = strcspn(words, " ");
        snprintf(word, sizeof word, "%.*s", (int)n, words);
        cJSON_AddItemToArray(to, cJSON_CreateString(word));
    }
}

cJSON *remote_tool_json(const sotto_tool_info *tool) {
    cJSON *x = cJSON_CreateObject(), *f = cJSON_AddObjectToObject(x, "function"), *p, *properties, *required;
    cJSON_AddStringToObject(x, "type", "function");
    cJSON_AddStringToObject(f, "name", tool->name);
    p = cJSON_AddObjectToObject(f, "parameters");
    cJSON_AddStringToObject(p, "type", "object");
    properties = cJSON_AddObjectToObject(p, "properties");
    required = cJSON_AddArrayToObject(p, "required");
    for (int i = 0; i < tool->args; i++) {
        cJSON *arg = cJSON_AddObjectToObject(properties, tool->arg[i].name);
        cJSON_AddStringToObject(arg, "type", "string");
        if (tool->arg[i].words)
            add_words(cJSON_AddArrayToObject(arg, "enum"), tool->arg[i].words);
        else
            cJSON_AddStringToObject(arg, "description", tool->arg[i].number ? "a number, in the words of the user" : "in the words of the user");
        if (!tool->arg[i].optional) cJSON_AddItemToArray(required, cJSON_CreateString(tool->arg[i].name));
    }
    return x;
}

void remote_round_calls(cJSON *rounds, const remote_answer *a) {
    cJSON *m = cJSON_CreateObject(), *calls;
    cJSON_AddStringToObject(m, "role", "assistant");
    cJSON_AddStringToObject(m, "content", a->text);
    calls = cJSON_AddArrayToObject(m, "tool_calls");
    for (uint32_t i = 0; i < a->calls; i++) {
        cJSON *c = cJSON_CreateObject(), *f;
        cJSON_AddStringToObject(c, "id", a->call[i].id);
        cJSON_AddStringToObject(c, "type", "function");
        f = cJSON_AddObjectToObject(c, "function");
        cJSON_AddStringToObject(f, "name", a->call[i].name);
        cJSON_AddStringToObject(f, "arguments", a->call[i].arguments[0] ? a->call[i].arguments : "{}");
        cJSON_AddItemToArray(calls, c);
    }
    cJSON_AddItemToArray(rounds, m);
}

void remote_round_result(cJSON *rounds, const remote_call *call, const char *result) {
    cJSON *m = cJSON_CreateObject();
    cJSON_AddStringToObject(m, "role", "tool");
    cJSON_AddStringToObject(m, "tool_call_id", call->id);
    cJSON_AddStringToObject(m, "content", result);
    cJSON_AddItemToArray(rounds, m);
}

static cJSON *body_begin(const remote_config *c) {
    cJSON *body = cJSON_CreateObject();
    if (c->model) cJSON_AddStringToObject(body, "model", c->model);
    cJSON_AddBoolToObject(body, "stream", 1);
    cJSON_AddNumberToObject(body, "max_tokens", c->max_tokens);
    cJSON_AddNumberToObject(body, "temperature", (double)c->temperature);
    return body;
}

static char *body_end(cJSON *body) {
    char *text = cJSON_PrintUnformatted(body);
    cJSON_Delete(body);
    return text;
}

char *remote_chat_body(const remote_config *c, const remote_history *h, const cJSON *tools, const cJSON *rounds) {
    cJSON *body = body_begin(c), *messages = cJSON_AddArrayToObject(body, "messages");
    const cJSON *m;
    if (c->system && c->system[0]) add_message(messages, "system", c->system);
    for (uint32_t i = 0; i < h->count; i++) {
        add_message(messages, "user", remote_history_at(h, i)->user);
        add_message(messages, "assistant", remote_history_at(h, i)->reply);
    }
    add_message(messages, "user", h->now.user);
    cJSON_ArrayForEach(m, rounds) cJSON_AddItemToArray(messages, cJSON_Duplicate(m, 1));
    if (cJSON_GetArraySize(tools)) cJSON_AddItemToObject(body, "tools", cJSON_Duplicate(tools, 1));
    return body_end(body);
}

/* ---- the turn format ---- */

enum { PROMPT_MAX = (REMOTE_TURNS + 1) * (2 * REMOTE_KEPT + 2 * REMOTE_TEXT + 64) + 4096 };

static void put_text(char *out, size_t *len, const char *text) {
    size_t n = strlen(text);
    if (*len + n >= PROMPT_MAX) return;
    memcpy(out + *len, text, n + 1);
    *len += n;
}

static void put_turn(char *out, size_t *len, const remote_turn *t) {
    put_text(out, len, "<|user|>");
    put_text(out, len, t->user);
    put_text(out, len, t->calls);
}

char *remote_sotto_body(const remote_config *c, const remote_history *h, const char *header, const char *after) {
    static const char *const stop[] = {"<|end|>", "<|result|>", "<|user|>"};
    char *prompt = calloc(1, PROMPT_MAX);
    size_t len = 0;
    if (!prompt) return NULL;
    if (header[0]) {
        put_text(prompt, &len, header);
        put_text(prompt, &len, "<|end|>");
    }
    for (uint32_t i = 0; i < h->count; i++) {
        put_turn(prompt, &len, remote_history_at(h, i));
        put_text(prompt, &len, "<|say|>");
        put_text(prompt, &len, remote_history_at(h, i)->reply);
        put_text(prompt, &len, "<|end|>");
    }
    put_turn(prompt, &len, &h->now);
    put_text(prompt, &len, after);
    cJSON *body = body_begin(c);
    cJSON_AddStringToObject(body, "prompt", prompt);
    cJSON_AddItemToObject(body, "stop", cJSON_CreateStringArray(stop, 3));
    free(prompt);
    return body_end(body);
}

/* `garage_door action=open/close place=; feed_cat amount=;` */
void remote_sotto_offer(char *header, size_t cap, const sotto_tool_info *tool) {
    char text[REMOTE_KEPT], words[REMOTE_TEXT];
    size_t len = (size_t)snprintf(text, sizeof text, "%s%s", header[0] ? " " : "", tool->name);
    for (int i = 0; i < tool->args && len < sizeof text; i++) {
        snprintf(words, sizeof words, "%s", tool->arg[i].words ? tool->arg[i].words : "");
        for (char *p = words; *p; p++) *p = *p == ' ' ? '/' : *p;
        len += (size_t)snprintf(text + len, sizeof text - len, " %s=%s", tool->arg[i].name, words);
    }
    if (len >= sizeof text || strlen(header) + len + 2 > cap) return; /* longer than a header may be */
    strcat(strcat(header, text), ";");
}
