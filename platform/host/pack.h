/* pack: a folder of model files, mapped and validated, with the platform's default configuration over them. */
#ifndef SOTTO_HOST_PACK_H
#define SOTTO_HOST_PACK_H
#include "platform/platform.h"
#include "runtime/sotto.h"

enum pack_model { PACK_ASR, PACK_LLM, PACK_G2P, PACK_TTS, PACK_VOCODER, PACK_MODELS };
enum { PACK_HEAR = 1 << PACK_ASR, PACK_THINK = 1 << PACK_LLM, PACK_SAY = 1 << PACK_G2P | 1 << PACK_TTS | 1 << PACK_VOCODER, PACK_ALL = 31 };

typedef struct pack {
    char name[PACK_MODELS][64]; /* "asr.gguf" ... */
    file_map map[PACK_MODELS];
    size_t size[PACK_MODELS]; /* 0: not opened */
    sotto_model model[PACK_MODELS];
} pack;

/* Opens the wanted models of `folder` (NULL: $SOTTO_PACK, models/packs/nano, then the installed pack). Complains itself; 0 or -1. */
int pack_open(pack *p, const char *folder, unsigned want);
/* Maps one more file in the place of one of the pack's models (e.g. another language model). 0 or -1. */
int pack_open_model(pack *p, enum pack_model which, const char *path);
void pack_close(pack *p);
/* Default configuration with this pack's models. */
void pack_config(const pack *p, sotto_config *c);

#endif
