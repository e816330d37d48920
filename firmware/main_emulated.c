/* main of emulated boards: one command from the emulator's command line, then the end with its exit code. */
#include "firmware/board.h"
#include "firmware/console.h"
#include "firmware/fault.h"
#include "firmware/print.h"
#include "firmware/run.h"
#include "firmware/semihost.h"
#include "firmware/start.h"
#include <string.h>

enum { COMMAND = 512 };

static voice the_voice;
static console the_console;
static char command[COMMAND];

static int open_voice(voice *v) {
    image weights;
    char why[VOICE_WHY];
    const board_region *slot = &board_weights()->slot[0];
    if (image_open(&weights, (const void *)slot->address, slot->bytes, why, sizeof why) != 0 || voice_open(v, &weights, why) != 0) {
        print_line("sotto: %s\n", why);
        return -1;
    }
    print_line("sotto %s on %s, kernels %s, weights %s\n", sotto_version(), board_name, sotto_kernels(v->runtime), weights.header->version);
    return 0;
}

static void show_memory(const voice *v) {
    board_region arena = board_arena();
    print_line("arena %zu of %zu bytes, stack %zu of %zu bytes\n", v->memory.bytes, arena.bytes, start_stack_used(), start_stack_room());
}

int main(void) {
    if (semihost_command(command, sizeof command) != 0) {
        print_line("sotto: the command line is longer than %d bytes\n", COMMAND - 1);
        return 2;
    }
    if (strcmp(command, "console") == 0) console_main(&the_console, &the_voice);
    if (strcmp(command, "fault") == 0) fault_provoke();
    if (open_voice(&the_voice) != 0) return 1;
    int code = run_command(&the_voice, command);
    show_memory(&the_voice);
    return code;
}
