/* run: see run.h. Drives the runtime as the command's loop does (platform/host/loop.c): 10 ms of sound, then all the work there is.
 *
 * The runtime's clock runs with the computing and jumps ahead to when a sample would have come from a microphone, never back. With --live it does not
 * jump: the sound comes and goes as through a board's DMA (boards/mps/sound.h), and a core that is too slow loses some.
 */
#include "firmware/run.h"
#include "firmware/board.h"
#include "firmware/boards/mps/sound.h"
#include "firmware/live.h"
#include "firmware/print.h"
#include "firmware/wav.h"
#include <string.h>

enum { WORDS = 16, PATIENCE = 10 }; /* PATIENCE: seconds of silence in which a reply must have begun */

typedef struct run_options {
    const char *in, *out;
    int events, live;
    unsigned shift;
} run_options;

typedef struct word_list {
    char *word[WORDS];
    int count;
} word_list;

static void cut_words(word_list *w, char *line) {
    w->count = 0;
    for (char *p = line; *p && w->count < WORDS;) {
        while (*p == ' ') *p++ = 0;
        if (*p) w->word[w->count++] = p;
        while (*p && *p != ' ') p++;
    }
}

/* 0, or 2 after a line that says what is wrong. */
static int parse(run_options *o, const word_list *w) {
    for (int i = 1; i < w->count; i++) {
        const char *name = w->word[i], *value = i + 1 < w->count ? w->word[i + 1] : NULL;
        if (strcmp(name, "--events") == 0) {
            o->events = 1;
        } else if (strcmp(name, "--live") == 0) {
            o->live = 1;
        } else if (value && strcmp(name, "--in") == 0) {
            o->in = w->word[++i];
        } else if (value && strcmp(name, "--out") == 0) {
            o->out = w->word[++i];
        } else if (value && strcmp(name, "--shift") == 0 && value[0] >= '0' && value[0] <= '9' && !value[1]) {
            o->shift = (unsigned)(w->word[++i][0] - '0');
        } else {
            print_line("run: %s: expected --in FILE, --out FILE, --events, --live or --shift 0..9\n", name);
            return 2;
        }
    }
    if (!o->in) print_text("run: expected --in FILE\n");
    return o->in ? 0 : 2;
}

static void play(void *user, const int16_t *samples, size_t count) {
    wav_out_write(user, samples, count);
}

static void wait_until(voice *v, uint64_t moment) {
    uint64_t now = voice_now(v);
    if (moment > now) v->ahead += moment - now;
}

static void feed(voice *v, wav_in *in) {
    int16_t pcm[VOICE_BLOCK];
    size_t n;
    uint64_t moment = voice_now(v), behind = 0;
    while ((n = wav_in_read(in, pcm, VOICE_BLOCK)) > 0) {
        moment += n * 1000000000ull / SOTTO_RATE;
        wait_until(v, moment);
        for (size_t at = 0; at < n; at += sotto_push_audio(v->runtime, pcm + at, n - at)) voice_run(v);
        voice_run(v);
        uint64_t now = voice_now(v);
        if (now > moment && now - moment > behind) behind = now - moment;
        if (sotto_state(v->runtime) == SOTTO_IDLE && now > moment) moment = now; /* the speaker waits for the reply */
    }
    sotto_end_input(v->runtime);
    voice_run(v);
    print_line("behind the microphone: at most %.2f %s\n", (double)behind / 1e6, board_time_unit);
}

static int refuse(const char *why) {
    print_line("run: %s\n", why);
    return 1;
}

static int run_file(voice *v, const run_options *o) {
    char why[WAV_WHY];
    wav_in in;
    wav_out out;
    if (wav_in_open(&in, o->in, why) != 0 || (o->out && wav_out_open(&out, o->out, why) != 0)) return refuse(why);
    if (o->out) {
        v->play = play;
        v->user = &out;
    }
    feed(v, &in);
    wav_in_close(&in);
    if (!o->out) return 0;
    if (wav_out_close(&out) != 0) return refuse("the reply was not written whole");
    print_line("wrote %s: %.2f s\n", o->out, (double)out.samples / SOTTO_RATE);
    return 0;
}

/* 3 when sound was lost: this core is too slow for a live conversation. */
static int run_live(voice *v, const run_options *o) {
    char why[WAV_WHY];
    live l;
    uint64_t quiet_since = 0;
    if (sound_open(o->in, o->out, why) != 0) return refuse(why);
    for (live_start(&l, v); !quiet_since || board_now() - quiet_since < PATIENCE * 1000000000ull;) {
        if (!live_step(&l)) board_wait();
        if (sound_over() && !quiet_since) quiet_since = board_now();
        if (quiet_since && v->turns && sotto_state(v->runtime) == SOTTO_IDLE && sound_quiet()) break;
    }
    uint64_t lost = board_audio_lost() + l.refused;
    print_line("at %.1f M instructions a second: %llu of %llu samples of the microphone were lost\n", 1000.0 / (double)(1u << o->shift),
               (unsigned long long)lost, (unsigned long long)sound_heard());
    if (sound_close() != 0) return refuse("the reply was not written whole");
    return lost ? 3 : 0;
}

int run_command(voice *v, char *line) {
    word_list words;
    run_options o = {0};
    sotto_statistics s;
    cut_words(&words, line);
    if (words.count == 0 || strcmp(words.word[0], "run") != 0) {
        print_line("%s: expected run or fault\n", words.count ? words.word[0] : "no command");
        return 2;
    }
    int code = parse(&o, &words);
    if (code) return code;
    v->tokens = o.events;
    v->show.counts = 1;
    v->show.count_shift = o.shift;
    code = o.live ? run_live(v, &o) : run_file(v, &o);
    sotto_stats(v->runtime, &s);
    show_text_counts(&v->show, &s);
    if (code == 0 && v->turns == 0) print_line("%s: no speech was found\n", o.in);
    return code;
}
