/* captions_file: see captions_file.h. */
#include "platform/host/captions_file.h"
#include "platform/host/args.h"
#include <errno.h>
#include <string.h>

static int ends_in(const char *text, size_t len, const char *marks) {
    while (len && strchr("\"')]", text[len - 1])) len--;
    return len && strchr(marks, text[len - 1]) != NULL;
}

int captions_open(captions_file *c, const char *path) {
    memset(c, 0, sizeof *c);
    size_t n = strlen(path);
    c->path = path;
    c->srt = n > 4 && strcmp(path + n - 4, ".srt") == 0;
    c->to = strcmp(path, "-") == 0 ? stdout : fopen(path, "w");
    if (!c->to) return complain(EXIT_FAIL, "%s: %s (expected a place to write captions)", path, strerror(errno));
    if (!c->srt) fputs("WEBVTT\n\n", c->to);
    return 0;
}

/* hh:mm:ss.mmm */
static int put_time(char *to, size_t cap, uint64_t ms, char point) {
    return snprintf(to, cap, "%02u:%02u:%02u%c%03u", (unsigned)(ms / 3600000), (unsigned)(ms / 60000 % 60), (unsigned)(ms / 1000 % 60), point,
                    (unsigned)(ms % 1000));
}

static void put_cue(captions_file *c) {
    char begin[32], end[32];
    if (c->chars == 0) return;
    put_time(begin, sizeof begin, c->begin_ms, c->srt ? ',' : '.');
    put_time(end, sizeof end, c->end_ms, c->srt ? ',' : '.');
    c->cues++;
    if (c->srt) fprintf(c->to, "%u\n", c->cues);
    fprintf(c->to, "%s --> %s\n%.*s\n\n", begin, end, (int)c->len, c->text);
    c->chars = c->len = 0;
}

/* WebVTT's own signs are written as entities. */
static void put_text(captions_file *c, const char *word) {
    for (; *word && c->len + 8 < CUE_TEXT; word++) {
        const char *as = c->srt ? NULL : *word == '&' ? "&amp;" : *word == '<' ? "&lt;" : *word == '>' ? "&gt;" : NULL;
        if (as) {
            memcpy(c->text + c->len, as, strlen(as));
            c->len += strlen(as);
        } else {
            c->text[c->len++] = *word;
        }
    }
}

void captions_word(captions_file *c, const char *word, uint64_t begin_ms, uint64_t end_ms) {
    size_t n = strlen(word);
    if (c->chars && (c->chars + 1 + n > CUE_CHARS || begin_ms >= c->end_ms + CUE_PAUSE_MS || c->len + 2 * n + 64 > CUE_TEXT)) put_cue(c);
    if (c->chars == 0) {
        c->begin_ms = begin_ms;
    } else {
        c->text[c->len++] = ' ';
        if (!c->srt) {
            c->text[c->len++] = '<';
            c->len += (size_t)put_time(c->text + c->len, CUE_TEXT - c->len, begin_ms, '.');
            c->text[c->len++] = '>';
        }
    }
    put_text(c, word);
    c->chars += n + 1;
    c->end_ms = end_ms;
    if (ends_in(word, n, ".!?")) put_cue(c);
}

int captions_close(captions_file *c) {
    put_cue(c);
    int bad = ferror(c->to) | (c->to == stdout ? fflush(c->to) : fclose(c->to));
    return bad ? complain(EXIT_FAIL, "%s: the captions could not be written", c->path) : 0;
}
