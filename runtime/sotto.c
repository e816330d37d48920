/* sotto: composition. Plan and init run the same layout over two arenas, one for what lives on and one for the scratch that
 * stages take in turns; the block is the first, then the second.
 */
#include "runtime/internal.h"
#include "runtime/model.h"
#include "runtime/own_tools.h"
#include <string.h>

typedef struct layout { /* what every stage's layout is given */
    arena kept, scratch;
    const sotto_config *c;
    const kernels *k;
    sotto_memory_report *report;
    sotto_error err;
} layout;

static size_t layout_since(const layout *l, size_t before) {
    return l->kept.used - before;
}

/* One stage at a time: bind, take memory, take scratch and hand it back. */
static int layout_asr(layout *l, asr *x) {
    size_t before = l->kept.used, mark = arena_mark(&l->scratch);
    if (!l->c->asr) return 0;
    const gguf *file = model_file(l->c->asr, &l->err, "asr");
    if (!file || asr_bind(x, file, &l->err) != 0 || model_sound(file, &l->err) != 0) return l->err.code;
    asr_limits limits = {
        .k = l->k, .max_text = l->c->max_text, .beam = l->c->beam, .commands = command_graph(l->c), .max_frames = command_frames(l->c)};
    if (limits.commands && x->shape.classes != MATCH_CLASSES)
        return error_set(&l->err, ERR_MODEL, "%s: %u classes, a grammar expects %d", file->name, (unsigned)x->shape.classes, MATCH_CLASSES);
    asr_layout(x, &l->kept, &limits);
    asr_scratch(x, &l->scratch);
    arena_rewind(&l->scratch, mark);
    l->report->asr = layout_since(l, before);
    l->report->weights += file->size;
    return 0;
}

/* A plan has no memory to keep the header in, but it has the bytes of it. */
static char *layout_header(layout *l, char *text, size_t cap) {
    size_t bytes = own_tools_header(l->c, text, cap);
    char *kept = bytes ? ARENA_ARRAY(&l->kept, char, bytes + 1) : NULL;
    if (kept) memcpy(kept, text, bytes + 1);
    return !bytes ? NULL : kept ? kept : text;
}

static int layout_llm(layout *l, llm *x, const tool_set *tools) {
    size_t before = l->kept.used, mark = arena_mark(&l->scratch);
    const sotto_config *c = l->c;
    char header[OWN_HEADER_MAX + 1];
    if (!c->llm) return 0;
    const gguf *file = model_file(c->llm, &l->err, "llm");
    if (!file || llm_bind(x, file, &l->err) != 0) return l->err.code;
    llm_limits limits = {.k = l->k,
                         .window = c->llm_window,
                         .sinks = c->llm_sinks,
                         .batch = c->llm_batch,
                         .kv = (enum kv_kind)c->llm_kv,
                         .max_text = c->max_text,
                         .max_reply = c->max_reply,
                         .temperature = c->temperature,
                         .top_k = c->top_k,
                         .top_p = c->top_p,
                         .min_p = c->min_p,
                         .repeat = c->repeat_penalty,
                         .seed = c->seed,
                         .constrain = c->constrain,
                         .tools = *tools,
                         .header = layout_header(l, header, sizeof header),
                         .ahead = c->llm_ahead,
                         .lookup = c->lookup < c->llm_batch ? c->lookup : c->llm_batch - 1,
                         .snapshot = c->snapshot != 0};
    if (adapter_limits(c, file, &limits, &l->err) != 0 || own_tools_fit(c, x, header, &l->err) != 0) return l->err.code;
    llm_layout(x, &l->kept, &limits);
    llm_scratch(x, &l->scratch);
    arena_rewind(&l->scratch, mark);
    l->report->llm = layout_since(l, before);
    l->report->weights += file->size;
    return 0;
}

static int layout_speech(layout *l, speech *x) {
    size_t before = l->kept.used, mark = arena_mark(&l->scratch);
    const sotto_config *c = l->c;
    if (!c->tts) return 0;
    const gguf *words = model_file(c->g2p, &l->err, "g2p"), *tts = words ? model_file(c->tts, &l->err, "tts") : NULL;
    const gguf *sound = tts ? model_file(c->vocoder, &l->err, "vocoder") : NULL;
    if (!sound || speech_bind(x, words, tts, sound, &l->err) != 0) return l->err.code;
    if (model_sound(tts, &l->err) != 0 || model_sound(sound, &l->err) != 0) return l->err.code;
    if (x->sound.hop != HOP)
        return error_set(&l->err, ERR_MODEL, "%s: key sotto.vocoder.hop: is %u, expected %d", sound->name, (unsigned)x->sound.hop, HOP);
    sotto_style style = style_of(c);
    if (style_named(&style, c->voice_name, tts, &l->err) != 0 || style_voice(&style, x, tts->name, &l->err) != 0) return l->err.code;
    speech_limits limits = {.k = l->k, .max_text = c->max_text, .manner = style_manner(&style), .captions = c->captions != 0};
    speech_layout(x, &l->kept, &limits);
    speech_scratch(x, &l->scratch);
    if (phonemes_override(&x->reader, c->lexicon_name ? c->lexicon_name : "lexicon", c->lexicon, c->lexicon_size, &l->err) != 0) return l->err.code;
    arena_rewind(&l->scratch, mark);
    l->report->tts = layout_since(l, before);
    l->report->weights += words->size + tts->size + sound->size;
    return 0;
}

static void layout_audio(layout *l, listen_desk *d) {
    size_t before = l->kept.used;
    if (l->c->asr) listen_layout(d, &l->kept, l->c);
    l->report->audio = layout_since(l, before);
}

/* Queues, text and the clock. */
static void layout_runtime(layout *l, event_queue *q, turn_clock *t, command_desk *d, remote_desk *far, replies_desk *kept, ring *out,
                           prompts *sounds, char **text) {
    const sotto_config *c = l->c;
    command_layout(d, &l->kept, c);
    remote_layout(far, &l->kept, c);
    replies_layout(kept, &l->kept, c);
    event_layout(q, &l->kept, c->max_text);
    spans_layout(t, &l->kept);
    text[0] = ARENA_ARRAY(&l->kept, char, c->max_text);
    text[1] = ARENA_ARRAY(&l->kept, char, c->max_text);
    prompts_layout(sounds, &l->kept, c->tts ? c->prompt_ms : 0);
    ring_init(out, ARENA_ARRAY(&l->kept, int16_t, c->output_samples), c->output_samples, sizeof(int16_t));
}

static int layout_begin(layout *l, const sotto_config *c, sotto_memory_report *report) {
    memset(report, 0, sizeof *report);
    l->c = c;
    l->report = report;
    l->err = (sotto_error){0};
    l->k = NULL;
    if (config_check(c, &l->err) != 0) return l->err.code;
    l->k = kernels_select(c->kernels);
    return 0;
}

static void layout_end(layout *l, size_t stages) {
    sotto_memory_report *r = l->report;
    r->shared = l->scratch.peak;
    r->runtime = l->kept.used - stages;
    r->bytes = l->kept.used + l->scratch.peak;
}

/* A plan has nowhere but the stack for a stage while it is sized: one at a time, each in a frame of its own. */
__attribute__((noinline)) static int plan_asr(layout *l) {
    asr x;
    return layout_asr(l, &x);
}

__attribute__((noinline)) static int plan_llm(layout *l) {
    llm x;
    tool_set own = {own_tools_layout(&l->kept, l->c), l->c->tool_count, l->c->tools_only != 0};
    return layout_llm(l, &x, &own);
}

__attribute__((noinline)) static int plan_speech(layout *l) {
    speech x;
    return layout_speech(l, &x);
}

__attribute__((noinline)) static void plan_rest(layout *l) {
    listen_desk d;
    event_queue q;
    turn_clock t;
    command_desk command;
    remote_desk far;
    replies_desk kept;
    ring out;
    prompts sounds;
    char *text[2];
    layout_audio(l, &d);
    layout_runtime(l, &q, &t, &command, &far, &kept, &out, &sounds, text);
}

int sotto_plan(const sotto_config *c, sotto_memory_report *report) {
    layout l;
    if (!c || !report) return SOTTO_EARG;
    int code = layout_begin(&l, c, report);
    arena_begin(&l.kept, NULL, 0);
    arena_begin(&l.scratch, NULL, 0);
    if (code == 0) {
        arena_take(&l.kept, 1, sizeof(sotto));
        code = plan_asr(&l);
    }
    if (code == 0) code = plan_llm(&l);
    if (code == 0) code = plan_speech(&l);
    if (code == 0) plan_rest(&l);
    if (code == 0 && (l.kept.failed || l.scratch.failed)) code = error_set(&l.err, ERR_MEM, "plan: the sizes overflow (expected smaller limits)");
    if (code == 0) {
        layout_end(&l, report->asr + report->llm + report->tts + report->audio);
        return SOTTO_OK;
    }
    memset(report, 0, sizeof *report);
    memcpy(report->error, l.err.text, sizeof report->error);
    return code;
}

static int build(layout *l, sotto *s) {
    char *text[2];
    int code = layout_asr(l, &s->listen.ear);
    s->think.tools = (tool_set){own_tools_layout(&l->kept, l->c), l->c->tool_count, l->c->tools_only != 0};
    if (code == 0) code = layout_llm(l, &s->think.mind, &s->think.tools);
    if (code == 0) code = layout_speech(l, &s->speak.voice);
    if (code != 0) return code;
    layout_audio(l, &s->listen);
    layout_runtime(l, &s->events, &s->clock, &s->command, &s->remote, &s->replies, &s->speak.out, &s->speak.kept, text);
    s->reply = text[0];
    s->last_reply = text[1];
    return l->kept.failed || l->scratch.failed ? ERR_MEM : 0;
}

int sotto_init(void *block, size_t bytes, const sotto_config *c, sotto **out) {
    sotto_memory_report planned, built;
    layout l;
    if (!block || !c || !out || !c->hooks.now) return SOTTO_EARG;
    int code = sotto_plan(c, &planned);
    if (code != SOTTO_OK) return code;
    if (bytes < planned.bytes || (uintptr_t)block % SOTTO_ALIGN) return SOTTO_EMEM;
    size_t kept = planned.bytes - planned.shared;
    layout_begin(&l, c, &built);
    arena_begin(&l.kept, block, kept);
    arena_begin(&l.scratch, (uint8_t *)block + kept, planned.shared);
    sotto *s = arena_take(&l.kept, 1, sizeof(sotto));
    code = build(&l, s);
    if (code != 0) return code;
    s->config = *c;
    s->k = l.k;
    s->memory = planned;
    s->listen.present = c->asr != NULL;
    s->think.local = c->llm != NULL;
    s->think.present = s->think.local || c->hooks.remote;
    s->speak.present = c->tts != NULL;
    if (s->speak.present) s->config.voice = s->speak.voice.manner.style.voice; /* that voice_name asked for */
    sotto_reset(s);
    if (s->think.local && !llm_header_fits(&s->think.mind)) { /* a plan cannot count tokens: it took two bytes for one */
        if (c->hooks.log) c->hooks.log(c->hooks.user, "config.tools: names that leave less than 32 rows of the cache: expected a larger llm_window");
        return SOTTO_EARG;
    }
    *out = s;
    return SOTTO_OK;
}
