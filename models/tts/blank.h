/* blank: the bytes that part words. */
#ifndef SOTTO_MODELS_TTS_BLANK_H
#define SOTTO_MODELS_TTS_BLANK_H

static inline int is_blank(int c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

#endif
