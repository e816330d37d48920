/* live: the runtime on the machine's own microphone and loudspeaker. */
#ifndef SOTTO_HOST_LIVE_H
#define SOTTO_HOST_LIVE_H
#include "platform/host/loop.h"

/* Until Ctrl-C: listens on `input`, answers on `output` (NULL: the defaults). Complains itself; exit code. */
int live_talk(loop *l, const char *input, const char *output);
/* Speaks texts (lines of stdin when there are none) on `output`. */
int live_say(loop *l, const char *output, char **texts, int count);

#endif
