/* device_pa: PortAudio's life and the choice of a device, shared by listing and opening. */
#ifndef SOTTO_PLATFORM_DEVICE_PA_H
#define SOTTO_PLATFORM_DEVICE_PA_H
#include "platform/platform.h"

int device_pa_begin(platform_error *e); /* counted: each begin has its end */
void device_pa_end(void);
/* PortAudio's index of the device meant by `wanted` (an index, part of a name, NULL: default), -1 with a line that lists what there is. */
int device_pa_find(const char *wanted, int input, platform_error *e);

#endif
