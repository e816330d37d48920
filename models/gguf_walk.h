/* gguf_walk: bounded reading of a GGUF file's parts, shared by the check at open and the look-ups. Internal to models/gguf*.c.
 *
 * Every take checks what is left before it moves; nothing is read past `size`, whatever the bytes say.
 */
#ifndef SOTTO_MODELS_GGUF_WALK_H
#define SOTTO_MODELS_GGUF_WALK_H
#include "models/gguf.h"

typedef struct gguf_walk {
    const uint8_t *data; /* the file */
    size_t size, at;     /* bytes; the next one to read */
    const gguf *known;   /* an opened file, whose long arrays are jumped over; NULL while checking */
} gguf_walk;

typedef struct gguf_entry { /* one tensor's line in the directory, as it stands in the file */
    gguf_text name;
    uint32_t dims;
    uint64_t shape[4]; /* unused are 1 */
    uint32_t type;
    uint64_t offset; /* from data_at */
} gguf_entry;

uint32_t gguf_read_u32(const uint8_t *at);
uint64_t gguf_read_u64(const uint8_t *at);

/* 0, or -1 when the rest of the file is too short. */
int gguf_take(gguf_walk *w, uint64_t bytes, const uint8_t **at);
int gguf_take_u32(gguf_walk *w, uint32_t *out);
int gguf_take_u64(gguf_walk *w, uint64_t *out);
int gguf_take_text(gguf_walk *w, gguf_text *out);

/* NULL, or what is wrong with the value at w (its type number is then in out->type or out->element). */
const char *gguf_take_value(gguf_walk *w, gguf_value *out);
/* NULL, or what is wrong with the shape of the directory line at w. Types and offsets are the caller's to judge. */
const char *gguf_take_entry(gguf_walk *w, gguf_entry *out);
/* Bytes of a whole tensor, or 0 when its columns do not fill the type's blocks or the product exceeds `limit`. */
uint64_t gguf_entry_bytes(const gguf_entry *e, uint64_t limit);
/* ggml's name of a tensor type number, also of those that are not supported here, to tell what a foreign file holds. */
const char *gguf_type_name(uint32_t type);

#endif
