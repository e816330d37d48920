/* grammar_file: a grammar's text file, compiled with a pack's models (runtime/README.md, "Command grammars"). */
#ifndef SOTTO_HOST_GRAMMAR_FILE_H
#define SOTTO_HOST_GRAMMAR_FILE_H
#include "runtime/sotto.h"
#include <stddef.h>

typedef struct grammar_file {
    sotto_grammar grammar;
    char name[64];
    char *text; /* [size] */
    size_t size;
    void *block;
    size_t block_bytes;
} grammar_file;

/* Reads and compiles. -1 after complaining. g2p may be NULL. */
int grammar_file_open(grammar_file *f, const char *path, const sotto_model *asr, const sotto_model *g2p);
void grammar_file_close(grammar_file *f);
/* For a `change` of loop_open: compiles the file at `path` (NULL: nothing) with the configuration's models and has them heard by it, from further back and
 * with a readier detector of speech (config.vad_threshold, preroll_ms: a grammar refuses what was no speech); the letters' model is then taken out of a configuration without a voice. A grammar that does not compile makes the plan fail with its message. */
void grammar_file_use(grammar_file *f, const char *path, sotto_config *c);

#endif
