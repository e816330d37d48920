/* model: a validated GGUF file behind the public, opaque sotto_model. */
#include "runtime/model.h"
#include "audio/mel.h"
#include "runtime/base/fmt.h"
#include "runtime/sotto.h"
#include <string.h>

_Static_assert((int)SOTTO_EARG == ERR_ARG && (int)SOTTO_EMODEL == ERR_MODEL && (int)SOTTO_EMEM == ERR_MEM && (int)SOTTO_ESTATE == ERR_STATE,
               "public and internal error codes are the same numbers");
_Static_assert(sizeof(model_body) <= sizeof(sotto_model), "a model fits in its public body");

int sotto_model_open(sotto_model *m, const char *name, const void *bytes, size_t size) {
    if (!m || !name || !bytes) return SOTTO_EARG;
    model_body *body = (model_body *)m->opaque;
    memset(body, 0, sizeof *body);
    int code = gguf_open(&body->file, name, bytes, size, &body->error);
    body->open = code == 0;
    return code;
}

const char *sotto_model_error(const sotto_model *m) {
    return model_of(m)->error.text;
}

const model_body *model_of(const sotto_model *m) {
    return (const model_body *)m->opaque;
}

const gguf *model_file(const sotto_model *m, sotto_error *err, const char *stage) {
    const model_body *body = model_of(m);
    if (body->open) return &body->file;
    error_set(err, ERR_MODEL, "%s: model was not opened (expected sotto_model_open to succeed first)", stage);
    return NULL;
}

/* There is one front-end: what a model was trained on must be what it will hear, or speak. */
int model_sound(const gguf *file, sotto_error *err) {
    mel_config c;
    float x;
    int code = 0;
    mel_config_default(&c);
    const struct {
        const char *key;
        uint32_t value;
    } whole[] = {{"sotto.mel.sample_rate", c.sample_rate},
                 {"sotto.mel.n_fft", c.n_fft},
                 {"sotto.mel.win", c.win},
                 {"sotto.mel.hop", c.hop},
                 {"sotto.mel.bands", c.bands}};
    const struct {
        const char *key;
        float value;
    } real[] = {{"sotto.mel.fmin", c.fmin}, {"sotto.mel.fmax", c.fmax}, {"sotto.mel.floor", c.floor}};
    for (size_t i = 0; !code && i < sizeof whole / sizeof whole[0]; i++) {
        uint32_t n;
        code = gguf_need_u32(file, whole[i].key, whole[i].value, whole[i].value, &n, err);
    }
    for (size_t i = 0; !code && i < sizeof real / sizeof real[0]; i++)
        code = gguf_need_f32(file, real[i].key, real[i].value * 0.999999f, real[i].value * 1.000001f, &x, err);
    return code;
}
