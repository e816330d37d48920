/* live: see live.h. Sound comes from and goes into the board's rings, so a unit of work may take as long as they are deep (README.md). */
#include "firmware/live.h"
#include "firmware/board.h"

enum { REMINDER = 160 };

void live_start(live *l, voice *v) {
    *l = (live){.voice = v, .sound = board_audio_start() == 0};
}

static void hear(live *l) {
    int16_t pcm[VOICE_BLOCK];
    size_t n;
    while (l->sound && (n = board_microphone(pcm, VOICE_BLOCK)) > 0) l->refused += n - sotto_push_audio(l->voice->runtime, pcm, n);
}

/* Without a loudspeaker what is said is gone at once. */
static void speak(live *l) {
    for (;;) {
        if (l->at == l->count) {
            l->count = sotto_pull_audio(l->voice->runtime, l->held, VOICE_BLOCK);
            l->at = 0;
        }
        size_t taken = l->sound ? board_loudspeaker(l->held + l->at, l->count - l->at) : l->count;
        l->at += taken;
        if (taken == 0) return;
    }
}

/* Timers and alarms of the tools. */
static void remind(live *l) {
    char text[REMINDER];
    if (sotto_state(l->voice->runtime) == SOTTO_IDLE && tools_poll(&l->voice->tools, text, sizeof text)) sotto_say(l->voice->runtime, text);
}

int live_step(live *l) {
    hear(l);
    remind(l);
    int more = sotto_step(l->voice->runtime, 1) == SOTTO_AGAIN;
    voice_events(l->voice);
    speak(l);
    return more;
}
