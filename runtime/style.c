/* style: how the voice speaks: what the fields may be, and changing it between replies. */
#include "runtime/internal.h"
#include "runtime/model.h"
#include "runtime/base/fmt.h"
#include <string.h>

enum { STYLE_PITCH = 6 };

sotto_style style_of(const sotto_config *c) {
    return (sotto_style){.speed = c->speed, .pitch = c->pitch, .volume = c->volume, .pauses = c->pauses, .voice = c->voice};
}

static int style_refuse(sotto_error *e, const char *field, const char *expected) {
    return error_set(e, ERR_ARG, "config.%s: expected %s", field, expected);
}

int style_check(const sotto_style *y, sotto_error *e) {
    if (!(y->speed >= 0.5f && y->speed <= 2.0f)) return style_refuse(e, "speed", "0.5 to 2");
    if (!(y->pitch >= -STYLE_PITCH && y->pitch <= STYLE_PITCH)) return style_refuse(e, "pitch", "-6 to 6 semitones");
    if (!(y->volume >= 0.0f && y->volume <= 2.0f)) return style_refuse(e, "volume", "0 to 2, a factor");
    if (!(y->pauses >= 0.0f && y->pauses <= 4.0f)) return style_refuse(e, "pauses", "0 to 4, a factor");
    return 0;
}

/* What the file calls a voice; "" when it does not tell. */
static gguf_text voice_name(const gguf *tts, uint32_t index) {
    char key[32];
    fmt_put(key, sizeof key, "sotto.tts.voice.%u", index);
    return gguf_text_or(tts, key, "");
}

int sotto_voice(const sotto_model *tts, uint32_t index, char *name, size_t cap) {
    if (!tts || !model_of(tts)->open || !name || cap == 0) return SOTTO_EARG;
    const gguf *file = &model_of(tts)->file;
    if (index >= gguf_u32_or(file, "sotto.tts.voices", 1)) return SOTTO_AGAIN;
    const gguf_text found = voice_name(file, index);
    fmt_put(name, cap, "%.*s", (int)found.len, found.at);
    return SOTTO_OK;
}

int style_named(sotto_style *y, const char *name, const gguf *tts, sotto_error *e) {
    char names[160] = "";
    size_t used = 0;
    if (!name) return 0;
    for (uint32_t i = 0; i < gguf_u32_or(tts, "sotto.tts.voices", 1); i++) {
        const gguf_text one = voice_name(tts, i);
        if (one.len && one.len == strlen(name) && memcmp(one.at, name, one.len) == 0) {
            y->voice = i;
            return 0;
        }
        used += fmt_put(names + used, sizeof names - used, "%s%.*s", used ? ", " : "", (int)one.len, one.at);
    }
    return error_set(e, ERR_ARG, "config.voice_name: no voice \"%s\" in %s, expected %s", name, tts->name, used ? names : "an index: it names none");
}

int style_voice(const sotto_style *y, const speech *x, const char *file, sotto_error *e) {
    if (y->voice < x->voice.voices) return 0;
    return error_set(e, ERR_ARG, "config.voice: is %u, expected less than %u, the voices of %s", y->voice, x->voice.voices, file);
}

speech_manner style_manner(const sotto_style *y) {
    return (speech_manner){.style = {.speed = y->speed, .pitch = y->pitch, .pauses = y->pauses, .voice = y->voice}, .volume = y->volume};
}

int sotto_speak_as(sotto *s, const sotto_style *style) {
    sotto_error e = {0};
    if (!s->speak.present || s->state != SOTTO_IDLE) return SOTTO_ESTATE;
    const sotto_style next = style ? *style : style_of(&s->config);
    int code = style_check(&next, &e);
    if (code == 0) code = style_voice(&next, &s->speak.voice, "the voice file", &e);
    if (code != 0) {
        if (s->config.hooks.log) s->config.hooks.log(s->config.hooks.user, e.text);
        return SOTTO_EARG;
    }
    s->speak.voice.manner = style_manner(&next);
    prompts_forget_all(&s->speak.kept);
    return SOTTO_OK;
}
