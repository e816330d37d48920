/* question: does a question rise at its end? Yes/no questions, tags and echoes do; wh-questions and alternatives fall. */
#ifndef SOTTO_MODELS_TTS_QUESTION_H
#define SOTTO_MODELS_TTS_QUESTION_H
#include <stddef.h>

/* `text`: the question's words as normalize.h writes them, its last mark included or not. 1: it rises ("Is it on?",
 * "You like it, don't you?", "You did what?"); 0: it falls ("What time is it?", "Tea or coffee?"). Any bytes are taken. */
int question_rises(const char *text, size_t len);

#endif
