/* console_commands: the commands of sotto-fw, one function each and a table. */
#include "firmware/board.h"
#include "firmware/console.h"
#include "firmware/print.h"
#include "firmware/start.h"
#include "platform/show_text.h"
#include "platform/tools/tools_date.h"
#include <string.h>

typedef struct command {
    const char *name, *usage, *what;
    int needs_voice;
    void (*run)(console *c, char *rest); /* rest: what follows the name, without blanks before it */
} command;

/* ---- words and numbers of a line ---- */

static char *skip_blanks(char *p) {
    while (*p == ' ') p++;
    return p;
}

/* A number in base 10 or 16 at *p, and *p behind it. 0, or -1. */
static int take_number(char **p, unsigned base, uint32_t *out) {
    uint64_t n = 0;
    char *begin = *p;
    for (; **p; (*p)++) {
        char c = **p;
        unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0') : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 99;
        if (digit >= base) break;
        n = n * base + digit;
        if (n > UINT32_MAX) return -1;
    }
    *out = (uint32_t)n;
    return *p > begin ? 0 : -1;
}

static int take_char(char **p, char c) {
    if (**p != c) return -1;
    (*p)++;
    return 0;
}

/* ---- talk ---- */

static void answer_for(const char *what, int result) {
    if (result == SOTTO_ESTATE)
        print_line("%s: busy; ctrl-C ends the reply\n", what);
    else if (result == SOTTO_AGAIN)
        print_line("%s: too many wait to be said; try again\n", what);
    else if (result != SOTTO_OK)
        print_line("%s: expected a text (UTF-8, not empty)\n", what);
}

static void run_say(console *c, char *rest) {
    answer_for("say", sotto_say(c->voice->runtime, rest));
}

static void run_ask(console *c, char *rest) {
    answer_for("ask", sotto_ask(c->voice->runtime, rest));
}

/* ---- figures ---- */

static void show_percentiles(const sotto_statistics *s) {
    print_text("stage: turns, p50, p95, longest\n");
    for (int i = 0; i < SOTTO_SPANS; i++) {
        const sotto_percentiles *p = &s->all[i];
        if (p->count)
            print_line("%s: %llu, %.2f, %.2f, %.2f\n", sotto_span_name((sotto_span_id)i), (unsigned long long)p->count, (double)p->p50 / 1e6,
                       (double)p->p95 / 1e6, (double)p->max / 1e6);
    }
}

static void show_machine(const console *c) {
    board_region arena = board_arena();
    print_line("core %u Hz, up %.1f s, stack %zu of %zu bytes, arena %zu of %zu bytes\n", (unsigned)board_hz(), (double)board_now() / 1e9,
               start_stack_used(), start_stack_room(), c->speaks ? c->voice->memory.bytes : 0, arena.bytes);
}

void console_show_slots(const console *c) {
    char text[2 * SLOTS_LINE];
    for (int i = 0; i < 2; i++) {
        slots_line(&c->slots, i, text, sizeof text);
        print_line("%s\n", text);
    }
}

static void run_slots(console *c, char *rest) {
    (void)rest;
    console_show_slots(c);
}

static void run_stats(console *c, char *rest) {
    sotto_statistics s;
    show_machine(c);
    run_slots(c, rest);
    if (!c->speaks) return;
    sotto_stats(c->voice->runtime, &s);
    print_line("turns %llu, over budget %llu, audio: in %llu, out %llu, lost %u at the board and %llu before the runtime\n",
               (unsigned long long)s.turns, (unsigned long long)s.over_budget, (unsigned long long)s.samples_in, (unsigned long long)s.samples_out,
               (unsigned)board_audio_lost(), (unsigned long long)(c->live.refused + s.samples_dropped));
    print_line("the last turn, in %s\n", board_time_unit);
    show_text_stages(&c->voice->show, &s, c->voice->config.budget_ns);
}

/* From a fresh start, so that two benches of one image are the same work. Only text: it needs no microphone and no listener. */
static void run_bench(console *c, char *rest) {
    static const char *const TEXT[] = {"what is seven times six", "set a timer for ten minutes", "turn on the kitchen light", "tell me a joke",
                                       "what is two hundred divided by eight"};
    sotto_statistics s;
    voice *v = c->voice;
    (void)rest;
    sotto_reset(v->runtime);
    v->quiet = 1;
    for (size_t i = 0; i < sizeof TEXT / sizeof *TEXT; i++) {
        print_line("%s ...\n", TEXT[i]);
        if (sotto_ask(v->runtime, TEXT[i]) == SOTTO_OK) voice_run(v);
    }
    v->quiet = 0;
    sotto_stats(v->runtime, &s);
    print_line("times in %s, of turns of text\n", board_time_unit);
    show_percentiles(&s);
    if (s.reply_tokens && s.samples_out)
        print_line("a token %.2f, a second of speech %.2f of work\n", (double)s.reply_ns / (double)s.reply_tokens / 1e6,
                   (double)s.tts_busy * SOTTO_RATE / (double)s.samples_out / 1e6);
    show_machine(c);
    sotto_reset(v->runtime);
}

/* ---- clock ---- */

static void show_time(const console *c) {
    int64_t now = voice_time(c->voice);
    if (now < TOOLS_CLOCK_SET) {
        print_text("the clock is not set: time YYYY-MM-DD HH:MM:SS\n");
        return;
    }
    date d = date_of(now / 86400);
    uint32_t s = (uint32_t)(now % 86400);
    print_line("%d-%d%d-%d%d %u%u:%u%u:%u%u\n", d.year, d.month / 10, d.month % 10, d.day / 10, d.day % 10, s / 36000, s / 3600 % 10, s / 600 % 6,
               s / 60 % 10, s % 60 / 10, s % 10);
}

static void run_time(console *c, char *rest) {
    uint32_t n[6];
    static const char BEHIND[] = "-- ::";
    char *p = rest;
    int bad = 0;
    for (int i = 0; *rest && i < 6 && !bad; i++) bad = take_number(&p, 10, &n[i]) || (i < 5 && take_char(&p, BEHIND[i]));
    if (*rest && !bad)
        bad = *p || n[0] < 2020 || n[0] > 2200 || n[1] < 1 || n[1] > 12 || n[2] < 1 || n[2] > 31 || n[3] > 23 || n[4] > 59 || n[5] > 59;
    if (bad) {
        print_line("time: %s: expected YYYY-MM-DD HH:MM:SS from 2020 on\n", rest);
        return;
    }
    if (*rest) voice_set_time(c->voice, date_days((int)n[0], (int)n[1], (int)n[2]) * 86400 + (int64_t)(n[3] * 3600 + n[4] * 60 + n[5]));
    show_time(c);
}

/* ---- the board ---- */

static void run_version(console *c, char *rest) {
    (void)rest;
    print_line("sotto-fw %s on %s", sotto_version(), board_name);
    if (c->slots.running >= 0)
        print_line(", weights %s, number %u", c->slots.slot[c->slots.running].is.header->version,
                   (unsigned)c->slots.slot[c->slots.running].is.header->number);
    print_text("\n");
}

static void run_reset(console *c, char *rest) {
    (void)c;
    (void)rest;
    board_reset();
}

static void run_update(console *c, char *rest) {
    uint32_t bytes, crc;
    char *p = rest;
    int bad = take_number(&p, 10, &bytes) || take_char(&p, ' ') || take_number(&p, 16, &crc);
    p = skip_blanks(p);
    if (bad || (*p && strcmp(p, "force") != 0)) {
        print_text("refused: update: expected BYTES and CRC (eight digits of 0-9a-f) [force], as send_image gives them\n");
        return;
    }
    if (c->speaks) sotto_interrupt(c->voice->runtime);
    receive_image(&c->receive, &c->slots, bytes, crc, *p != 0);
}

static void run_help(console *c, char *rest);

static const command COMMAND[] = {
    {"help", "", "this list", 0, run_help},
    {"ask", " TEXT", "a question, as if it had been spoken", 1, run_ask},
    {"say", " TEXT", "speaks it", 1, run_say},
    {"stats", "", "the last turn by stages, memory, slots, audio", 0, run_stats},
    {"bench", "", "five questions; p50 and p95 of each stage (forgets the conversation)", 1, run_bench},
    {"time", " [YYYY-MM-DD HH:MM:SS]", "the clock that the tools use, local", 0, run_time},
    {"slots", "", "the two places for weights", 0, run_slots},
    {"update", " BYTES CRC [force]", "takes an image of weights from send_image", 0, run_update},
    {"version", "", "of the firmware and the weights", 0, run_version},
    {"reset", "", "starts over", 0, run_reset},
};

static void run_help(console *c, char *rest) {
    (void)c;
    (void)rest;
    for (size_t i = 0; i < sizeof COMMAND / sizeof *COMMAND; i++) print_line("%s%s: %s\n", COMMAND[i].name, COMMAND[i].usage, COMMAND[i].what);
    print_text("ctrl-C ends a reply\n");
}

void console_command(console *c, char *text) {
    char *name = skip_blanks(text), *rest = name;
    while (*rest && *rest != ' ') rest++;
    if (*rest) *rest++ = 0;
    rest = skip_blanks(rest);
    if (!*name) return;
    for (size_t i = 0; i < sizeof COMMAND / sizeof *COMMAND; i++) {
        if (strcmp(name, COMMAND[i].name) != 0) continue;
        if (COMMAND[i].needs_voice && !c->speaks)
            print_line("%s: no weights are in use; send some with update\n", name);
        else
            COMMAND[i].run(c, rest);
        return;
    }
    print_line("%s: no such command; help lists them\n", name);
}
