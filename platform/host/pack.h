/* pack: a folder of model files, mapped and validated, with the platform's default configuration over them.
 *
 * With a manifest (pack_list.h) a file must also have its size, its CRC-32 and its version, and pass its self-check; one that does not is replaced by
 * the next the manifest names for its role, with one line that says what, why and what instead; when none is left the pack is refused.
 */
#ifndef SOTTO_HOST_PACK_H
#define SOTTO_HOST_PACK_H
#include "platform/host/pack_list.h"
#include "runtime/sotto.h"

enum { PACK_HEAR = 1 << PACK_ASR, PACK_THINK = 1 << PACK_LLM, PACK_SAY = 1 << PACK_G2P | 1 << PACK_TTS | 1 << PACK_VOCODER, PACK_ALL = 31 };

typedef struct pack {
    char name[PACK_MODELS][64]; /* "asr.gguf" ... */
    file_map map[PACK_MODELS];
    size_t size[PACK_MODELS]; /* 0: not opened */
    sotto_model model[PACK_MODELS];
} pack;

/* The --no-check of the commands: 1 leaves the self-checks out; sizes and CRCs are always compared. */
extern int pack_no_check;
#define PACK_NO_CHECK_ROW                                                                                                                            \
    { "--no-check", OPTION_FLAG, &pack_no_check, NULL, "do not run the models' self-checks at load" }

/* Opens the wanted models of `folder` (NULL: $SOTTO_PACK, models/packs/nano, then the installed pack). Complains itself; 0 or -1. */
int pack_open(pack *p, const char *folder, unsigned want);
/* Maps one more file in the place of one of the pack's models (e.g. another language model). 0 or -1. */
int pack_open_model(pack *p, enum pack_model which, const char *path);
void pack_close(pack *p);
/* Why an entry of a manifest cannot be used, in *e; 0 when it can: then it is open in `p`. */
int pack_open_entry(pack *p, const char *folder, const pack_list *l, const pack_entry *x, platform_error *e);
/* The folder meant: `asked`, or the default as in pack_open. */
const char *pack_folder(const char *asked);
/* The self-check of a recogniser: hears a sound and counts wrong words. -1 with the reason. */
int pack_check_asr(const sotto_model *asr, const char *file, const char *sound, const pack_trial *trial, platform_error *e);
/* Value of a model's metadata key as text ("" when absent), e.g. general.version. */
void pack_model_key(const sotto_model *m, const char *key, char *out, size_t cap);
/* Default configuration with this pack's models. */
void pack_config(const pack *p, sotto_config *c);

#endif
