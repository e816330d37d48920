/* captions_file: the times of spoken words as subtitles: WebVTT (W3C), or SubRip when the file's name ends in .srt.
 *
 * A cue is at most CUE_CHARS characters of words that follow one another, ended early by the end of a sentence or a pause of CUE_PAUSE_MS. WebVTT
 * cues carry each word's begin inside, so that a player can show words as they are said.
 */
#ifndef SOTTO_HOST_CAPTIONS_FILE_H
#define SOTTO_HOST_CAPTIONS_FILE_H
#include "runtime/sotto.h"
#include <stdio.h>

enum { CUE_CHARS = 64, CUE_PAUSE_MS = 400, CUE_TEXT = 4096 };

typedef struct captions_file {
    FILE *to;
    const char *path;
    int srt;
    unsigned cues;
    uint64_t begin_ms, end_ms; /* of the open cue */
    size_t chars;              /* of it, 0: none is open */
    size_t len;                /* bytes of text */
    char text[CUE_TEXT];       /* with WebVTT's times */
} captions_file;

int captions_open(captions_file *c, const char *path); /* 0, or an exit code with its message printed */
/* A word that ended, ms since the begin of the sound that the captions go with. */
void captions_word(captions_file *c, const char *word, uint64_t begin_ms, uint64_t end_ms);
int captions_close(captions_file *c); /* 0, or an exit code */

#endif
