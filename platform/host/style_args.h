/* style_args: the options of how the voice speaks, for the commands that speak (say, run). */
#ifndef SOTTO_HOST_STYLE_ARGS_H
#define SOTTO_HOST_STYLE_ARGS_H
#include "platform/host/args.h"
#include "runtime/sotto.h"

typedef struct style_args {
    double speed, pitch, volume, pauses;
    const char *voice, *lexicon;
    int ssml;
    char *words; /* the lexicon's text; NULL: none */
} style_args;

/* Defaults first: style_args a = STYLE_ARGS; then the rows are part of a command's table. */
#define STYLE_ARGS                                                                                                                                   \
    { .speed = 1, .volume = 1, .pauses = 1 }
#define STYLE_ROWS(a)                                                                                                                                \
    {"--speed", OPTION_REAL, &(a).speed, "X", "how fast the voice speaks, 0.5 to 2"},                                                                \
        {"--pitch", OPTION_REAL, &(a).pitch, "X", "semitones higher, -6 to 6"}, {"--volume", OPTION_REAL, &(a).volume, "X", "how loud, 0 to 2"},     \
        {"--pauses", OPTION_REAL, &(a).pauses, "X", "length of pauses, 0 to 4"},                                                                     \
        {"--voice", OPTION_TEXT, &(a).voice, "NAME|N", "voice of the pack, by name or by number from 0"},                                            \
        {"--ssml", OPTION_FLAG, &(a).ssml, NULL, "texts are SSML, also those that do not begin with <speak"}, {                                      \
        "--lexicon", OPTION_TEXT, &(a).lexicon, "FILE", "pronunciations of your own, a line each: word, then ARPABET or IPA phones"                  \
    }

/* Checks the numbers and reads the file. -1 to go on, else the exit code; complains itself. */
int style_args_open(style_args *a, const char *command);
void style_args_use(const style_args *a, sotto_config *c);
void style_args_close(style_args *a);

#endif
