/* spell: how a word is said that the recogniser's lexicon lacks, in its phones, by the speech side's letter-to-sound model. */
#ifndef SOTTO_RUNTIME_SPELL_H
#define SOTTO_RUNTIME_SPELL_H
#include "models/tts/g2p.h"
#include "models/tts/phoneset.h"

typedef struct spell_book {
    const g2p *g;               /* bound and laid out; NULL: no word can be spelt */
    uint8_t klass[PHONE_COUNT]; /* class of the recogniser for each phone, 0: none */
} spell_book;

/* Matches the phones by their names in `ear` (sotto.asr.phones). g must outlive x; NULL: none. */
void spell_init(spell_book *x, const g2p *g, const gguf *ear);
/* Phones [room] of a word of letters and apostrophes; returns how many, 0 when it cannot be said or does not fit. user: the spell_book. */
uint32_t spell_word(void *user, const char *word, uint32_t len, uint8_t *phone, uint32_t room);

#endif
