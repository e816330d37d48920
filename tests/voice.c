/* voice: see voice.h. */
#include "tests/voice.h"
#include "platform/posix/wav.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const FILES[5] = {"asr.gguf", "llm.gguf", "g2p.gguf", "tts.gguf", "vocoder.gguf"};
enum { CANARY_BYTES = 256, CANARY = 0xA5 };

/* One microsecond a look: spans are then the number of looks, the same in every run. */
static uint64_t count_now(void *user) {
    voice_pack *p = user;
    return p->ticks += 1000;
}

static int tool_ok(void *user, const sotto_call *call, char *result, size_t cap) {
    (void)user;
    (void)call;
    snprintf(result, cap, "ok");
    return 0;
}

static void *read_file(const char *path, size_t *size) {
    FILE *f = fopen(path, "rb");
    if (!f) return NULL;
    fseek(f, 0, SEEK_END);
    *size = (size_t)ftell(f);
    rewind(f);
    void *bytes = aligned_alloc(64, (*size + 63) / 64 * 64);
    size_t got = fread(bytes, 1, *size, f);
    fclose(f);
    assert(got == *size);
    (void)got;
    return bytes;
}

void voice_open(voice_pack *p) {
    const sotto_model **slot[5] = {&p->config.asr, &p->config.llm, &p->config.g2p, &p->config.tts, &p->config.vocoder};
    memset(p, 0, sizeof *p);
    sotto_config_default(&p->config);
    p->config.hooks = (sotto_hooks){.now = count_now, .tool = tool_ok, .user = p};
    for (int i = 0; i < 5; i++) {
        char path[128];
        size_t size = 0;
        snprintf(path, sizeof path, VOICE_PACK "%s", FILES[i]);
        p->bytes[i] = read_file(path, &size);
        p->size[i] = size;
        if (!p->bytes[i] || sotto_model_open(&p->model[i], FILES[i], p->bytes[i], size) != SOTTO_OK) {
            fprintf(stderr, "%s: %s\n", path, p->bytes[i] ? sotto_model_error(&p->model[i]) : "cannot be read");
            exit(1);
        }
        *slot[i] = &p->model[i];
    }
}

void voice_close(voice_pack *p) {
    for (int i = 0; i < 5; i++) free(p->bytes[i]);
}

typedef struct guard { /* before the block */
    void *whole;
    size_t bytes;
} guard;

sotto *voice_start(const sotto_config *c) {
    sotto_memory_report m;
    sotto *s = NULL;
    if (sotto_plan(c, &m) != SOTTO_OK) {
        fprintf(stderr, "plan: %s\n", m.error);
        return NULL;
    }
    size_t all = (m.bytes + 2 * CANARY_BYTES + 63) / 64 * 64;
    uint8_t *whole = aligned_alloc(64, all);
    memset(whole, CANARY, all);
    if (sotto_init(whole + CANARY_BYTES, m.bytes, c, &s) != SOTTO_OK) return NULL;
    guard g = {whole, m.bytes};
    memcpy(whole + 64, &g, sizeof g);
    return s;
}

void voice_end(sotto *s) {
    guard g;
    uint8_t *block = (uint8_t *)s;
    memcpy(&g, block - CANARY_BYTES + 64, sizeof g);
    for (size_t i = 64 + sizeof g; i < CANARY_BYTES; i++) assert(block[(long)i - CANARY_BYTES] == CANARY);
    for (size_t i = 0; i < CANARY_BYTES; i++) assert(block[g.bytes + i] == CANARY);
    free(g.whole);
}

static void note(voice_record *r, const sotto_event *e) {
    if (e->type != SOTTO_EV_INTENT && e->type != SOTTO_EV_FINAL && e->type != SOTTO_EV_TOOL_CALL && e->type != SOTTO_EV_TOOL_RESULT &&
        e->type != SOTTO_EV_TURN_DONE)
        return;
    r->len += (size_t)snprintf(r->text + r->len, VOICE_TEXT - r->len, "%d %s\n", (int)e->type, e->text);
    r->turns += e->type == SOTTO_EV_TURN_DONE;
}

void voice_run(sotto *s, voice_record *r) {
    sotto_event e;
    int more;
    do {
        more = sotto_step(s, 1) == SOTTO_AGAIN;
        while (sotto_next_event(s, &e) == SOTTO_OK) note(r, &e);
        r->samples += sotto_pull_audio(s, r->pcm + r->samples, VOICE_SAMPLES - r->samples);
    } while (more);
}

void voice_hear(sotto *s, voice_record *r, const int16_t *samples, size_t n, size_t chunk) {
    for (size_t at = 0; at < n;) {
        size_t want = n - at < chunk ? n - at : chunk;
        at += sotto_push_audio(s, samples + at, want);
        voice_run(s, r);
    }
    sotto_end_input(s);
    voice_run(s, r);
}

size_t voice_read(const char *path, int16_t *samples, size_t room) {
    wav_reader w;
    platform_error e;
    if (wav_open(&w, path, SOTTO_RATE, &e) != 0) return 0;
    long n = wav_read_int16(&w, samples, room, &e);
    wav_close(&w);
    return n > 0 ? (size_t)n : 0;
}
