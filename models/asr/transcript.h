/* transcript: words of the search -> text with word times and confidence, in one fixed buffer. */
#ifndef SOTTO_MODELS_ASR_TRANSCRIPT_H
#define SOTTO_MODELS_ASR_TRANSCRIPT_H
#include "models/asr/search.h"

typedef struct asr_word {
    uint32_t begin_ms, end_ms; /* from the first sample after the reset */
    uint32_t at, len;          /* bytes inside the text */
    float confidence;          /* 0..1 */
} asr_word;

typedef struct transcript {
    uint32_t max_text;         /* bytes of text, the NUL included */
    uint32_t frame_ms, split;  /* CTC frames in one encoder frame of frame_ms */
    char *text;                /* [max_text] NUL-terminated */
    asr_word *word;            /* [max_text/2] */
    const search_word **spare; /* [max_text/2] */
    uint32_t len, words;
    uint32_t settled; /* leading bytes that no later frame can change: whole words */
} transcript;

void transcript_layout(transcript *t, arena *a, uint32_t max_text, uint32_t frame_ms, uint32_t split);
void transcript_scratch(transcript *t, arena *a);
void transcript_reset(transcript *t);
/* Writes the text of the search's words anew. What does not fit is left out, whole words at a time. */
void transcript_write(transcript *t, const search *s);

#endif
