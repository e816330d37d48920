/* tools_clock: the machine's clock and time zone for the tools. */
#ifndef SOTTO_PLATFORM_TOOLS_CLOCK_H
#define SOTTO_PLATFORM_TOOLS_CLOCK_H
#include "platform/tools/tools.h"

void tools_machine_clock(tools *t);

#endif
