/* ssml_inside: what the parts of the SSML reader share: ssml.c (bytes), ssml_tag.c (elements), ssml_say.c (say-as). */
#ifndef SOTTO_MODELS_TTS_SSML_INSIDE_H
#define SOTTO_MODELS_TTS_SSML_INSIDE_H
#include "models/tts/ssml.h"

typedef enum ssml_say_kind {
    SAY_PLAIN,
    SAY_SPELL,
    SAY_DIGITS,
    SAY_TELEPHONE,
    SAY_CARDINAL,
    SAY_ORDINAL,
    SAY_DATE,
    SAY_UNIT,
    SAY_CURRENCY
} ssml_say_kind;

typedef struct ssml_text {
    const char *at;
    size_t len;
} ssml_text;

/* ssml.c */
void ssml_emit(ssml *x, char ch); /* a byte of plain text */
void ssml_emit_text(ssml *x, const char *text, size_t len);
void ssml_emit_word(ssml *x, const char *word); /* with a blank before and after it */
void ssml_end_clause(ssml *x);
void ssml_strange(ssml *x, const char *what, const char *more, size_t len); /* for ssml_odd */
size_t ssml_decode(const char *text, size_t len, char out[4]);              /* an entity's inside ("amp", "#233"): its bytes, 0 when it is none */
/* ssml_tag.c: the inside of <...> without the angle brackets */
void ssml_tag(ssml *x, const char *tag, size_t len);
int ssml_is_name(ssml_text t, const char *name);
/* ssml_say.c */
uint8_t ssml_say_kind_of(ssml_text name); /* of interpret-as; SAY_PLAIN for what the normaliser reads by itself */
int ssml_say_known(ssml_text name);
uint8_t ssml_say_format(ssml_text format); /* of a date */
void ssml_say_byte(ssml *x, char ch);      /* text inside a say-as */
void ssml_say_end(ssml *x);                /* what is held is said */

#endif
