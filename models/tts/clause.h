/* clause: cuts growing text into clauses that can be spoken at once, without waiting for the end.
 *
 * Characters are pushed as they come; a clause is handed out as soon as the character after it decides. A full stop inside
 * "3.5", "10:42", "Dr. Smith", "a.m." or an address is no end; a comma ends a clause only when enough was said before it and
 * no digit follows. A clause never exceeds CLAUSE_MAX bytes: a longer one is cut at its last space.
 * Law 2: the cuts depend on the characters only, never on how they arrive.
 */
#ifndef SOTTO_MODELS_TTS_CLAUSE_H
#define SOTTO_MODELS_TTS_CLAUSE_H
#include <stddef.h>
#include <stdint.h>

enum { CLAUSE_MAX = 384, CLAUSE_COMMA = 24 /* bytes before a comma that ends a clause */ };

typedef struct clause_splitter {
    char text[CLAUSE_MAX + 4]; /* what is pending, `len` bytes, the finished clause first */
    uint16_t len;
    uint16_t done;  /* bytes of the finished clause at the head of `text`, 0: none yet */
    uint16_t mark;  /* 1 + place of the mark that may end the clause, 0: none */
    uint8_t braces; /* inside {...} */
} clause_splitter;

void clause_reset(clause_splitter *c);
/* Takes one byte of UTF-8: 1 when a clause is ready (take it before the next push; an untaken one is dropped), else 0. */
int clause_push(clause_splitter *c, char ch);
/* The text has ended: 1 when a last clause is ready. */
int clause_finish(clause_splitter *c);
/* Copies the ready clause, trimmed, to `out` (at most cap-1 bytes and a NUL); returns its bytes, 0 when none is ready. */
size_t clause_take(clause_splitter *c, char *out, size_t cap);

#endif
