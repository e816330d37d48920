/* model: what a sotto_model holds. */
#ifndef SOTTO_MODEL_H
#define SOTTO_MODEL_H
#include "models/gguf.h"
#include "runtime/sotto.h"

typedef struct model_body {
    gguf file;
    sotto_error error;
    int open;
} model_body;

const model_body *model_of(const sotto_model *m);
/* The file of an opened model, or NULL with `err` set (stage names it). */
const gguf *model_file(const sotto_model *m, sotto_error *err, const char *stage);

/* 0, or ERR_MODEL: the file's sotto.mel.* is not the one front-end of this runtime. */
int model_sound(const gguf *file, sotto_error *err);

/* config.c: 0, or ERR_ARG naming the field and what was expected */
int config_check(const sotto_config *c, sotto_error *e);

#endif
