/* pack: see pack.h. */
#include "platform/host/pack.h"
#include "platform/host/args.h"
#include "runtime/base/crc32.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef SOTTO_INSTALLED_PACK
#define SOTTO_INSTALLED_PACK "/usr/local/share/sotto/nano"
#endif

int pack_no_check;

const char *pack_folder(const char *asked) {
    if (asked) return asked;
    const char *from_environment = getenv("SOTTO_PACK");
    if (from_environment && *from_environment) return from_environment;
    return access("models/packs/nano", R_OK) == 0 ? "models/packs/nano" : SOTTO_INSTALLED_PACK;
}

static void pack_drop(pack *p, enum pack_model which) {
    if (p->size[which]) file_map_close(&p->map[which]);
    p->size[which] = 0;
}

static int map_model(pack *p, enum pack_model which, const char *path, platform_error *e) {
    const char *slash = strrchr(path, '/');
    pack_drop(p, which);
    if (file_map_open(&p->map[which], path, e) != 0) return -1;
    snprintf(p->name[which], sizeof p->name[which], "%s", slash ? slash + 1 : path);
    p->size[which] = p->map[which].size;
    return 0;
}

static int read_model(pack *p, enum pack_model which, platform_error *e) {
    sotto_model *m = &p->model[which];
    if (sotto_model_open(m, p->name[which], p->map[which].data, p->map[which].size) == SOTTO_OK) return 0;
    return platform_fail(e, "%s", sotto_model_error(m));
}

int pack_open_model(pack *p, enum pack_model which, const char *path) {
    platform_error e;
    return map_model(p, which, path, &e) == 0 && read_model(p, which, &e) == 0 ? 0 : complain(-1, "%s", e.text);
}

/* The bytes are those of the manifest. */
static int same_bytes(const pack *p, const pack_entry *x, platform_error *e) {
    const file_map *m = &p->map[x->role];
    if (m->size != x->bytes) return platform_fail(e, "%s: has %zu bytes, the manifest says %llu", x->file, m->size, (unsigned long long)x->bytes);
    uint32_t crc = crc32_of(m->data, m->size);
    return crc == x->crc ? 0 : platform_fail(e, "%s: is damaged: CRC-32 %08x, the manifest says %08x", x->file, (unsigned)crc, (unsigned)x->crc);
}

static int same_version(const pack *p, const pack_entry *x, platform_error *e) {
    char version[PACK_VERSION];
    pack_model_key(&p->model[x->role], "general.version", version, sizeof version);
    return strcmp(version, x->version) == 0 ? 0 : platform_fail(e, "%s: is version \"%s\", the manifest says %s", x->file, version, x->version);
}

static int passes_check(const pack *p, const char *folder, const pack_list *l, const pack_entry *x, platform_error *e) {
    char path[PACK_PATH];
    const pack_trial *t = &l->trial[x->role];
    if (pack_no_check || !t->file[0]) return 0;
    if (pack_path(path, sizeof path, folder, t->file) != 0) return platform_fail(e, "%s: the path is too long", t->file);
    return pack_check_asr(&p->model[x->role], x->file, path, t, e);
}

int pack_open_entry(pack *p, const char *folder, const pack_list *l, const pack_entry *x, platform_error *e) {
    char path[PACK_PATH];
    int code = pack_path(path, sizeof path, folder, x->file) == 0 ? 0 : platform_fail(e, "%s: the path is too long", x->file);
    if (!code) code = map_model(p, x->role, path, e);
    if (!code) code = same_bytes(p, x, e);
    if (!code) code = read_model(p, x->role, e);
    if (!code) code = same_version(p, x, e);
    if (!code) code = passes_check(p, folder, l, x, e);
    if (code) pack_drop(p, x->role);
    return code;
}

/* The first entry of a role that can be used. */
static int open_listed(pack *p, const char *folder, const pack_list *l, enum pack_model role) {
    platform_error why, e;
    const pack_entry *x = pack_list_next(l, role, NULL);
    if (!x) return complain(-1, "%s/manifest.txt: names no %s model", folder, PACK_ROLE[role]);
    if (pack_open_entry(p, folder, l, x, &why) == 0) return 0;
    while ((x = pack_list_next(l, role, x)) != NULL) {
        if (pack_open_entry(p, folder, l, x, &e) == 0) return complain(0, "%s; %s version %s is used instead", why.text, x->file, x->version);
        complain(0, "%s", e.text);
    }
    return complain(-1, "%s; the manifest names no other %s model that can be used", why.text, PACK_ROLE[role]);
}

static int open_wanted(pack *p, const char *folder, unsigned want, const pack_list *l) {
    char path[PACK_PATH];
    for (int i = 0; i < PACK_MODELS; i++) {
        enum pack_model role = (enum pack_model)i;
        if (!(want & 1u << i)) continue;
        if (!l && pack_path(path, sizeof path, folder, PACK_USUAL_FILE[i]) != 0) return complain(-1, "%.80s...: the path is too long", folder);
        if ((l ? open_listed(p, folder, l, role) : pack_open_model(p, role, path)) != 0) return -1;
    }
    return 0;
}

int pack_open(pack *p, const char *folder, unsigned want) {
    pack_list l;
    platform_error e;
    memset(p, 0, sizeof *p);
    if (!want) return 0;
    folder = pack_folder(folder);
    int listed = pack_list_read(&l, folder, &e);
    if (listed < 0) return complain(-1, "%s", e.text);
    if (open_wanted(p, folder, want, listed == 0 ? &l : NULL) == 0) return 0;
    pack_close(p);
    return -1;
}

void pack_close(pack *p) {
    for (int i = 0; i < PACK_MODELS; i++) pack_drop(p, (enum pack_model)i);
}

void pack_model_key(const sotto_model *m, const char *key, char *out, size_t cap) {
    char line[512];
    size_t len = strlen(key);
    out[0] = 0;
    for (size_t i = 0; sotto_model_line(m, i, line, sizeof line) == SOTTO_OK; i++) {
        if (strncmp(line, key, len) != 0 || line[len] != ' ') continue;
        const char *value = strchr(line + len + 1, ' '); /* behind the type */
        if (value) snprintf(out, cap, "%s", value + 1);
        return;
    }
}

void pack_config(const pack *p, sotto_config *c) {
    const sotto_model **slot[PACK_MODELS] = {&c->asr, &c->llm, &c->g2p, &c->tts, &c->vocoder};
    sotto_config_default(c);
    for (int i = 0; i < PACK_MODELS; i++) *slot[i] = p->size[i] ? &p->model[i] : NULL;
}
