/* adapter: a checked LoRA file behind the public, opaque sotto_adapter, and which one the language model wears. */
#include "runtime/base/fmt.h"
#include "runtime/internal.h"
#include "runtime/model.h"
#include <string.h>

typedef struct adapter_body {
    gguf file;
    lora side;
    sotto_error error;
    int open;
} adapter_body;

_Static_assert(sizeof(adapter_body) <= sizeof(sotto_adapter), "an adapter fits in its public body");

static const adapter_body *body_of(const sotto_adapter *a) {
    return (const adapter_body *)a->opaque;
}

int sotto_adapter_open(sotto_adapter *a, const char *name, const void *bytes, size_t size, const sotto_model *model) {
    if (!a || !name || !bytes || !model) return SOTTO_EARG;
    adapter_body *body = (adapter_body *)a->opaque;
    memset(body, 0, sizeof *body);
    const gguf *base = model_file(model, &body->error, "llm");
    int code = base ? gguf_open(&body->file, name, bytes, size, &body->error) : body->error.code;
    if (code == 0) code = lora_bind(&body->side, &body->file, base, &body->error);
    body->open = code == 0;
    return code;
}

const char *sotto_adapter_error(const sotto_adapter *a) {
    return body_of(a)->error.text;
}

void sotto_adapter_look(const sotto_adapter *a, sotto_adapter_report *out) {
    const adapter_body *body = body_of(a);
    *out = (sotto_adapter_report){0};
    if (body->open) *out = (sotto_adapter_report){body->side.rank, body->side.pairs, body->side.named};
}

/* It is open, and was opened for these very bytes. */
static int adapter_fits(const adapter_body *body, const gguf *base, sotto_error *err) {
    if (!body->open && body->error.text[0]) return error_set(err, ERR_MODEL, "%s", body->error.text);
    if (!body->open) return error_set(err, ERR_ARG, "adapter: expected one that sotto_adapter_open has opened");
    if (body->side.base != base->data) return error_set(err, ERR_ARG, "%s: was opened for another model than %s", body->file.name, base->name);
    return 0;
}

int adapter_limits(const sotto_config *c, const gguf *base, llm_limits *limits, sotto_error *err) {
    limits->adapter_rank = c->adapter_rank;
    limits->adapter = NULL;
    if (!c->adapter) return 0;
    const adapter_body *body = body_of(c->adapter);
    int code = adapter_fits(body, base, err);
    if (code) return code;
    limits->adapter = &body->side;
    if (limits->adapter_rank < body->side.rank) limits->adapter_rank = body->side.rank;
    return 0;
}

static int adapter_refuse(const sotto *s, const sotto_error *err) {
    if (s->config.hooks.log) s->config.hooks.log(s->config.hooks.user, err->text);
    return SOTTO_EARG;
}

int sotto_adapt(sotto *s, const sotto_adapter *a) {
    sotto_error err;
    llm *mind = &s->think.mind;
    const adapter_body *body = a ? body_of(a) : NULL;
    if (!s->think.local || (s->state != SOTTO_IDLE && s->state != SOTTO_LISTENING)) return SOTTO_ESTATE;
    if (body && adapter_fits(body, mind->model.file, &err) != 0) return adapter_refuse(s, &err);
    if (body && body->side.rank > mind->limits.adapter_rank) {
        error_set(&err, ERR_ARG, "%s: rank %u, config.adapter_rank makes room for %u", body->file.name, (unsigned)body->side.rank,
                  (unsigned)mind->limits.adapter_rank);
        return adapter_refuse(s, &err);
    }
    return llm_adapt(mind, body ? &body->side : NULL);
}

/* general.version, else general.name, else the file's name. */
static gguf_text version_of(const gguf *g) {
    gguf_text text = gguf_text_or(g, "general.version", "");
    return text.len ? text : gguf_text_or(g, "general.name", g->name);
}

void adapter_version(const sotto *s, char *out, size_t cap) {
    out[0] = 0;
    if (!s->think.local) return;
    const llama *model = &s->think.mind.model;
    const lora *worn = model->side.worn;
    gguf_text base = version_of(model->file), side = worn ? version_of(worn->file) : (gguf_text){"", 0};
    fmt_put(out, cap, "%.*s%s%.*s", (int)(base.len < 40 ? base.len : 40), base.at, worn ? "+" : "", (int)(side.len < 40 ? side.len : 40), side.at);
}
