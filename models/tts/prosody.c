/* prosody: see prosody.h.
 *
 *     ... he came | t AH0 m AA1 r OW0 ?          the last stressed vowel starts a little low, from there the pitch climbs evenly
 *                         -100 . . . . +600      over all phones to the end
 */
#include "models/tts/prosody.h"
#include "models/tts/phoneset.h"

enum { DIP = -100, RISE = 600 }; /* cents at the last stressed vowel's begin, and at the end of the clause */

static int is_stressed(uint8_t id) {
    return phoneset_is_vowel(id) && (id - PHONE_FIRST_VOWEL) % 3 != 0;
}

/* Index of the last stressed vowel, else of the last vowel, else n. */
static uint32_t nucleus(const uint8_t *phones, uint32_t n) {
    uint32_t last = n;
    for (uint32_t i = n; i-- > 0;) {
        if (is_stressed(phones[i])) return i;
        if (last == n && phoneset_is_vowel(phones[i])) last = i;
    }
    return last;
}

/* Vowels take three parts of the climb, consonants one, boundaries none: about as long as they last. */
static int weight(uint8_t id) {
    return phoneset_is_vowel(id) ? 3 : id >= PHONE_FIRST_CONSONANT;
}

void prosody_question(acoustic_control *each, const uint8_t *phones, uint32_t n) {
    if (n < 2 || phones[n - 1] != PHONE_QUE) return;
    const uint32_t from = nucleus(phones, n - 1);
    int whole = 0, passed = 0;
    for (uint32_t i = from; i + 1 < n; i++) whole += weight(phones[i]);
    for (uint32_t i = from; i + 1 < n; i++) {
        const int begin = DIP + (RISE - DIP) * passed / whole;
        passed += weight(phones[i]);
        each[i].pitch = (int16_t)(each[i].pitch + begin);
        each[i].glide = (int16_t)(each[i].glide + DIP + (RISE - DIP) * passed / whole - begin);
    }
    if (from < n - 1) each[n - 1].pitch = (int16_t)(each[n - 1].pitch + RISE);
}
