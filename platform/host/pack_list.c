/* pack_list: see pack_list.h. */
#define _POSIX_C_SOURCE 200809L
#include "platform/host/pack_list.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_ROOM = 512 };

const char *const PACK_ROLE[PACK_MODELS] = {"asr", "llm", "g2p", "tts", "vocoder"};
const char *const PACK_USUAL_FILE[PACK_MODELS] = {"asr.gguf", "llm.gguf", "g2p.gguf", "tts.gguf", "vocoder.gguf"};

int pack_path(char *out, size_t cap, const char *folder, const char *file) {
    int n = snprintf(out, cap, "%s/%s", folder, file);
    return n >= 0 && (size_t)n < cap ? 0 : -1;
}

static int find_role(const char *name, enum pack_model *role) {
    for (int i = 0; i < PACK_MODELS; i++) {
        if (strcmp(PACK_ROLE[i], name) != 0) continue;
        *role = (enum pack_model)i;
        return 0;
    }
    return -1;
}

static int is_plain(const char *file) {
    return !strchr(file, '/') && strcmp(file, "..") != 0 && strcmp(file, ".") != 0;
}

static int parse_model(pack_list *l, const char *text, platform_error *e) {
    pack_entry x = {0};
    char role[16], crc[16], more[4], *end;
    unsigned long long bytes;
    if (sscanf(text, "model %15s %63s %39s %llu %15s %3s", role, x.file, x.version, &bytes, crc, more) != 5)
        return platform_fail(e, "expected: model ROLE FILE VERSION BYTES CRC32");
    x.bytes = bytes;
    x.crc = (uint32_t)strtoul(crc, &end, 16);
    if (*end || strlen(crc) != 8) return platform_fail(e, "\"%s\": expected a CRC-32 of eight hexadecimal digits", crc);
    if (find_role(role, &x.role) != 0) return platform_fail(e, "\"%s\": expected a role: asr llm g2p tts vocoder", role);
    if (!is_plain(x.file)) return platform_fail(e, "\"%s\": expected a file of the pack's own folder", x.file);
    if (l->count == PACK_ENTRIES) return platform_fail(e, "more than %d models", PACK_ENTRIES);
    l->entry[l->count++] = x;
    return 0;
}

static int parse_check(pack_list *l, const char *text, platform_error *e) {
    pack_trial x = {0};
    char role[16];
    enum pack_model which;
    unsigned errors;
    int at = 0;
    if (sscanf(text, "check %15s %63s %u %n", role, x.file, &errors, &at) != 3 || at == 0 || !text[at])
        return platform_fail(e, "expected: check ROLE FILE ERRORS WORDS...");
    if (find_role(role, &which) != 0 || which != PACK_ASR) return platform_fail(e, "\"%s\": only asr has a check", role);
    if (!is_plain(x.file)) return platform_fail(e, "\"%s\": expected a file of the pack's own folder", x.file);
    if (strlen(text + at) >= PACK_WORDS) return platform_fail(e, "more than %d bytes of words", PACK_WORDS - 1);
    x.errors = errors;
    memcpy(x.words, text + at, strlen(text + at) + 1);
    l->trial[which] = x;
    return 0;
}

static int parse_line(pack_list *l, char *text, platform_error *e) {
    size_t len = strlen(text);
    while (len && strchr(" \t\r", text[len - 1])) text[--len] = 0;
    text += strspn(text, " \t");
    if (!*text || *text == '#') return 0;
    if (strncmp(text, "model ", 6) == 0) return parse_model(l, text, e);
    if (strncmp(text, "check ", 6) == 0) return parse_check(l, text, e);
    if (sscanf(text, "pack %63s", l->name) == 1) return 0;
    return platform_fail(e, "\"%.40s\": expected pack, model or check", text);
}

int pack_list_parse(pack_list *l, const char *text, const char *name, platform_error *e) {
    platform_error why;
    memset(l, 0, sizeof *l);
    for (unsigned line = 1; *text; line++) {
        char copy[LINE_ROOM];
        size_t len = strcspn(text, "\n");
        if (len >= sizeof copy) return platform_fail(e, "%s: line %u: longer than %zu bytes", name, line, sizeof copy - 1);
        memcpy(copy, text, len);
        copy[len] = 0;
        if (parse_line(l, copy, &why) != 0) return platform_fail(e, "%s: line %u: %s", name, line, why.text);
        text += len + (text[len] == '\n');
    }
    return l->count ? 0 : platform_fail(e, "%s: names no model", name);
}

int pack_list_read(pack_list *l, const char *folder, platform_error *e) {
    char path[PACK_PATH];
    if (pack_path(path, sizeof path, folder, "manifest.txt") != 0) return platform_fail(e, "%.80s...: the path is too long", folder);
    if (access(path, F_OK) != 0) return 1;
    char *text = file_text(path, e);
    int code = text ? pack_list_parse(l, text, path, e) : -1;
    free(text);
    return code;
}

static int put_lines(FILE *f, const pack_list *l) {
    fprintf(f, "# The models of this pack: role, file, version, bytes, CRC-32. Of a role the first line is used; the next ones when it is missing,\n"
               "# damaged or fails its check. check: at most that many wrong words in the sound. Written by `sotto pack --write`.\n");
    fprintf(f, "pack %s\n", l->name[0] ? l->name : "unnamed");
    for (int i = 0; i < PACK_MODELS; i++) {
        for (const pack_entry *x = NULL; (x = pack_list_next(l, (enum pack_model)i, x)) != NULL;) {
            fprintf(f, "model %s %s %s %llu %08x\n", PACK_ROLE[i], x->file, x->version, (unsigned long long)x->bytes, (unsigned)x->crc);
        }
    }
    for (int i = 0; i < PACK_MODELS; i++) {
        const pack_trial *t = &l->trial[i];
        if (t->file[0]) fprintf(f, "check %s %s %u %s\n", PACK_ROLE[i], t->file, (unsigned)t->errors, t->words);
    }
    return ferror(f) ? -1 : 0;
}

int pack_list_write(const pack_list *l, const char *folder, platform_error *e) {
    char path[PACK_PATH], fresh[PACK_PATH];
    if (pack_path(path, sizeof path, folder, "manifest.txt") != 0 || pack_path(fresh, sizeof fresh, folder, "manifest.txt.new") != 0)
        return platform_fail(e, "%.80s...: the path is too long", folder);
    FILE *f = fopen(fresh, "w");
    if (!f) return platform_fail(e, "%s: cannot be written: %s", fresh, strerror(errno));
    int bad = put_lines(f, l);
    bad |= fclose(f);
    if (bad || rename(fresh, path) != 0) return platform_fail(e, "%s: cannot be written: %s", path, strerror(errno));
    return 0;
}

const pack_entry *pack_list_next(const pack_list *l, enum pack_model role, const pack_entry *from) {
    for (uint32_t i = from ? (uint32_t)(from - l->entry) + 1 : 0; i < l->count; i++) {
        if (l->entry[i].role == role) return &l->entry[i];
    }
    return NULL;
}
