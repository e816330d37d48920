/* style: how the voice speaks: what the fields may be, and changing it between replies. */
#include "runtime/internal.h"
#include "runtime/model.h"

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
