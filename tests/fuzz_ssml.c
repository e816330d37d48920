/* fuzz_ssml: any bytes as marked-up text, in every mode: nothing is overrun, marks come in order and before their text. */
#include "models/tts/ssml.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void drain(ssml *x, uint32_t *dense) {
    ssml_mark m;
    char ch;
    while (ssml_pull(x, &ch)) *dense += ch != ' ' && ch != '\n';
    while (ssml_next_mark(x, *dense, &m))
        if (m.way.rate < 25 || m.way.rate > 400 || m.pause > 10000 || m.at > *dense) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    ssml x;
    for (int mode = SSML_OFF; mode <= SSML_ON; mode++) {
        uint32_t dense = 0;
        ssml_reset(&x, (ssml_mode)mode, 200);
        for (size_t i = 0; i < size; i++) {
            ssml_push(&x, (char)data[i]);
            drain(&x, &dense);
        }
        ssml_finish(&x);
        drain(&x, &dense);
    }
    return 0;
}
