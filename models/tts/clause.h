/* clause: cuts growing text into clauses that can be spoken at once, without waiting for the end.
 *
 * Characters are pushed as they come; a clause is handed out as soon as what follows decides, mostly the next character. A full
 * stop inside "3.5", "10:42", "Dr. Smith", "a.m.", "J. R. Smith", "1. Open the door" or an address is no end. A comma, colon or
 * dash ends a clause once enough was said before it; the first clause of a text comes sooner, since somebody waits for it.
 * A long clause without marks parts before a word that joins ("and", "because"); it then gets a comma, so that its voice stays up.
 * {phones} are never cut. A clause never exceeds CLAUSE_MAX bytes or CLAUSE_WEIGHT: a longer one is cut at its last space.
 * Law 2: the cuts depend on the characters only, never on how they arrive.
 */
#ifndef SOTTO_MODELS_TTS_CLAUSE_H
#define SOTTO_MODELS_TTS_CLAUSE_H
#include <stddef.h>
#include <stdint.h>

enum {
    CLAUSE_MAX = 384,
    CLAUSE_WEIGHT = 460, /* about as many phones; digits and signs become more of them than letters do */
    CLAUSE_COMMA = 24,   /* bytes before a comma or dash that ends a clause */
    CLAUSE_COLON = 8,    /* before a colon or semicolon */
    CLAUSE_FIRST = 4     /* before any of them in the text's first clause: "Sure," is half a second of speech */
};

typedef struct clause_splitter {
    char text[CLAUSE_MAX + 4]; /* what is pending, `len` bytes, the finished clause first */
    uint16_t len;
    uint16_t weight; /* of `text`, see CLAUSE_WEIGHT */
    uint16_t done;   /* bytes of the finished clause at the head of `text`, 0: none yet */
    uint16_t mark;   /* 1 + place of the mark that may end the clause, 0: none */
    uint8_t braces;  /* inside {...} */
    uint8_t going;   /* the text's first clause is out: 1; its last one is: 2 */
    uint8_t bare;    /* the finished clause was cut without a mark */
} clause_splitter;

void clause_reset(clause_splitter *c);
/* Takes one byte of UTF-8: 1 when a clause is ready (take it before the next push; an untaken one is dropped), else 0. */
int clause_push(clause_splitter *c, char ch);
/* The text has ended: 1 when a last clause is ready. */
int clause_finish(clause_splitter *c);
/* Copies the ready clause, trimmed, to `out` (at most cap-1 bytes and a NUL); returns its bytes, 0 when none is ready. */
size_t clause_take(clause_splitter *c, char *out, size_t cap);

#endif
