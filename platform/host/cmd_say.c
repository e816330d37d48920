/* sotto say: text to speech, into a WAV file, stdout or the loudspeaker. */
#include "platform/host/args.h"
#include "platform/host/commands.h"
#include "platform/host/lines.h"
#include "platform/host/live.h"
#include "platform/host/loop.h"
#include "platform/host/show.h"
#include <string.h>

typedef struct say_options {
    double speed;
    const char *kernels;
} say_options;

static void say_change(void *user, sotto_config *c) {
    const say_options *o = user;
    if (o->speed > 0) c->speed = (float)o->speed;
    if (o->kernels) c->kernels = o->kernels;
}

static int say_line(void *user, const char *text) {
    return loop_say(user, text);
}

static int say_all(loop *l, const command_line *line) {
    int code = 0;
    if (line->rest_count == 0) return lines_each("say", NULL, say_line, l);
    for (int i = 0; i < line->rest_count && code == 0; i++) code = loop_say(l, line->rest[i]);
    return code;
}

static int say_to_file(loop *l, const command_line *line, const char *path) {
    wav_writer out;
    platform_error e;
    if (wav_create(&out, path, SOTTO_RATE, &e) != 0) return complain(EXIT_FAIL, "%s", e.text);
    l->out = &out;
    int code = say_all(l, line);
    uint64_t samples = out.samples;
    if (wav_finish(&out, &e) != 0 && !l->failed) return complain(EXIT_FAIL, "%s", e.text);
    if (code == 0 && samples == 0) code = complain(EXIT_FAIL, "say: there is nothing in the text that can be spoken");
    return code;
}

int command_say(int argc, char **argv) {
    const char *folder = NULL, *out = NULL, *device = NULL;
    int json = 0, stages = 0;
    say_options o = {0};
    const option_row rows[] = {
        {"--pack", OPTION_TEXT, &folder, "DIR", "model pack"},
        PACK_NO_CHECK_ROW,
        {"--out", OPTION_TEXT, &out, "FILE", "WAV to write (-: stdout); without it the loudspeaker speaks"},
        {"--device", OPTION_TEXT, &device, "NAME", "loudspeaker: an index or a part of its name"},
        {"--speed", OPTION_REAL, &o.speed, "X", "0.5 to 2"},
        {"--kernels", OPTION_TEXT, &o.kernels, "NAME", "kernel table"},
        {"--stages", OPTION_FLAG, &stages, NULL, "stage table after every text"},
        {"--json", OPTION_FLAG, &json, NULL, "one JSON object a text"},
        {0},
    };
    command_line line = {
        .command = "say", .about = "Text to speech. Without TEXT, lines of stdin are spoken.", .operands = "[TEXT ...]", .rows = rows};
    int code = args_parse(&line, argc, argv);
    if (code >= 0) return code;
    if (o.speed != 0 && (o.speed < 0.5 || o.speed > 2)) return complain(EXIT_USAGE, "say: --speed %g: expected 0.5 to 2", o.speed);
    loop l;
    if ((code = loop_open(&l, folder, PACK_SAY, say_change, &o)) != 0) return code;
    int sound_on_stdout = out && strcmp(out, "-") == 0;
    if (json || stages) l.show = (loop_output){.to = sound_on_stdout ? stderr : stdout, .json = json, .quiet = 1, .turns = 1};
    code = out ? say_to_file(&l, &line, out) : live_say(&l, device, line.rest, line.rest_count);
    loop_close(&l);
    return code;
}
