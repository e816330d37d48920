/* transcript: tokens -> text with word times and confidence, in one fixed buffer.
 *
 * Pieces carry the word mark U+2581 where a word begins; it becomes a space. A word lasts from the first frame of its first
 * piece to the last frame of its last one; its confidence is the mean over its pieces of the highest probability of each.
 */
#ifndef SOTTO_MODELS_ASR_TRANSCRIPT_H
#define SOTTO_MODELS_ASR_TRANSCRIPT_H
#include "models/asr/ctc.h"
#include "models/gguf.h"

typedef struct asr_word {
    uint32_t begin_ms, end_ms; /* from the first sample after the reset */
    uint32_t at, len;          /* bytes inside the text */
    float confidence;          /* 0..1 */
} asr_word;

typedef struct transcript {
    gguf_value pieces; /* the file's array of strings */
    uint32_t vocab, frame_ms;
    uint32_t max_text; /* bytes of text, the NUL included */
    gguf_text *piece;  /* [vocab] */
    char *text;        /* [max_text] NUL-terminated */
    asr_word *word;    /* [max_text/2] */
    uint32_t len, words;
    uint32_t settled; /* leading bytes that no later frame can change: whole words */
} transcript;

int transcript_bind(transcript *t, const gguf *g, uint32_t vocab, uint32_t frame_ms, sotto_error *err); /* 0, or ERR_MODEL */
void transcript_layout(transcript *t, arena *a, uint32_t max_text);
void transcript_reset(transcript *t);
/* Writes the text of count tokens anew; `settled` of them cannot change. What does not fit is left out, whole pieces at a time. */
void transcript_write(transcript *t, const ctc_token *token, uint32_t count, uint32_t settled);

#endif
