/* voice: see voice.h. The same steps as the command's loop (platform/host/loop.c), so the same samples give the same answer. */
#include "firmware/voice.h"
#include "firmware/board.h"
#include "firmware/print.h"
#include "runtime/base/crc32.h"
#include "runtime/base/fmt.h"
#include <string.h>

static const char *const NAME[IMAGE_MODELS] = {"asr.gguf", "llm.gguf", "g2p.gguf", "tts.gguf", "vocoder.gguf"};

uint64_t voice_now(void *user) {
    const voice *v = user;
    return board_now() + v->ahead;
}

static int voice_tool(void *user, const sotto_call *call, char *result, size_t cap) {
    voice *v = user;
    return tools_run(&v->tools, call, result, cap);
}

static void voice_log(void *user, const char *line) {
    (void)user;
    print_line("sotto: %s\n", line);
}

int64_t voice_time(const voice *v) {
    int64_t up = (int64_t)(board_now() / 1000000000u), known = board_unix_time();
    return v->unix_zero ? v->unix_zero + up : known < 0 ? up : known;
}

void voice_set_time(voice *v, int64_t unix_seconds) {
    int64_t before = voice_time(v);
    v->unix_zero = unix_seconds - (int64_t)(board_now() / 1000000000u);
    tools_clock_moved(&v->tools, unix_seconds - before);
}

static int64_t voice_unix_now(void *user) {
    return voice_time(user);
}

static void voice_show_put(void *user, const char *bytes, size_t count) {
    (void)user;
    board_put(bytes, count);
}

static int refuse(char *why, const char *reason) {
    fmt_put(why, VOICE_WHY, "%s", reason);
    return -1;
}

static int open_models(voice *v, const image *weights, char *why) {
    const sotto_model **slot[IMAGE_MODELS] = {&v->config.asr, &v->config.llm, &v->config.g2p, &v->config.tts, &v->config.vocoder};
    for (int i = 0; i < IMAGE_MODELS; i++) {
        sotto_model *m = &v->model[i];
        if (sotto_model_open(m, NAME[i], weights->model[i], weights->header->model[i].bytes) != SOTTO_OK) return refuse(why, sotto_model_error(m));
        *slot[i] = m;
    }
    return 0;
}

static int start(voice *v, char *why) {
    board_region arena = board_arena();
    if (sotto_plan(&v->config, &v->memory) != SOTTO_OK) return refuse(why, v->memory.error);
    if (v->memory.bytes > arena.bytes) {
        fmt_put(why, VOICE_WHY, "the runtime needs %zu bytes, the board's arena has %zu", v->memory.bytes, arena.bytes);
        return -1;
    }
    int code = sotto_init((void *)arena.address, v->memory.bytes, &v->config, &v->runtime);
    return code == SOTTO_OK ? 0 : refuse(why, sotto_strerror(code));
}

int voice_open(voice *v, const image *weights, char *why) {
    sotto_config_default(&v->config);
    if (open_models(v, weights, why) != 0) return -1;
    v->show.put = voice_show_put;
    v->show.unit = board_time_unit;
    v->config.hooks = (sotto_hooks){.now = voice_now, .tool = voice_tool, .log = voice_log, .user = v};
    tools_init(&v->tools, board_now());
    v->tools.unix_now = voice_unix_now;
    v->tools.user = v;
    return start(v, why);
}

static void turn_done(voice *v, const sotto_event *e) {
    sotto_statistics s;
    v->turns++;
    v->reply_crc = crc32_of(e->text, strlen(e->text));
    if (v->quiet) return;
    sotto_stats(v->runtime, &s);
    print_line("times in %s\n", board_time_unit);
    show_text_stages(&v->show, &s, v->config.budget_ns);
}

void voice_events(voice *v) {
    sotto_event e;
    while (sotto_next_event(v->runtime, &e) == SOTTO_OK) {
        int piece = e.type == SOTTO_EV_REPLY || e.type == SOTTO_EV_WORD;
        if (!v->quiet && (v->tokens || !piece)) show_text_event(&v->show, &e);
        if (e.type == SOTTO_EV_TURN_DONE) turn_done(v, &e);
    }
}

static void hand_out(voice *v) {
    int16_t pcm[VOICE_BLOCK];
    size_t n;
    while ((n = sotto_pull_audio(v->runtime, pcm, VOICE_BLOCK)) > 0) {
        if (v->play) v->play(v->user, pcm, n);
    }
}

void voice_run(voice *v) {
    int more;
    do {
        more = sotto_step(v->runtime, 1) == SOTTO_AGAIN;
        voice_events(v);
        hand_out(v);
    } while (more);
}
