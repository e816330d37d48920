/* pack: see pack.h. */
#include "platform/host/pack.h"
#include "platform/host/args.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef SOTTO_INSTALLED_PACK
#define SOTTO_INSTALLED_PACK "/usr/local/share/sotto/nano"
#endif

static const char *const FILES[PACK_MODELS] = {"asr.gguf", "llm.gguf", "g2p.gguf", "tts.gguf", "vocoder.gguf"};

static const char *pack_folder(const char *asked) {
    if (asked) return asked;
    const char *from_environment = getenv("SOTTO_PACK");
    if (from_environment && *from_environment) return from_environment;
    return access("models/packs/nano", R_OK) == 0 ? "models/packs/nano" : SOTTO_INSTALLED_PACK;
}

int pack_open_model(pack *p, enum pack_model which, const char *path) {
    platform_error e;
    const char *slash = strrchr(path, '/');
    if (p->size[which]) file_map_close(&p->map[which]);
    p->size[which] = 0;
    if (file_map_open(&p->map[which], path, &e) != 0) return complain(-1, "%s", e.text);
    snprintf(p->name[which], sizeof p->name[which], "%s", slash ? slash + 1 : path);
    p->size[which] = p->map[which].size;
    if (sotto_model_open(&p->model[which], p->name[which], p->map[which].data, p->map[which].size) == SOTTO_OK) return 0;
    return complain(-1, "%s", sotto_model_error(&p->model[which]));
}

int pack_open(pack *p, const char *folder, unsigned want) {
    memset(p, 0, sizeof *p);
    folder = pack_folder(folder);
    for (int i = 0; i < PACK_MODELS; i++) {
        char path[4096];
        if (!(want & 1u << i)) continue;
        snprintf(path, sizeof path, "%s/%s", folder, FILES[i]);
        if (pack_open_model(p, (enum pack_model)i, path) != 0) {
            pack_close(p);
            return -1;
        }
    }
    return 0;
}

void pack_close(pack *p) {
    for (int i = 0; i < PACK_MODELS; i++) {
        if (p->size[i]) file_map_close(&p->map[i]);
        p->size[i] = 0;
    }
}

void pack_config(const pack *p, sotto_config *c) {
    const sotto_model **slot[PACK_MODELS] = {&c->asr, &c->llm, &c->g2p, &c->tts, &c->vocoder};
    sotto_config_default(c);
    for (int i = 0; i < PACK_MODELS; i++) *slot[i] = p->size[i] ? &p->model[i] : NULL;
}
