/* kv_estimate: bytes of a key/value cache of any shape, with overflow refused. */
#ifndef SOTTO_HOST_KV_ESTIMATE_H
#define SOTTO_HOST_KV_ESTIMATE_H
#include <stdint.h>

typedef struct kv_shape {
    long long layers, kv_heads, head_dim, tokens, batch, bytes; /* bytes of one element */
} kv_shape;

/* 2 (K and V) x the product of all six. 0, or -1 with *field naming what is negative or "product" when it passes 2^63. */
int kv_estimate(const kv_shape *s, uint64_t *bytes, const char **field);

#endif
