/* remote: see remote.h. One easy handle on a multi handle, driven by the runtime's polls; its connection is kept from turn to turn.
 *
 * A turn of format openai:  request ─▶ text …, or calls ─▶ results ─▶ request …
 *           format sotto:   prompt ─▶ text …; nothing (the server stops at <|call|> and does not show it) ─▶ prompt<|call|> ─▶ the call
 *                           ─▶ result ─▶ prompt<|call|>…<|result|>…<|say|> ─▶ text …
 */
#include "platform/posix/remote_parts.h"
#include "platform/posix/remote_url.h"
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINGER_MS = 20 /* after [DONE], for the connection to be free again */, EXCERPT = 160, URL_MAX = 512, HEADER_MAX = 2048 };

typedef enum remote_phase { PHASE_IDLE, PHASE_HEAD /* of format sotto: call or reply? */, PHASE_CALL, PHASE_REPLY } remote_phase;

struct remote {
    remote_config config;
    sotto_remote hooks;
    char url[URL_MAX], errors[CURL_ERROR_SIZE];
    CURLM *multi;
    CURL *easy;
    struct curl_slist *headers;
    cJSON *tools, *rounds;
    char offered[HEADER_MAX]; /* own tools in the turn format */
    remote_history history;
    /* the turn that runs */
    remote_phase phase;
    remote_stream stream;
    remote_answer answer;
    size_t given;                              /* bytes of its text that were polled */
    uint32_t told;                             /* of its tokens */
    uint32_t called;                           /* of its calls, that were polled */
    int busy, begun, told_begun, waits_result; /* a request is on its way; bytes of it came; and were told; a result is due */
    int failed;
    platform_error why;
    uint64_t deadline; /* ns */
    char excerpt[EXCERPT];
    size_t excerpt_len;
    char piece[REMOTE_REPLY]; /* what a poll hands out */
};

static void remote_fail(remote *r, const char *why) {
    if (r->failed) return;
    r->failed = 1;
    snprintf(r->why.text, sizeof r->why.text, "%.100s: %.200s", r->url, why);
}

static void remote_hasten(remote *r, uint32_t ms) {
    r->deadline = platform_now() + (uint64_t)ms * 1000000u;
}

static void remote_drop(remote *r) {
    if (r->busy) curl_multi_remove_handle(r->multi, r->easy);
    r->busy = 0;
}

/* ---- what comes ---- */

static size_t remote_keep_excerpt(remote *r, const char *bytes, size_t count) {
    for (size_t i = 0; i < count && r->excerpt_len + 1 < EXCERPT; i++)
        r->excerpt[r->excerpt_len++] = (unsigned char)bytes[i] < ' ' || (unsigned char)bytes[i] > '~' ? ' ' : bytes[i];
    r->excerpt[r->excerpt_len] = 0;
    return count;
}

static size_t remote_write(char *bytes, size_t one, size_t count, void *user) {
    remote *r = user;
    platform_error e;
    long status = 0;
    uint32_t before = r->answer.tokens;
    curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) return remote_keep_excerpt(r, bytes, one * count);
    r->begun = 1;
    if (remote_stream_take(&r->stream, &r->answer, bytes, one * count, &e) != 0) {
        remote_fail(r, e.text);
        return 0;
    }
    if (r->answer.closed)
        remote_hasten(r, LINGER_MS);
    else if (r->answer.tokens != before)
        remote_hasten(r, r->config.timeout_ms);
    return one * count;
}

/* ---- what is asked ---- */

static char *remote_body(remote *r) {
    if (r->config.format == REMOTE_OPENAI) return remote_chat_body(&r->config, &r->history, r->tools, r->rounds);
    const char *after = r->phase == PHASE_CALL ? "<|call|>" : r->phase == PHASE_REPLY ? "<|say|>" : "";
    return remote_sotto_body(&r->config, &r->history, r->offered, after);
}

static void remote_send(remote *r) {
    char *body = remote_body(r);
    memset(&r->answer, 0, sizeof r->answer);
    r->stream.len = r->excerpt_len = r->given = 0;
    r->told = r->called = 0;
    r->excerpt[0] = r->errors[0] = 0;
    r->begun = r->told_begun = 0;
    remote_hasten(r, r->config.timeout_ms);
    if (!body || curl_easy_setopt(r->easy, CURLOPT_COPYPOSTFIELDS, body) != CURLE_OK || curl_multi_add_handle(r->multi, r->easy) != CURLM_OK)
        remote_fail(r, "the request could not be made: out of memory");
    else
        r->busy = 1;
    cJSON_free(body);
}

static int remote_begin(void *user, const char *text) {
    remote *r = user;
    int still;
    remote_drop(r);
    cJSON_Delete(r->rounds);
    r->rounds = cJSON_CreateArray();
    remote_history_begin(&r->history, text);
    r->failed = r->waits_result = 0;
    r->phase = r->config.format == REMOTE_SOTTO ? PHASE_HEAD : PHASE_REPLY;
    remote_send(r);
    if (r->busy) curl_multi_perform(r->multi, &still);
    return 0;
}

static void remote_answered(remote *r, const char *call, const char *result) {
    remote_history_called(&r->history, call, result);
    r->waits_result = 0;
    if (r->config.format == REMOTE_SOTTO) {
        r->phase = PHASE_REPLY;
        remote_send(r);
        return;
    }
    if (r->called == 0) remote_round_calls(r->rounds, &r->answer);
    remote_round_result(r->rounds, &r->answer.call[r->called], result);
    if (++r->called == r->answer.calls) remote_send(r);
}

static void remote_result(void *user, const char *text) {
    remote *r = user;
    if (r->waits_result) remote_answered(r, r->piece, text);
}

static void remote_cancel(void *user) {
    remote *r = user;
    remote_drop(r);
    r->phase = PHASE_IDLE;
}

static void remote_end(void *user, const char *reply) {
    remote *r = user;
    remote_cancel(r);
    remote_history_end(&r->history, reply);
}

/* ---- how it goes ---- */

/* The transfer is over, for whatever reason. */
static void remote_finished(remote *r, CURLcode code) {
    char why[EXCERPT + 80];
    long status = 0;
    curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
    remote_drop(r);
    if (status && status != 200) {
        snprintf(why, sizeof why, "HTTP status %ld, expected 200: %s", status, r->excerpt);
        remote_fail(r, why);
    } else if (r->answer.finished) {
        return;
    } else if (r->begun) {
        snprintf(why, sizeof why, "the connection was cut after %u pieces, expected data: [DONE]", r->answer.tokens);
        remote_fail(r, why);
    } else {
        remote_fail(r, r->errors[0] ? r->errors : code ? curl_easy_strerror(code) : "an answer without a body, expected data: {...}");
    }
}

static void remote_late(remote *r) {
    char why[120];
    remote_drop(r);
    if (r->answer.finished) return;
    if (r->answer.tokens == 0)
        snprintf(why, sizeof why, "no first token, expected one within %u ms", r->config.timeout_ms);
    else
        snprintf(why, sizeof why, "stalled after %u pieces, expected the next within %u ms", r->answer.tokens, r->config.timeout_ms);
    remote_fail(r, why);
}

static void remote_drive(remote *r) {
    int still = 0, left = 0;
    CURLMsg *m;
    if (!r->busy) return;
    curl_multi_perform(r->multi, &still);
    while (r->busy && (m = curl_multi_info_read(r->multi, &left)) != NULL)
        if (m->msg == CURLMSG_DONE) remote_finished(r, m->data.result);
    if (r->busy && platform_now() > r->deadline) remote_late(r);
    if (r->failed) remote_drop(r);
}

static int tell(sotto_remote_news *out, sotto_remote_kind kind, const char *text) {
    out->kind = kind;
    out->text = text;
    return 1;
}

/* Format sotto: is what came a reply or a call? Servers that show control tokens begin with one. */
static int remote_head(remote *r) {
    static const char say[] = "<|say|>", call[] = "<|call|>";
    const remote_answer *a = &r->answer;
    int over = !r->busy;
    if (!over && a->len < strlen(call) && (strncmp(a->text, say, a->len) == 0 || strncmp(a->text, call, a->len) == 0)) return 0;
    if (a->len == 0) { /* it stopped at <|call|> */
        r->phase = PHASE_CALL;
        remote_send(r);
        return 0;
    }
    r->phase = PHASE_REPLY;
    if (strncmp(a->text, say, strlen(say)) == 0) r->given = strlen(say);
    if (strncmp(a->text, call, strlen(call)) == 0) {
        r->phase = PHASE_CALL;
        r->given = strlen(call);
    }
    return 1;
}

static int remote_tell_text(remote *r, sotto_remote_news *out) {
    if (r->given == r->answer.len) return 0;
    strcpy(r->piece, r->answer.text + r->given);
    out->tokens = r->answer.tokens - r->told;
    r->given = r->answer.len;
    r->told = r->answer.tokens;
    return tell(out, SOTTO_REMOTE_PIECE, r->piece);
}

static int remote_tell_call(remote *r, sotto_remote_news *out) {
    if (r->config.format == REMOTE_OPENAI)
        remote_answer_call(&r->answer, r->called, r->piece, REMOTE_TEXT);
    else
        snprintf(r->piece, REMOTE_TEXT, "%.*s", REMOTE_TEXT - 1, r->answer.text + r->given);
    r->waits_result = 1;
    return tell(out, SOTTO_REMOTE_CALL, r->piece);
}

static int remote_tell(remote *r, sotto_remote_news *out) {
    if (r->begun && !r->told_begun) {
        r->told_begun = 1;
        return tell(out, SOTTO_REMOTE_BEGUN, "");
    }
    if (!r->failed && r->phase == PHASE_HEAD && !remote_head(r)) return 0;
    if (r->phase == PHASE_REPLY && remote_tell_text(r, out)) return 1;
    if (r->failed) {
        r->phase = PHASE_IDLE;
        return tell(out, SOTTO_REMOTE_FAILED, r->why.text);
    }
    if (r->busy) return 0;
    if (r->answer.calls > r->called || (r->phase == PHASE_CALL && r->answer.len > r->given)) return remote_tell_call(r, out);
    r->phase = PHASE_IDLE;
    return tell(out, SOTTO_REMOTE_DONE, "");
}

static void remote_poll(void *user, sotto_remote_news *out) {
    remote *r = user;
    *out = (sotto_remote_news){.kind = SOTTO_REMOTE_WAIT, .text = ""};
    if (r->phase == PHASE_IDLE || r->waits_result) return;
    remote_drive(r);
    remote_tell(r, out);
}

int remote_waits(const remote *r) {
    return r->busy;
}

void remote_wait(remote *r, uint32_t limit_ms) {
    uint64_t now = platform_now();
    uint64_t left = r->deadline > now ? (r->deadline - now) / 1000000u + 1 : 0;
    if (r->busy) curl_multi_poll(r->multi, NULL, 0, (int)(left < limit_ms ? left : limit_ms), NULL);
}

/* ---- opening and closing ---- */

static int remote_headers(remote *r, platform_error *e) {
    char line[1024];
    const char *key = r->config.key;
    r->headers = curl_slist_append(NULL, "Content-Type: application/json");
    r->headers = curl_slist_append(r->headers, "Accept: text/event-stream");
    r->headers = curl_slist_append(r->headers, "Expect:");
    if (!key) return 0;
    for (const char *p = key; *p; p++)
        if (*p <= ' ' || *p > '~') return platform_fail(e, "SOTTO_LLM_KEY: byte %zu is no visible ASCII character", (size_t)(p - key) + 1);
    if (snprintf(line, sizeof line, "Authorization: Bearer %s", key) >= (int)sizeof line)
        return platform_fail(e, "SOTTO_LLM_KEY: longer than expected, at most 1000 bytes");
    r->headers = curl_slist_append(r->headers, line);
    return 0;
}

static void remote_options(remote *r) {
    curl_easy_setopt(r->easy, CURLOPT_URL, r->url);
    curl_easy_setopt(r->easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(r->easy, CURLOPT_HTTPHEADER, r->headers);
    curl_easy_setopt(r->easy, CURLOPT_POST, 1L);
    curl_easy_setopt(r->easy, CURLOPT_WRITEFUNCTION, remote_write);
    curl_easy_setopt(r->easy, CURLOPT_WRITEDATA, r);
    curl_easy_setopt(r->easy, CURLOPT_ERRORBUFFER, r->errors);
    curl_easy_setopt(r->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)r->config.timeout_ms);
    curl_easy_setopt(r->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(r->easy, CURLOPT_QUICK_EXIT, 1L); /* do not wait for a name server when a turn gives up */
    curl_easy_setopt(r->easy, CURLOPT_USERAGENT, "sotto/" SOTTO_VERSION);
}

static int remote_start(remote *r, platform_error *e) {
    const char *tail = r->config.format == REMOTE_SOTTO ? "/completions" : "/chat/completions";
    if (remote_url(r->url, sizeof r->url, r->config.url, tail, e) != 0 || remote_headers(r, e) != 0) return -1;
    r->multi = curl_multi_init();
    r->easy = curl_easy_init();
    r->tools = cJSON_CreateArray();
    if (!r->multi || !r->easy || !r->tools || !r->headers) return platform_fail(e, "%s: out of memory", r->config.url);
    remote_options(r);
    return 0;
}

remote *remote_open(const remote_config *c, platform_error *e) {
    remote *r = calloc(1, sizeof *r);
    if (!r || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        platform_fail(e, "%s: out of memory", c->url);
        free(r);
        return NULL;
    }
    r->config = *c;
    r->history.limit = c->turns < REMOTE_TURNS ? c->turns : REMOTE_TURNS;
    r->hooks = (sotto_remote){remote_begin, remote_poll, remote_result, remote_cancel, remote_end, r};
    if (remote_start(r, e) == 0) return r;
    remote_close(r);
    return NULL;
}

void remote_close(remote *r) {
    if (!r) return;
    remote_drop(r);
    if (r->easy) curl_easy_cleanup(r->easy);
    if (r->multi) curl_multi_cleanup(r->multi);
    curl_slist_free_all(r->headers);
    cJSON_Delete(r->tools);
    cJSON_Delete(r->rounds);
    free(r);
}

const sotto_remote *remote_hooks(remote *r) {
    return &r->hooks;
}

void remote_offer(remote *r, const sotto_tool_info *tool) {
    cJSON_AddItemToArray(r->tools, remote_tool_json(tool));
    if (tool->own) remote_sotto_offer(r->offered, sizeof r->offered, tool);
}
