/* gguf: validating reader of GGUF v3 files, in place, without allocation (law 6).
 *
 * `gguf_open` checks everything once: magic, version, counts, every string, array, type, shape, product and offset (tensors lie
 * one after the other, so none overlap), no name twice. Time is linear in the file's metadata. Look-ups then walk the validated
 * bytes (set-up only).
 * Format: the GGUF v3 specification of the ggml project.
 */
#ifndef SOTTO_MODELS_GGUF_H
#define SOTTO_MODELS_GGUF_H
#include "runtime/base/error.h"
#include <stddef.h>
#include <stdint.h>

enum gguf_type { /* metadata value types, numbers of the specification */
                 GGUF_U8,
                 GGUF_I8,
                 GGUF_U16,
                 GGUF_I16,
                 GGUF_U32,
                 GGUF_I32,
                 GGUF_F32,
                 GGUF_BOOL,
                 GGUF_STRING,
                 GGUF_ARRAY,
                 GGUF_U64,
                 GGUF_I64,
                 GGUF_F64
};
enum tensor_type { TENSOR_F32 = 0, TENSOR_F16 = 1, TENSOR_Q4_0 = 2, TENSOR_Q8_0 = 8, TENSOR_I8 = 24, TENSOR_I16 = 25, TENSOR_I32 = 26 };

/* Bounds of this reader, far above any model it is meant for. */
enum { GGUF_MAX_VALUES = 1024, GGUF_MAX_TENSORS = 4096, GGUF_MAX_KEY = 255, GGUF_MAX_TENSOR_NAME = 64, GGUF_SKIPS = 4 };

typedef struct gguf_skip {
    size_t from, to;
} gguf_skip; /* bytes of one long string array, so that look-ups jump over it */

typedef struct gguf {
    const uint8_t *data; /* the file, owned by the caller, kept while anything bound to it lives */
    size_t size;         /* bytes */
    char name[64];       /* what error lines call the file, e.g. "asr.gguf" */
    uint64_t values, tensors;
    size_t values_at, tensors_at, data_at; /* offsets of the three parts */
    uint32_t alignment;
    gguf_skip skip[GGUF_SKIPS]; /* unused: from 0 */
} gguf;

typedef struct gguf_text {
    const char *at;
    size_t len;
} gguf_text; /* not NUL-terminated, in place */

typedef struct gguf_value { /* a metadata value */
    enum gguf_type type;
    enum gguf_type element; /* arrays: their element type */
    uint64_t count;         /* arrays: elements; else 1 */
    const uint8_t *at;      /* first byte of the value (strings: their u64 length) */
    size_t bytes;           /* all bytes of the value */
} gguf_value;

typedef struct gguf_tensor {
    gguf_text name;
    enum tensor_type type;
    uint32_t dims;     /* 1..4 */
    uint64_t shape[4]; /* shape[0] is the fastest (columns); unused are 1 */
    const void *data;  /* in place, aligned to gguf.alignment when the file's bytes are */
    uint64_t bytes;
} gguf_tensor;

/* Checks a whole file. `name` is used in messages. 0, or ERR_MODEL with `err` telling file, field and expectation. `bytes` must be
 * 8-byte aligned (ERR_ARG otherwise). `g` is untouched on failure. */
int gguf_open(gguf *g, const char *name, const void *bytes, size_t size, sotto_error *err);

int gguf_find(const gguf *g, const char *key, gguf_value *out);                    /* 0, or -1 when the key is not there */
int gguf_tensor_at(const gguf *g, uint64_t index, gguf_tensor *out);               /* 0, or -1 */
int gguf_tensor_find(const gguf *g, const char *name, gguf_tensor *out);           /* 0, or -1 */
int gguf_value_at(const gguf *g, uint64_t index, gguf_text *key, gguf_value *out); /* 0, or -1 */

/* Metadata with type and range checks (u32: any integer or bool value in range; f32: F32 or F64): 0, or ERR_MODEL naming file, key and expectation. `out` untouched on failure. */
int gguf_need_u32(const gguf *g, const char *key, uint32_t low, uint32_t high, uint32_t *out, sotto_error *err);
int gguf_need_f32(const gguf *g, const char *key, float low, float high, float *out, sotto_error *err);
int gguf_need_text(const gguf *g, const char *key, gguf_text *out, sotto_error *err);
uint32_t gguf_u32_or(const gguf *g, const char *key, uint32_t otherwise); /* absent or of another type -> otherwise */
float gguf_f32_or(const gguf *g, const char *key, float otherwise);
gguf_text gguf_text_or(const gguf *g, const char *key, const char *otherwise);
/* Refuses a file whose general.architecture is not `arch`. */
int gguf_need_arch(const gguf *g, const char *arch, sotto_error *err);

/* A tensor of exactly this type and shape ([rows] when cols is 0, else rows x cols with cols fastest). F32 data (and F16 data and
 * block scales) is checked finite, so that no NaN enters the stream. 0, or ERR_MODEL naming file, tensor and expectation. */
int gguf_need_tensor(const gguf *g, const char *name, enum tensor_type type, uint64_t rows, uint64_t cols, const void **data, sotto_error *err);

/* Walking an array of strings: start with at = value->at, call count times. Bounds were checked at open. */
gguf_text gguf_next_text(const uint8_t **at);
uint64_t tensor_row_bytes(enum tensor_type type, uint64_t cols); /* 0 when cols does not fit the type's block */

#endif
