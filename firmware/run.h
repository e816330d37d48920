/* run: the command line that an emulator gives: a question from a file, the reply into a file. */
#ifndef SOTTO_FIRMWARE_RUN_H
#define SOTTO_FIRMWARE_RUN_H
#include "firmware/voice.h"

/* `run --in FILE [--out FILE] [--events] [--live] [--shift N]` in `line`, which is cut up; an exit code. */
int run_command(voice *v, char *line);

#endif
