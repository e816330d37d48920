/* console: sotto-fw, what a board does when nobody gives it a command line: it picks a weight slot, puts a new image to its question, then listens,
 * answers, and takes commands on its console (help lists them). README.md tells about each.
 */
#ifndef SOTTO_FIRMWARE_CONSOLE_H
#define SOTTO_FIRMWARE_CONSOLE_H
#include "firmware/line.h"
#include "firmware/live.h"
#include "firmware/receive.h"

typedef struct console {
    voice *voice;
    int speaks; /* 1: the voice is open */
    slots slots;
    live live;
    line_edit line;
    receive receive;
} console;

/* Never returns. Without a good slot it says so and only the console works, so that an update can be sent. */
_Noreturn void console_main(console *c, voice *v);

void console_show_slots(const console *c);
void console_command(console *c, char *line); /* runs one line, cutting it up */

#endif
