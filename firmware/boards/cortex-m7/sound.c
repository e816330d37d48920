/* sound: see sound.h. The rings' samples lie in section .sound, memory that is large and need not be fast. */
#include "firmware/boards/cortex-m7/sound.h"
#include "firmware/board.h"
#include "runtime/base/ring.h"
#include <string.h>

static int16_t heard_store[SOUND_RING] __attribute__((section(".sound"), aligned(32)));
static int16_t play_store[SOUND_RING] __attribute__((section(".sound"), aligned(32)));
static ring heard, play;
static volatile uint32_t lost;

void sound_start(void) {
    ring_init(&heard, heard_store, SOUND_RING, sizeof(int16_t));
    ring_init(&play, play_store, SOUND_RING, sizeof(int16_t));
}

void sound_heard(const int16_t *samples, size_t count) {
    lost += (uint32_t)count - ring_write(&heard, samples, (uint32_t)count);
}

/* A block that is partly there is the end of a reply, or a gap in it: the runtime counts gaps itself (underruns). */
void sound_play(int16_t *samples, size_t count) {
    uint32_t n = ring_read(&play, samples, (uint32_t)count);
    memset(samples + n, 0, (count - n) * sizeof *samples);
}

size_t board_microphone(int16_t *samples, size_t most) {
    return ring_read(&heard, samples, (uint32_t)most);
}

/* Only 200 ms ahead, more than a unit of work while speaking takes: what is interrupted shall be silent soon; the runtime's own ring holds the rest. */
size_t board_loudspeaker(const int16_t *samples, size_t count) {
    enum { AHEAD = 20 * SOUND_BLOCK };
    uint32_t waiting = ring_ready(&play);
    if (waiting >= AHEAD) return 0;
    return ring_write(&play, samples, (uint32_t)(count < AHEAD - waiting ? count : AHEAD - waiting));
}

uint32_t board_audio_lost(void) {
    return lost;
}
