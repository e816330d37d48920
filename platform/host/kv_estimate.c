/* kv_estimate: see kv_estimate.h. */
#include "platform/host/kv_estimate.h"

int kv_estimate(const kv_shape *s, uint64_t *bytes, const char **field) {
    const long long factor[6] = {s->layers, s->kv_heads, s->head_dim, s->tokens, s->batch, s->bytes};
    static const char *const name[6] = {"--layers", "--kv-heads", "--head-dim", "--tokens", "--batch", "--bytes"};
    long long product = 2;
    int zero = 0;
    for (int i = 0; i < 6; i++) {
        *field = name[i];
        if (factor[i] < 0) return -1;
        zero |= factor[i] == 0;
    }
    for (int i = 0; i < 6 && !zero; i++) {
        *field = "product";
        if (__builtin_mul_overflow(product, factor[i], &product)) return -1;
    }
    *bytes = zero ? 0 : (uint64_t)product;
    return 0;
}
