/* eval_macs: what a second of speech costs a recogniser, from the shapes in its file: the sum that models/train/asr_export.py prints.
 *
 * Every weight is used once for each of its frames: the subsampling's at the rate and band count of its stage, all others once an encoder frame
 * (80 ms); attention adds 2 x dim x (chunk + left context) a block and frame. The file's description (sotto_model_line) is all that is read.
 */
#include "platform/host/eval.h"
#include "platform/host/pack.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double FRAME_RATE = 12.5; /* encoder frames a second */

static double key_number(const sotto_model *m, const char *key) {
    char text[64];
    pack_model_key(m, key, text, sizeof text);
    return text[0] ? strtod(text, NULL) : (double)NAN;
}

/* Times a second that each value of a weight is used; 0: not in a matrix product. */
static double uses(const char *name, double bands) {
    static const struct {
        const char *name;
        double bands, rate; /* rows of a stage: bands / `bands`, `rate` times a second */
    } stage[] = {{"sub.conv.weight", 2, 50},
                 {"sub.depth.0.weight", 4, 25},
                 {"sub.point.0.weight", 4, 25},
                 {"sub.depth.1.weight", 8, 12.5},
                 {"sub.point.1.weight", 8, 12.5}};
    for (size_t i = 0; i < sizeof stage / sizeof stage[0]; i++) {
        if (strcmp(name, stage[i].name) == 0) return bands / stage[i].bands * stage[i].rate;
    }
    const char *end = strrchr(name, '.');
    if (!end || strcmp(end, ".weight") != 0) return 0;
    return strncmp(name, "blk.", 4) == 0 || strcmp(name, "head.weight") == 0 || strcmp(name, "sub.out.weight") == 0 ? FRAME_RATE : 0;
}

double eval_macs(const sotto_model *m) {
    char line[512], name[80];
    double bands = key_number(m, "sotto.mel.bands"), dim = key_number(m, "sotto.asr.dim");
    double seen = key_number(m, "sotto.asr.chunk") + key_number(m, "sotto.asr.left");
    double sum = key_number(m, "sotto.asr.blocks") * FRAME_RATE * 2 * dim * seen;
    unsigned long long cols, rows;
    for (size_t i = 0; sotto_model_line(m, i, line, sizeof line) == SOTTO_OK; i++) {
        if (sscanf(line, "%79s %*s [%llu x %llu]", name, &cols, &rows) == 3) sum += uses(name, bands) * (double)cols * (double)rows;
    }
    return sum / 1e6;
}
