/* remote_url: the endpoint that a URL as a person writes it stands for. */
#include "platform/posix/remote_url.h"
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

static void cut_end(char *text, const char *end) {
    size_t n = strlen(text), m = strlen(end);
    if (n >= m && strcmp(text + n - m, end) == 0) text[n - m] = 0;
}

static int refuse(platform_error *e, const char *url) {
    return platform_fail(e, "%s: expected a URL of the form http://host:port or https://host/v1, without name and password", url);
}

static int url_path(CURLU *u, const char *tail) {
    char path[256];
    char *given = NULL;
    if (curl_url_get(u, CURLUPART_PATH, &given, 0) != CURLUE_OK) return -1;
    int n = snprintf(path, sizeof path, "%s", given);
    curl_free(given);
    if (n < 0 || (size_t)n + strlen(tail) + 8 > sizeof path) return -1;
    cut_end(path, "/");
    cut_end(path, "/chat/completions");
    cut_end(path, "/completions");
    cut_end(path, "/v1");
    strcat(strcat(path, "/v1"), tail);
    return curl_url_set(u, CURLUPART_PATH, path, 0) == CURLUE_OK ? 0 : -1;
}

static int url_has(CURLU *u, CURLUPart part) {
    char *text = NULL;
    int has = curl_url_get(u, part, &text, 0) == CURLUE_OK;
    curl_free(text);
    return has;
}

static int url_make(CURLU *u, char *out, size_t cap, const char *url, const char *tail) {
    char *whole = NULL;
    if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0) return -1;
    if (curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK) return -1;
    if (url_has(u, CURLUPART_USER) || url_has(u, CURLUPART_PASSWORD) || url_has(u, CURLUPART_QUERY) || url_has(u, CURLUPART_FRAGMENT)) return -1;
    if (url_path(u, tail) != 0 || curl_url_get(u, CURLUPART_URL, &whole, 0) != CURLUE_OK) return -1;
    int n = snprintf(out, cap, "%s", whole);
    curl_free(whole);
    return n > 0 && (size_t)n < cap ? 0 : -1;
}

int remote_url(char *out, size_t cap, const char *url, const char *tail, platform_error *e) {
    CURLU *u = curl_url();
    if (!u) return platform_fail(e, "%s: out of memory", url);
    int code = url_make(u, out, cap, url, tail);
    curl_url_cleanup(u);
    return code ? refuse(e, url) : 0;
}
