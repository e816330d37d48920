/* utf8: decoding that never reads past the end and never fails (bad bytes give U+FFFD). */
#ifndef SOTTO_BASE_UTF8_H
#define SOTTO_BASE_UTF8_H
#include <stddef.h>
#include <stdint.h>

/* Decodes one code point of text[0..len), len >= 1. Returns bytes used (1..4); invalid -> 0xFFFD and 1 byte used. */
size_t utf8_decode(const char *text, size_t len, uint32_t *code);
/* 1: nothing in text[0..len) is invalid. */
int utf8_valid(const char *text, size_t len);
/* Writes 1..4 bytes; returns their number. Surrogates and > U+10FFFF are written as U+FFFD. */
size_t utf8_encode(uint32_t code, char out[4]);
/* Longest prefix of text[0..len) that ends on a whole character. */
size_t utf8_whole(const char *text, size_t len);

#endif
