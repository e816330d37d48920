/* g2p: one English word -> ARPABET phone ids with stress. A packed lexicon of exceptions first, then a small network.
 *
 * The network reads the letters with a bidirectional GRU and writes 0..2 phones a letter with a second GRU (Yao & Zweig 2015,
 * letter-aligned; Cho et al. 2014), int8 weights, greedy:
 *
 *     e[t] = [GRU forward, GRU backward](letters)[t]        d[t] = GRU([e[t], chunk(t-1)], d[t-1])       chunk(t) = argmax(W d[t] + b)
 *
 * Cost about 0.3 M multiply-adds a letter. A word is one call, so there is no state between calls: all memory is scratch.
 */
#ifndef SOTTO_MODELS_TTS_G2P_H
#define SOTTO_MODELS_TTS_G2P_H
#include "models/layers.h"
#include "models/tts/forms.h"

enum { G2P_LETTERS = 32 /* letters of one network run; longer words go in pieces */, G2P_WORD = FORMS_PHONES /* most phones of a word */ };

typedef struct g2p {
    const kernels *k;
    lexicon words;
    uint32_t enc, dec, chunk, classes; /* widths: one reader, writer, chunk embedding; number of chunks */
    const int8_t *letter;              /* [28 x 6*enc] what both readers get for a letter, rows scaled by letter_scale [28] */
    const float *letter_scale;
    const int8_t *embed; /* [(classes+1) x chunk], the last row is the start mark, scaled by embed_scale */
    const float *embed_scale;
    const int8_t *phones;                        /* [classes x 2] phone ids of a chunk, 0 = none */
    linear_i8 reader[2];                         /* [3*enc x enc] forward, backward */
    linear_i8 writer_in, writer, out;            /* [3*dec x 2*enc+chunk], [3*dec x dec], [classes x dec] */
    float *seen;                                 /* scratch [G2P_LETTERS x 2*enc+chunk] */
    float *state, *gate_in, *gate_state, *logit; /* scratch [max(enc,dec)], [3*max], [3*max], [classes] */
    quant_scratch quant;
} g2p;

/* Checks `file` (architecture sotto-g2p) whole, lexicon included, and points into it. 0, or ERR_MODEL with the line in `err`. */
int g2p_bind(g2p *g, const gguf *file, sotto_error *err);
/* Takes the scratch. None of it lives between calls: a caller may hand it back with arena_rewind and share it. */
void g2p_layout(g2p *g, arena *a, const kernels *k);

/* Phones of one word of letters and apostrophes (others are skipped), any case: their number, at most min(cap, G2P_WORD).
 * Lexicon, then another form of the word in the lexicon (forms.h), then the network. */
int g2p_word(const g2p *g, const char *word, size_t len, uint8_t *phones, int cap);
/* The network alone. */
int g2p_letters(const g2p *g, const char *word, size_t len, uint8_t *phones, int cap);

#endif
