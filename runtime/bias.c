/* bias: phrases that the recogniser should rather hear: names, places, what was asked for. */
#include "runtime/internal.h"
#include "runtime/model.h"
#include "runtime/spell.h"

/* Where the search's numbers stand in words of the lexicon, a hypothesis must not lose them: not while a turn is heard. */
static int bias_possible(const sotto *s) {
    return s->listen.present && s->state != SOTTO_LISTENING;
}

int sotto_bias(sotto *s, const char *phrase, float weight) {
    spell_book book;
    sotto_error err = {0};
    if (!s || !phrase || !(weight >= 0.0f && weight <= 20.0f)) return SOTTO_EARG;
    if (!bias_possible(s)) return SOTTO_ESTATE;
    spell_init(&book, s->speak.present ? &s->speak.voice.words : NULL, s->listen.ear.file);
    if (asr_bias(&s->listen.ear, phrase, weight, spell_word, &book, &err) == 0) return SOTTO_OK;
    if (s->config.hooks.log) s->config.hooks.log(s->config.hooks.user, err.text);
    return SOTTO_EARG;
}

int sotto_unbias(sotto *s) {
    if (!s) return SOTTO_EARG;
    if (!bias_possible(s)) return SOTTO_ESTATE;
    asr_unbias(&s->listen.ear);
    return SOTTO_OK;
}
