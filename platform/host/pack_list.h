/* pack_list: the manifest of a pack, `manifest.txt` in its folder: which files it holds, in which version, and what they must look like.
 *
 *     # comment
 *     pack nano
 *     model asr asr.gguf 3 3885312 1a2b3c4d      role, file, version, bytes, CRC-32
 *     model asr asr-2.gguf 2 3885312 99aabbcc    of a role the first line is used, the next ones when it is missing, damaged or fails its check
 *     check asr check-asr.opus 1 set a timer     heard in that sound at load; more than 1 wrong word refuses the model
 *
 * Roles: asr llm g2p tts vocoder. File names have no folder. A line that is none of these is refused with its number.
 */
#ifndef SOTTO_HOST_PACK_LIST_H
#define SOTTO_HOST_PACK_LIST_H
#include "platform/platform.h"
#include <stdio.h>

enum pack_model { PACK_ASR, PACK_LLM, PACK_G2P, PACK_TTS, PACK_VOCODER, PACK_MODELS };
enum { PACK_ENTRIES = 32, PACK_FILE = 64, PACK_VERSION = 40, PACK_WORDS = 200, PACK_PATH = 4096 };

typedef struct pack_entry {
    enum pack_model role;
    char file[PACK_FILE], version[PACK_VERSION];
    uint64_t bytes;
    uint32_t crc;
} pack_entry;

typedef struct pack_trial { /* a self-check */
    char file[PACK_FILE];   /* sound; "" when there is no check */
    uint32_t errors;        /* wrong words that are allowed */
    char words[PACK_WORDS];
} pack_trial;

typedef struct pack_list {
    char name[PACK_FILE];
    pack_entry entry[PACK_ENTRIES];
    uint32_t count;
    pack_trial trial[PACK_MODELS];
} pack_list;

extern const char *const PACK_ROLE[PACK_MODELS];
extern const char *const PACK_USUAL_FILE[PACK_MODELS]; /* "asr.gguf" ...: of a pack without manifest */

/* 0; 1 when the folder has no manifest; -1 with the reason. */
int pack_list_read(pack_list *l, const char *folder, platform_error *e);
int pack_list_parse(pack_list *l, const char *text, const char *name, platform_error *e);
/* Writes folder/manifest.txt, whole or not at all. */
int pack_list_write(const pack_list *l, const char *folder, platform_error *e);
/* The entry after `from` (NULL: the first) of a role; NULL when there is none. */
const pack_entry *pack_list_next(const pack_list *l, enum pack_model role, const pack_entry *from);
int pack_path(char *out, size_t cap, const char *folder, const char *file); /* 0, or -1 when it does not fit */

#endif
