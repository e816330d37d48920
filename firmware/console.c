/* console: see console.h. Start-up and the main loop. */
#include "firmware/console.h"
#include "firmware/print.h"
#include "runtime/base/crc32.h"
#include <string.h>

static const char PROMPT[] = "sotto> ";

/* An image that fails on trial is refused for ever, and the next start uses the other slot. */
static void fall_back(const console *c) {
    print_line("sotto: slot %d is refused: %s; starting over\n", c->slots.running, c->slots.slot[c->slots.running].why);
    board_reset();
}

/* The gate: a new image's question, as a conversation's first turn, without a listener. */
static void put_to_trial(console *c) {
    const image_header *h = c->slots.slot[c->slots.running].is.header;
    voice *v = c->voice;
    v->quiet = 1;
    v->reply_crc = 0;
    if (h->question[0] && sotto_ask(v->runtime, h->question) == SOTTO_OK) voice_run(v);
    v->quiet = 0;
    if (slots_judge(&c->slots, v->reply_crc) != 0) fall_back(c);
    print_line("slot %d passed its gate: \"%s\" was answered as it should be\n", c->slots.running, h->question);
    sotto_reset(v->runtime);
}

static void start_voice(console *c) {
    char why[VOICE_WHY];
    if (c->slots.running < 0) {
        print_text("sotto: no slot has good weights; send some with update\n");
        return;
    }
    const slot_info *x = &c->slots.slot[c->slots.running];
    if (voice_open(c->voice, &x->is, why) != 0) {
        print_line("sotto: slot %d: %s\n", c->slots.running, why);
        if (!slots_on_trial(&c->slots)) return;
        slots_refuse(&c->slots, why);
        fall_back(c);
    }
    if (slots_on_trial(&c->slots)) put_to_trial(c);
    c->speaks = 1;
    print_line("kernels %s, arena %zu bytes\n", sotto_kernels(c->voice->runtime), c->voice->memory.bytes);
    live_start(&c->live, c->voice);
}

static void take_line(console *c, line_result r) {
    if (r == LINE_LONG) print_line("too long: a line has at most %d bytes\n", LINE_MOST);
    if (r == LINE_CANCEL && c->speaks) sotto_interrupt(c->voice->runtime);
    if (r == LINE_DONE) console_command(c, c->line.text);
    print_text(PROMPT);
}

_Noreturn void console_main(console *c, voice *v) {
    memset(c, 0, sizeof *c);
    c->voice = v;
    print_line("sotto-fw %s on %s\n", sotto_version(), board_name);
    slots_open(&c->slots, board_weights(), board_arena().bytes);
    console_show_slots(c);
    start_voice(c);
    print_text(PROMPT);
    for (;;) {
        int byte, more = c->speaks && live_step(&c->live);
        while ((byte = board_get()) >= 0) {
            line_result r = line_take(&c->line, byte);
            if (r != LINE_MORE) take_line(c, r);
        }
        if (!more) board_wait();
    }
}
