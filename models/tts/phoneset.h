/* The phone inventory of the speech side: 74 symbols, fixed.
 *
 * ARPABET as CMUdict writes it. Consonants carry no stress, a vowel is one symbol per stress (0 none,
 * 1 primary, 2 secondary), so an id needs no side information. The ids are part of the weight format:
 * tts.gguf holds an embedding row per id. Never reorder. */
#ifndef SOTTO_MODELS_TTS_PHONESET_H
#define SOTTO_MODELS_TTS_PHONESET_H

enum {
    PHONE_PAD = 0, /* nothing; never inside a clause */
    PHONE_SIL = 1, /* long pause: . ! and both ends of a clause */
    PHONE_SP = 2,  /* short pause: , ; : */
    PHONE_QUE = 3, /* long pause that ends a question */
    PHONE_WB = 4,  /* word boundary: no sound, context only */
    PHONE_FIRST_CONSONANT = 5,
    PHONE_FIRST_VOWEL = 29, /* id = 29 + 3 * vowel + stress */
    PHONE_COUNT = 74
};

/* Symbol of every id, ASCII, at most 3 characters. */
static const char phoneset_name[PHONE_COUNT][4] = {
    "PAD", "SIL", "SP",  "QUE", "WB",  "B",   "CH",  "D",   "DH",  "F",   "G",   "HH",  "JH",  "K",   "L",   "M",   "N",   "NG",  "P",
    "R",   "S",   "SH",  "T",   "TH",  "V",   "W",   "Y",   "Z",   "ZH",  "AA0", "AA1", "AA2", "AE0", "AE1", "AE2", "AH0", "AH1", "AH2",
    "AO0", "AO1", "AO2", "AW0", "AW1", "AW2", "AY0", "AY1", "AY2", "EH0", "EH1", "EH2", "ER0", "ER1", "ER2", "EY0", "EY1", "EY2", "IH0",
    "IH1", "IH2", "IY0", "IY1", "IY2", "OW0", "OW1", "OW2", "OY0", "OY1", "OY2", "UH0", "UH1", "UH2", "UW0", "UW1", "UW2"};

/* 1 when the id is a vowel (any stress). */
static inline int phoneset_is_vowel(unsigned id) {
    return id >= PHONE_FIRST_VOWEL && id < PHONE_COUNT;
}

/* 1 when the id is a pause (SIL, SP, QUE). */
static inline int phoneset_is_pause(unsigned id) {
    return id >= PHONE_SIL && id <= PHONE_QUE;
}

#endif
