/* sound: see sound.h. */
#include "firmware/boards/mps/sound.h"
#include "firmware/board.h"
#include "runtime/sotto.h"
#include <string.h>

typedef struct sound {
    int open, writes, started, over;
    wav_in in;
    wav_out out;
    uint64_t start;      /* ns when the first sample was at the microphone */
    uint64_t heard;      /* samples of the microphone that were read or lost */
    uint64_t play_start; /* ns when the loudspeaker began to play what it has */
    uint64_t given;      /* samples since then */
    uint32_t lost;
} sound;

static sound the_sound;

int sound_open(const char *in, const char *out, char *why) {
    sound *s = &the_sound;
    *s = (sound){.writes = out != NULL};
    if (wav_in_open(&s->in, in, why) != 0 || (out && wav_out_open(&s->out, out, why) != 0)) return -1;
    s->open = 1;
    return 0;
}

uint64_t sound_heard(void) {
    return the_sound.heard;
}

int sound_over(void) {
    return the_sound.over;
}

int sound_close(void) {
    sound *s = &the_sound;
    s->open = 0;
    wav_in_close(&s->in);
    return s->writes ? wav_out_close(&s->out) : 0;
}

static uint64_t samples_since(uint64_t moment) {
    return (board_now() - moment) / 1000 * SOTTO_RATE / 1000000;
}

static void read_file(sound *s, int16_t *samples, size_t count) {
    size_t n = s->over ? 0 : wav_in_read(&s->in, samples, count);
    if (n == count) return;
    s->over = 1;
    memset(samples + n, 0, 2 * (count - n));
}

/* The ring was full: its oldest samples are gone. */
static void lose(sound *s, uint64_t count) {
    int16_t gone[64];
    s->lost += (uint32_t)count;
    s->heard += count;
    for (; count > 0; count -= count < 64 ? count : 64) read_file(s, gone, count < 64 ? (size_t)count : 64);
}

int board_audio_start(void) {
    the_sound.start = board_now();
    the_sound.started = the_sound.open;
    return the_sound.open ? 0 : -1;
}

size_t board_microphone(int16_t *samples, size_t most) {
    sound *s = &the_sound;
    if (!s->started) return 0;
    uint64_t came = samples_since(s->start) - s->heard;
    if (came > SOUND_RING) lose(s, came - SOUND_RING);
    if (came > SOUND_RING) came = SOUND_RING;
    size_t n = came < most ? (size_t)came : most;
    read_file(s, samples, n);
    s->heard += n;
    return n;
}

static uint64_t level(const sound *s) {
    uint64_t played = samples_since(s->play_start);
    return played < s->given ? s->given - played : 0;
}

int sound_quiet(void) {
    return level(&the_sound) == 0;
}

size_t board_loudspeaker(const int16_t *samples, size_t count) {
    sound *s = &the_sound;
    uint64_t ahead = level(s);
    if (ahead == 0) {
        s->play_start = board_now();
        s->given = 0;
    }
    size_t n = count < SOUND_RING - ahead ? count : (size_t)(SOUND_RING - ahead);
    if (s->writes && n) wav_out_write(&s->out, samples, n);
    s->given += n;
    return n;
}

uint32_t board_audio_lost(void) {
    return the_sound.lost;
}

/* Without sound the console is all there is: its UART holds one byte, so it must not be slept through. */
void board_wait(void) {
    if (the_sound.open) __asm__ volatile("wfi");
}
