/* unicode_class: the three classes that pre-tokenizers split on, \p{L}, \p{N}, White_Space, and the rest. */
#ifndef SOTTO_MODELS_LLM_UNICODE_CLASS_H
#define SOTTO_MODELS_LLM_UNICODE_CLASS_H
#include <stdint.h>

enum unicode_class { UNICODE_OTHER, UNICODE_LETTER, UNICODE_NUMBER, UNICODE_SPACE };

enum unicode_class unicode_class_of(uint32_t code);

#endif
