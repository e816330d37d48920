/* wordlist: which strings of letters begin a known word, from one hash table in the model file; the beam search prefers known words.
 *
 * A hypothesis pays `penalty` (natural log) when its word stops being the beginning of any known word, and when a word that is only a beginning
 * is closed. So dictation stays open: an unknown word costs the penalty once, not its life.
 * An entry is one 16-bit slot: 15 bits of the letters' hash, 1 bit "this is a whole word"; 0 is empty. Open addressing, at most
 * WORDLIST_PROBES slots a look-up, so that any file is safe.
 */
#ifndef SOTTO_MODELS_ASR_WORDLIST_H
#define SOTTO_MODELS_ASR_WORDLIST_H
#include "models/gguf.h"

enum { WORDLIST_PROBES = 128 };

typedef struct wordlist {
    const uint16_t *slot;   /* [slots]; NULL: there is no list */
    const gguf_text *piece; /* [vocab] text of each token, U+2581 in front where a word begins; set by the owner */
    uint32_t slots;
    float penalty;
} wordlist;

/* Binds the file's `words.slots` when it has them, else leaves w->slot NULL. 0, or ERR_MODEL. */
int wordlist_bind(wordlist *w, const gguf *g, sotto_error *err);
/* What token `next` costs after ids [count] of a hypothesis: 0, -penalty or twice that. */
float wordlist_score(const wordlist *w, const uint16_t *ids, uint32_t count, uint32_t next);

#endif
