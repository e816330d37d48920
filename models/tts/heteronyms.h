/* heteronyms: words written alike and said apart, told apart by the words beside them. Cheap rules, not grammar. */
#ifndef SOTTO_MODELS_TTS_HETERONYMS_H
#define SOTTO_MODELS_TTS_HETERONYMS_H
#include <stddef.h>

typedef struct heteronym_context {                 /* words beside, lower case, not NUL-terminated; len 0: none (clause edge or pause) */
    const char *before, *after, *before2, *after2; /* next to it; one further */
    size_t before_len, after_len, before2_len, after2_len;
    const char *text; /* the whole clause as normalize.h writes it, or NULL */
} heteronym_context;

/* ARPABET of the reading that the context asks for, NULL when the word is no heteronym. */
const char *heteronyms_find(const char *word, size_t len, const heteronym_context *c);

#endif
