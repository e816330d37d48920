/* prosody: how a clause departs from the model's own melody: contours of questions.
 *
 * The acoustic model learned few questions, so the contour that English gives them (ToBI L* H-H%; Pierrehumbert 1980) is laid over its prediction
 * as cents on every phone. Which question is which is the reader's business (phonemes): a clause that ends in QUE asks for yes or no and rises, one
 * that asks with a word (who, what, when) ends in SIL like a statement and falls by itself.
 */
#ifndef SOTTO_MODELS_TTS_PROSODY_H
#define SOTTO_MODELS_TTS_PROSODY_H
#include "models/tts/acoustic.h"

/* Adds the contour of a yes-or-no question to each [n] when the clause's last symbol is QUE; else nothing changes. */
void prosody_question(acoustic_control *each, const uint8_t *phones, uint32_t n);

#endif
