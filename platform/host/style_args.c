/* style_args: see style_args.h. */
#include "platform/host/style_args.h"
#include "platform/platform.h"
#include <stdlib.h>
#include <string.h>

static int style_number(const char *command, const char *option, double x, double least, double most) {
    return x >= least && x <= most ? -1 : complain(EXIT_USAGE, "%s: %s %g: expected %g to %g", command, option, x, least, most);
}

int style_args_open(style_args *a, const char *command) {
    platform_error e;
    int code = style_number(command, "--speed", a->speed, 0.5, 2);
    if (code < 0) code = style_number(command, "--pitch", a->pitch, -6, 6);
    if (code < 0) code = style_number(command, "--volume", a->volume, 0, 2);
    if (code < 0) code = style_number(command, "--pauses", a->pauses, 0, 4);
    if (code < 0 && a->lexicon && (a->words = file_text(a->lexicon, &e)) == NULL) code = complain(EXIT_FAIL, "%s", e.text);
    return code;
}

void style_args_use(const style_args *a, sotto_config *c) {
    c->speed = (float)a->speed;
    c->pitch = (float)a->pitch;
    c->volume = (float)a->volume;
    c->pauses = (float)a->pauses;
    if (a->voice && a->voice[0] && a->voice[strspn(a->voice, "0123456789")] == 0) {
        const unsigned long long n = strtoull(a->voice, NULL, 10);
        c->voice = n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
    } else {
        c->voice_name = a->voice;
    }
    c->ssml = a->ssml != 0;
    if (!a->words) return;
    c->lexicon = a->words;
    c->lexicon_size = strlen(a->words);
    c->lexicon_name = a->lexicon;
}

void style_args_close(style_args *a) {
    free(a->words);
    a->words = NULL;
}
