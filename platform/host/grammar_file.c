/* grammar_file: see grammar_file.h. */
#include "platform/host/grammar_file.h"
#include "platform/host/args.h"
#include "platform/platform.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 1 << 20, NOISY_PREROLL_MS = 2000 };
static const float NOISY_VAD = 0.1f; /* at 6 dB the detector is late and unsure, and a grammar refuses what was no speech */

static int read_text(grammar_file *f, const char *path) {
    file_map m;
    platform_error e;
    const char *slash = strrchr(path, '/');
    if (file_map_open(&m, path, &e) != 0) return complain(-1, "%s", e.text);
    snprintf(f->name, sizeof f->name, "%s", slash ? slash + 1 : path);
    f->size = m.size;
    f->text = malloc(m.size);
    if (f->text) memcpy(f->text, m.data, m.size);
    file_map_close(&m);
    return f->text ? 0 : complain(-1, "%s: out of memory", path);
}

/* A block that is too small is told by the bytes needed; it grows until it will do. */
static int compile_text(grammar_file *f, const sotto_model *asr, const sotto_model *g2p) {
    int code = SOTTO_EMEM;
    for (f->block_bytes = FIRST_BLOCK; code == SOTTO_EMEM && f->block_bytes <= (size_t)1 << 28; f->block_bytes *= 4) {
        free(f->block);
        f->block = aligned_alloc(SOTTO_ALIGN, f->block_bytes);
        if (!f->block) return complain(-1, "%s: %zu bytes: out of memory", f->name, f->block_bytes);
        code = sotto_grammar_open(&f->grammar, f->name, f->text, f->size, asr, g2p, f->block, f->block_bytes);
    }
    return code == SOTTO_OK ? 0 : -1;
}

int grammar_file_open(grammar_file *f, const char *path, const sotto_model *asr, const sotto_model *g2p) {
    memset(f, 0, sizeof *f);
    if (read_text(f, path) != 0) return -1;
    if (compile_text(f, asr, g2p) == 0) return 0;
    if (sotto_grammar_error(&f->grammar)[0]) complain(-1, "%s", sotto_grammar_error(&f->grammar));
    grammar_file_close(f);
    return -1;
}

void grammar_file_close(grammar_file *f) {
    free(f->block);
    free(f->text);
    f->block = NULL;
    f->text = NULL;
}

void grammar_file_use(grammar_file *f, const char *path, sotto_config *c) {
    memset(f, 0, sizeof *f);
    if (!path) return;
    if (read_text(f, path) == 0) compile_text(f, c->asr, c->g2p);
    c->grammar = &f->grammar;
    c->vad_threshold = NOISY_VAD;
    c->preroll_ms = NOISY_PREROLL_MS;
    if (!c->tts) c->g2p = NULL;
}
