/* pack_check: does a recogniser still recognise? One short sound of the pack through a runtime of its own, held against the words it must give.
 * A file can have all its bytes and still be of no use: exported from the wrong checkpoint, for another tokenizer, or made for another front-end.
 * Costs the sound's length times the real-time factor (2 s of sound: about 15 ms). */
#include "platform/host/eval_noise.h"
#include "platform/host/eval_score.h"
#include "platform/host/pack.h"
#include <stdlib.h>
#include <string.h>

static uint64_t check_now(void *user) {
    (void)user;
    return platform_now();
}

static void take_finals(sotto *s, char *heard, size_t room) {
    sotto_event e;
    while (sotto_next_event(s, &e) == SOTTO_OK) {
        size_t n = strlen(heard);
        if (e.type == SOTTO_EV_FINAL && e.text[0]) snprintf(heard + n, room - n, "%s%s", n ? " " : "", e.text);
    }
}

static void run_out(sotto *s, char *heard, size_t room) {
    while (sotto_step(s, 1) == SOTTO_AGAIN) take_finals(s, heard, room);
    take_finals(s, heard, room);
}

static void hear_all(sotto *s, const clip *sound, char *heard, size_t room) {
    for (size_t at = 0; at < sound->n;) {
        at += sotto_push_audio(s, sound->pcm + at, sound->n - at);
        run_out(s, heard, room);
    }
    sotto_end_input(s);
    run_out(s, heard, room);
}

static int hear_with(const sotto_model *asr, const clip *sound, char *heard, size_t room, platform_error *e) {
    sotto_config c;
    sotto_memory_report m;
    sotto *s;
    sotto_config_default(&c);
    c.asr = asr;
    c.hooks.now = check_now;
    if (sotto_plan(&c, &m) != SOTTO_OK) return platform_fail(e, "%s", m.error);
    void *block = aligned_alloc(SOTTO_ALIGN, (m.bytes + SOTTO_ALIGN - 1) / SOTTO_ALIGN * SOTTO_ALIGN);
    if (!block) return platform_fail(e, "self-check: %zu bytes: out of memory", m.bytes);
    int code = sotto_init(block, m.bytes, &c, &s);
    if (code == SOTTO_OK) hear_all(s, sound, heard, room);
    free(block);
    return code == SOTTO_OK ? 0 : platform_fail(e, "self-check: %s", sotto_strerror(code));
}

int pack_check_asr(const sotto_model *asr, const char *file, const char *sound, const pack_trial *trial, platform_error *e) {
    clip c;
    score x = {0};
    char heard[1024] = "";
    if (clip_read(&c, sound, 0, e) != 0) return -1;
    int code = hear_with(asr, &c, heard, sizeof heard, e);
    clip_free(&c);
    if (code) return -1;
    if (score_texts(&x, trial->words, heard, NULL) != 0) return platform_fail(e, "self-check: out of memory");
    if (x.word_errors <= trial->errors) return 0;
    return platform_fail(e, "%s fails its self-check: heard \"%.60s\" in %s, expected \"%.60s\"", file, heard, trial->file, trial->words);
}
