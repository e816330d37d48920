/* sotto say: text to speech, into a WAV file, stdout or the loudspeaker. */
#include "platform/host/args.h"
#include "platform/host/captions_file.h"
#include "platform/host/commands.h"
#include "platform/host/lines.h"
#include "platform/host/live.h"
#include "platform/host/loop.h"
#include "platform/host/show.h"
#include "platform/host/style_args.h"
#include <stdlib.h>
#include <string.h>

enum { SAY_MARKUP = 4096 /* bytes of an SSML document, its NUL counted */ };

typedef struct say_options {
    style_args style;
    const char *kernels;
    int captions;
    char *document; /* read from stdin; NULL: none */
    int markup;     /* there is SSML among the texts */
} say_options;

typedef struct say_words { /* what is done with the times of words */
    loop *l;
    FILE *words;         /* a line each; NULL: none */
    captions_file *file; /* NULL: none */
    uint64_t since_ms;   /* where this reply begins in the sound */
} say_words;

static void say_change(void *user, sotto_config *c) {
    const say_options *o = user;
    style_args_use(&o->style, c);
    if (o->kernels) c->kernels = o->kernels;
    c->captions = o->captions != 0;
    if (o->markup) c->max_text = SAY_MARKUP;
}

static void say_seen(void *user, const sotto_event *e) {
    say_words *w = user;
    sotto_statistics s;
    if (e->type == SOTTO_EV_TURN_DONE) {
        sotto_stats(w->l->voice, &s);
        w->since_ms = s.samples_out * 1000 / SOTTO_RATE;
    }
    if (e->type != SOTTO_EV_WORD_END) return;
    uint64_t begin = w->since_ms + e->words[0].begin_ms, end = w->since_ms + e->words[0].end_ms;
    if (w->words) fprintf(w->words, "%8.3f %8.3f  %s\n", (double)begin / 1e3, (double)end / 1e3, e->text);
    if (w->file) captions_word(w->file, e->text, begin, end);
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

static void say_close(say_options *o) {
    style_args_close(&o->style);
    free(o->document);
    o->document = NULL;
}

/* Reads what the options name. With --ssml all of stdin is one text. -1 to go on, else the exit code. */
static int say_open(say_options *o, command_line *line) {
    int code = style_args_open(&o->style, "say");
    if (code >= 0) return code;
    o->markup = o->style.ssml;
    for (int i = 0; i < line->rest_count; i++) o->markup |= loop_is_markup(line->rest[i]);
    if (line->rest_count > 0 || !o->style.ssml) return -1;
    if (!(o->document = lines_all("say"))) {
        say_close(o);
        return EXIT_FAIL;
    }
    line->rest = &o->document;
    line->rest_count = 1;
    return -1;
}

int command_say(int argc, char **argv) {
    const char *folder = NULL, *out = NULL, *device = NULL, *captions = NULL;
    int json = 0, stages = 0, words = 0;
    say_options o = {.style = STYLE_ARGS};
    const option_row rows[] = {
        {"--pack", OPTION_TEXT, &folder, "DIR", "model pack"},
        PACK_NO_CHECK_ROW,
        {"--out", OPTION_TEXT, &out, "FILE", "WAV to write (-: stdout); without it the loudspeaker speaks"},
        {"--device", OPTION_TEXT, &device, "NAME", "loudspeaker: an index or a part of its name"},
        STYLE_ROWS(o.style),
        {"--kernels", OPTION_TEXT, &o.kernels, "NAME", "kernel table"},
        {"--words", OPTION_FLAG, &words, NULL, "begin, end (s) and text of every word, as it is spoken"},
        {"--captions", OPTION_TEXT, &captions, "FILE", "WebVTT of the words (SubRip when FILE ends in .srt; -: stdout)"},
        {"--stages", OPTION_FLAG, &stages, NULL, "stage table after every text"},
        {"--json", OPTION_FLAG, &json, NULL, "one JSON object a text"},
        {0},
    };
    command_line line = {.command = "say",
                         .about = "Text to speech. Without TEXT, lines of stdin are spoken (with --ssml all of stdin as one document).",
                         .operands = "[TEXT ...]",
                         .rows = rows};
    int code = args_parse(&line, argc, argv);
    if (code >= 0) return code;
    int sound_on_stdout = out && strcmp(out, "-") == 0;
    if (captions && strcmp(captions, "-") == 0 && (sound_on_stdout || words || json || stages))
        return complain(EXIT_USAGE, "say: --captions -: expected a FILE, since stdout is taken");
    loop l;
    captions_file file;
    o.captions = words || json || captions;
    if ((code = say_open(&o, &line)) >= 0) return code;
    if ((code = loop_open(&l, folder, PACK_SAY, say_change, &o)) != 0) {
        say_close(&o);
        return code;
    }
    if (captions && (code = captions_open(&file, captions)) != 0) {
        loop_close(&l);
        say_close(&o);
        return code;
    }
    say_words told = {.l = &l, .words = words ? (sound_on_stdout ? stderr : stdout) : NULL, .file = captions ? &file : NULL};
    l.seen = say_seen;
    l.seen_user = &told;
    if (json || stages) l.show = (loop_output){.to = sound_on_stdout ? stderr : stdout, .json = json, .quiet = 1, .turns = 1};
    code = out ? say_to_file(&l, &line, out) : live_say(&l, device, line.rest, line.rest_count);
    if (captions && captions_close(&file) != 0) code = EXIT_FAIL;
    loop_close(&l);
    say_close(&o);
    return code;
}
