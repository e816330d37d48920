/* shape: reads and bounds the sizes of a recogniser (see shape.h), so that nothing after it can overflow. */
#include "models/asr/shape.h"
#include "models/layers.h"

typedef struct field {
    const char *key;
    uint32_t low, high;
    uint32_t *out;
} field;

static int refuse(const gguf *g, sotto_error *err, const char *what) {
    return error_set(err, ERR_MODEL, "%s: %s", g->name, what);
}

static int shape_check(const asr_shape *s, const gguf *g, sotto_error *err) {
    if (s->bands % 8) return refuse(g, err, "sotto.mel.bands: expected a multiple of 8");
    if (s->dim % s->heads || s->dim / s->heads % 2) return refuse(g, err, "sotto.asr.heads: expected to divide sotto.asr.dim into even parts");
    return 0;
}

int shape_read(asr_shape *out, const gguf *g, sotto_error *err) {
    asr_shape s;
    uint32_t rate = 16000, hop = 160;
    const field fields[] = {
        {"sotto.mel.sample_rate", 8000, 48000, &rate},
        {"sotto.mel.hop", 16, 4800, &hop},
        {"sotto.mel.bands", 8, ASR_MAX_BANDS, &s.bands},
        {"sotto.asr.channels", 1, 256, &s.channels},
        {"sotto.asr.dim", 2, 2048, &s.dim},
        {"sotto.asr.heads", 1, 64, &s.heads},
        {"sotto.asr.ff", 1, 8192, &s.ff},
        {"sotto.asr.blocks", 1, ASR_MAX_BLOCKS, &s.blocks},
        {"sotto.asr.kernel", 1, LAYERS_MAX_KERNEL, &s.kernel},
        {"sotto.asr.classes", 2, ASR_MAX_CLASSES, &s.classes},
        {"sotto.asr.split", 1, 8, &s.split},
        {"sotto.asr.chunk", 1, ASR_MAX_CHUNK, &s.chunk},
        {"sotto.asr.left", 0, 4096, &s.left},
    };
    int code = gguf_need_arch(g, "sotto-asr", err);
    for (size_t i = 0; !code && i < sizeof fields / sizeof fields[0]; i++)
        code = gguf_need_u32(g, fields[i].key, fields[i].low, fields[i].high, fields[i].out, err);
    if (!code) code = gguf_need_f32(g, "sotto.asr.theta", 1.0f, 1e8f, &s.theta, err);
    if (!code) code = gguf_need_f32(g, "sotto.mel.floor", 1e-20f, 1.0f, &s.floor, err);
    if (!code) code = shape_check(&s, g, err);
    if (code) return code;
    s.frame_ms = ASR_SUBSAMPLE * hop * 1000 / rate;
    *out = s;
    return 0;
}
