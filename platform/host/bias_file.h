/* bias_file: phrases that the recogniser should rather hear, a line each: words, then their weight when it is not 4; # begins a comment. */
#ifndef SOTTO_BIAS_FILE_H
#define SOTTO_BIAS_FILE_H
#include "runtime/sotto.h"

/* Gives every phrase of the file to s (path NULL: none). 0, or an exit code after a complaint that names the line. */
int bias_file_apply(sotto *s, const char *path);

#endif
