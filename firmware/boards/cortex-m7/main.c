/* main of boards on silicon: the console, for ever. */
#include "firmware/console.h"

static voice the_voice;
static console the_console;

int main(void) {
    console_main(&the_console, &the_voice);
}
