/* forms: a word said by another form of it that the lexicon holds: "thermostat's" by "thermostat", "garcia" by "garcia's".
 *
 * Each rule cuts letters off the end, puts others there and looks that word up; when it is there, its sound gets or loses the
 * ending (English -s, -ed, -ing, -ly; the sounds of -s and -ed by what they follow, as grammars of English say). The first
 * rule that finds its word wins. Cost: at most a few look-ups a word. models/train/g2p_forms.py is the same in Python.
 */
#ifndef SOTTO_MODELS_TTS_FORMS_H
#define SOTTO_MODELS_TTS_FORMS_H
#include "models/tts/lexicon.h"

enum { FORMS_PHONES = 64 /* most phones of a word */ };

/* Phones of the word by a form of it, at most cap: their number, 0 when the lexicon holds none. Letters are ids 1..27. */
int forms_find(const lexicon *l, const uint8_t *letters, int count, uint8_t *phones, int cap);
/* Appends the sound of 's after n >= 1 phones (S, Z or IH0 Z); returns the phones added, 0 when they do not fit. */
int forms_add_s(uint8_t *phones, int n, int cap);

#endif
