/* eval_tts_macs: what a second of speech costs the two networks of the voice, from the shapes in their files (sotto_model_line is all that is read).
 *
 * Counted: int8 matrices [cols x rows] and the taps of depthwise convolutions [width x kernel]. The vocoder's, the decoder's and the acoustic head's
 * are used once a frame; those of the acoustic model's encoder and variance stacks once a phone. Fourier transforms are not networks: not counted.
 */
#include "platform/host/eval_tts.h"
#include "platform/host/pack.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int ends_with(const char *text, const char *end) {
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static int is_network(const char *name, const char *type) {
    return (strcmp(type, "I8") == 0 && ends_with(name, ".weight")) || ends_with(name, ".depth.weight");
}

static int is_of_phones(const char *name) {
    return strncmp(name, "encoder.", 8) == 0 || strncmp(name, "variance.", 9) == 0;
}

static void add_model(tts_cost *c, const sotto_model *m) {
    char line[512], name[80], type[16];
    unsigned long long cols, rows;
    for (size_t i = 0; sotto_model_line(m, i, line, sizeof line) == SOTTO_OK; i++) {
        if (sscanf(line, "%79s %15s [%llu x %llu]", name, type, &cols, &rows) != 4 || !is_network(name, type)) continue;
        *(is_of_phones(name) ? &c->phone : &c->frame) += (double)cols * (double)rows;
    }
}

tts_cost tts_cost_of(const sotto_model *acoustic, const sotto_model *vocoder) {
    char rate[64], hop[64];
    tts_cost c = {0};
    pack_model_key(vocoder, "sotto.mel.sample_rate", rate, sizeof rate);
    pack_model_key(vocoder, "sotto.vocoder.hop", hop, sizeof hop);
    add_model(&c, acoustic);
    add_model(&c, vocoder);
    c.frame_rate = rate[0] && hop[0] ? strtod(rate, NULL) / strtod(hop, NULL) : (double)NAN;
    return c;
}
