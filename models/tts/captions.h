/* captions: which written word of a clause sounds from which frame to which.
 *
 * A caption shows what was written ("10:42 am"), the acoustic model times what is said (ten forty two A M). Written words, parted by spaces, are
 * taken together until what they are said as begins the clause's spoken words: normalising the first n bytes of the clause gives its first
 * words, or it does not ("5" of "$5 million") and the next written word joins in. So any reading of the normaliser is right without a word of it here.
 * A written word that says nothing (a dash, an emoji) joins the word behind it; at the end of a clause it is left out.
 * Bound: CAPTIONS_WORDS spoken words of a clause, those behind them belong to the last caption; one normalisation a written word.
 */
#ifndef SOTTO_MODELS_TTS_CAPTIONS_H
#define SOTTO_MODELS_TTS_CAPTIONS_H
#include "models/tts/acoustic.h"
#include "models/tts/phonemes.h"

enum { CAPTIONS_WORDS = 256 };

typedef enum caption_kind { CAPTION_NONE, CAPTION_BEGIN, CAPTION_END } caption_kind;

typedef struct caption {
    const char *text; /* in the clause, `len` bytes as written, its marks too */
    uint32_t len;
    uint32_t begin, end; /* frames of the clause; end 0 in CAPTION_BEGIN: not known yet */
} caption;

typedef struct captions {
    uint16_t *phone; /* [CAPTIONS_WORDS] index of each spoken word's first phone */
    uint16_t *print; /* [CAPTIONS_WORDS] hash of its spelling */
    const char *text;
    uint32_t len;           /* bytes of the clause */
    uint32_t words, phones; /* spoken words; symbols of the clause */
    uint32_t at;            /* bytes of the clause that captions have shown */
    uint32_t said;          /* spoken words that are done */
    uint32_t next;          /* first spoken word behind the open caption */
    int open;               /* a caption has begun and not ended */
    caption now;
} captions;

void captions_layout(captions *c, arena *a);
void captions_reset(captions *c); /* no clause */
/* A clause was just turned into phones: c->phone holds the starts of its `words`, and the reader's scratch its normalised text.
 * `text` [len] stays where it is until the next clause. */
void captions_begin(captions *c, const phonemes *reader, const char *text, size_t len, size_t words, size_t phones);
/* What begins or ends before frame `made` of the clause and was not told yet, in order; CAPTION_NONE when there is nothing. */
caption_kind captions_next(captions *c, const phonemes *reader, const acoustic *voice, uint32_t made, caption *out);

#endif
