/* sotto.h: microphone in, spoken reply out, in one block of memory that the caller owns.
 *
 *     sotto_config c;  sotto_config_default(&c);
 *     sotto_model_open(&asr, "asr.gguf", bytes, size);  c.asr = &asr;  ...
 *     sotto_plan(&c, &memory);                     how many bytes
 *     sotto_init(block, memory.bytes, &c, &s);     nothing is allocated, now or later; nothing to free
 *     for (;;) {
 *         sotto_push_audio(s, microphone, n);      as samples come
 *         while (sotto_step(s, 1) == SOTTO_AGAIN)  one unit of work: an encoder chunk, a token, a group of frames
 *             sotto_pull_audio(s, speaker, n);
 *         while (sotto_next_event(s, &event) == SOTTO_OK) ...
 *     }
 *
 * No call blocks, allocates or uses a global. One runtime is used by one thread at a time; different runtimes are independent.
 * Audio is 16 kHz mono int16. Text is UTF-8. Times are nanoseconds on the clock given in hooks.now.
 * Functions return SOTTO_OK, a negative error (outputs untouched) or SOTTO_AGAIN; push and pull return counts.
 */
#ifndef SOTTO_H
#define SOTTO_H
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SOTTO_VERSION "0.1.0"

enum { SOTTO_RATE = 16000, SOTTO_ALIGN = 64, SOTTO_TOOL_ARGS = 8 };

typedef enum sotto_result {
    SOTTO_OK = 0,
    SOTTO_AGAIN = 1,   /* more to do, or nothing there yet */
    SOTTO_EARG = -1,   /* an argument is out of its documented range */
    SOTTO_EMODEL = -2, /* a model file is broken or does not fit */
    SOTTO_EMEM = -3,   /* the block is smaller than the plan, or not aligned */
    SOTTO_ESTATE = -4  /* not possible in this state, or that stage is absent */
} sotto_result;

typedef struct sotto sotto; /* a runtime, somewhere in the caller's block */

/* A validated model file. The caller owns it and the file's bytes; both outlive every runtime made from them. */
typedef struct sotto_model {
    uint64_t opaque[64];
} sotto_model;

/* A compiled command grammar. The caller owns it, its text and its block; all outlive every runtime that hears by it. */
typedef struct sotto_grammar {
    uint64_t opaque[512];
} sotto_grammar;

/* A checked low-rank adapter (LoRA) for one language model. The caller owns it and the file's bytes; they and that model outlive every runtime that
 * speaks with it. */
typedef struct sotto_adapter {
    uint64_t opaque[64];
} sotto_adapter;

/* ---- what the platform does for the runtime ---- */

typedef struct sotto_tool_arg {
    const char *key, *value;
} sotto_tool_arg;

typedef struct sotto_call { /* a tool call of the language model, checked against the tool table, or of a grammar */
    const char *name;
    int count;
    sotto_tool_arg arg[SOTTO_TOOL_ARGS];
} sotto_call;

typedef enum sotto_remote_kind {
    SOTTO_REMOTE_WAIT,  /* nothing came since the last poll */
    SOTTO_REMOTE_BEGUN, /* the first byte of an answer came */
    SOTTO_REMOTE_PIECE, /* text: more of the reply, whole characters without control bytes; tokens: the pieces it came in */
    SOTTO_REMOTE_CALL,  /* text: a tool call as the turn format writes it; polls wait until `result` is given */
    SOTTO_REMOTE_DONE,  /* the reply is complete */
    SOTTO_REMOTE_FAILED /* text: one line: what, where, and what was expected */
} sotto_remote_kind;

typedef struct sotto_remote_news {
    sotto_remote_kind kind;
    const char *text; /* valid until the next poll, never NULL */
    uint32_t tokens;
} sotto_remote_news;

/* A language model elsewhere: the platform asks it, the runtime polls while a turn waits for it. Nothing may block. */
typedef struct sotto_remote {
    int (*begin)(void *user, const char *text);       /* a turn; 0, or non-zero when it cannot even be asked */
    void (*poll)(void *user, sotto_remote_news *out); /* the next news */
    void (*result)(void *user, const char *text);     /* of the call that was polled; begins with "error" when it could not be done */
    void (*cancel)(void *user);                       /* no more news of this turn are wanted */
    void (*end)(void *user, const char *reply);       /* the turn is over, and this was said (also by the local model); NULL: forget all turns */
    void *user;
} sotto_remote;

typedef struct sotto_hooks {
    uint64_t (*now)(void *user); /* monotonic nanoseconds; required */
    /* Runs a tool: writes a short speakable result (NUL-terminated, at most cap bytes) and returns 0, or non-zero for a call
     * that cannot be done (the reply is then an apology). NULL: every call is answered by the apology. */
    int (*tool)(void *user, const sotto_call *call, char *result, size_t cap);
    void (*log)(void *user, const char *line); /* one line for each tool call or remote answer that failed; may be NULL */
    void *user;
    /* NULL: the local model answers. Else this one does, and the local one (config.llm; NULL: the apology) when it fails. */
    const sotto_remote *remote;
} sotto_hooks;

/* ---- stage clock: the spans of a turn ---- */

typedef enum sotto_span_id {
    SOTTO_CAPTURE,         /* first to last speech sample */
    SOTTO_ENDPOINT,        /* last speech sample -> the turn is judged over */
    SOTTO_ASR_FINALIZE,    /* turn over -> final transcript */
    SOTTO_GRAMMAR,         /* transcript -> the grammar's answer, its tool run; the model's spans did not happen then */
    SOTTO_KEPT,            /* transcript -> a kept answer (config.replies); the model's spans did not happen then */
    SOTTO_PROMPT,          /* transcript -> prompt tokens queued */
    SOTTO_LLM_PREFILL,     /* prompt tokens through the model */
    SOTTO_LLM_FIRST,       /* prefill done -> first generated token */
    SOTTO_LLM_TTFT,        /* turn over -> first generated token */
    SOTTO_LLM_TOKENS,      /* all generated tokens (busy / steps = time a token) */
    SOTTO_TTS_CLAUSE,      /* first clause complete -> phonemes */
    SOTTO_TTS_ACOUSTIC,    /* phonemes -> first acoustic frames */
    SOTTO_VOCODER_FIRST,   /* first acoustic frames -> first PCM */
    SOTTO_TTS_FIRST,       /* the text that completes the first clause -> first PCM */
    SOTTO_TTS_KEPT,        /* the same of a prompt whose sound was kept (config.prompt_ms); the four before did not happen then */
    SOTTO_PLAYBACK,        /* first reply sample pulled -> last one */
    SOTTO_FIRST_AUDIO,     /* last speech sample at the microphone -> first reply sample handed to the device */
    SOTTO_FIRST_AUDIO_NET, /* the same without the endpoint wait */
    SOTTO_SPANS
} sotto_span_id;

typedef struct sotto_span {
    uint64_t begin, end; /* ns; begin 0: did not happen */
    uint64_t busy;       /* ns of work inside */
    uint32_t steps;      /* units of work */
    uint32_t over;       /* 1: longer than its budget */
} sotto_span;

typedef struct sotto_tool_info { /* a tool that the model may call: of the built-in table, or one of the caller's own (config.tools) */
    const char *name;            /* a-z, 0-9, _; at most 31 */
    int own;                     /* 1: the caller's, not one of the built-in table; set by sotto_tool */
    int args;
    struct {
        const char *name;
        int optional;
        const char *words; /* the values allowed, one space between; NULL: words that the user said */
        int number;        /* without `words`: 1: only words of numbers and digits */
    } arg[SOTTO_TOOL_ARGS];
    const char
        *say; /* the reply to a call that was done, NULL: the model's: {argument} and {result} are filled in, [...] left out unless all in it were
                        given */
} sotto_tool_info;

/* ---- configuration ---- */

/* What the model may write (config.constrain), models/llm/constrain.h. */
enum {
    SOTTO_VALID_CALLS = 1, /* calls are of known tools with their arguments */
    SOTTO_SAID_VALUES = 2, /* ... and values are words that the user said of late, or a tool answered; goes with SOTTO_VALID_CALLS */
    SOTTO_SAID_NUMBERS = 4 /* numbers of a reply to a result stand in the result, the call or the user's words */
};

typedef struct sotto_style { /* how the voice speaks */
    float speed;             /* 0.5..2, 1: as the voice does by itself */
    float pitch;             /* semitones, -6..6 */
    float volume;            /* factor, 0..2; loud samples are bent, never clipped */
    float pauses;            /* factor on the length of pauses, 0..4 */
    uint32_t voice;          /* of the voice file, 0 is its first */
} sotto_style;

typedef enum sotto_kv { SOTTO_KV_F32, SOTTO_KV_F16, SOTTO_KV_I8 } sotto_kv;

typedef struct sotto_config {
    const sotto_model *asr, *llm, *g2p, *tts, *vocoder; /* NULL: that stage is absent; speech out needs all of g2p, tts, vocoder */

    const sotto_grammar *grammar; /* what may be commanded; NULL: none */
    float grammar_accept;         /* how sure a sentence of the grammar must be, 0..1; below, the speech is dictation */

    const sotto_adapter *adapter; /* of the language model, on from the start and after a reset; NULL: none */
    uint32_t adapter_rank;        /* the greatest rank that sotto_adapt may bring, 0..256; that of `adapter` counts too */

    uint32_t input_samples, output_samples; /* ring sizes, powers of two, at least 512 and 1024 */
    uint32_t max_text;                      /* longest transcript or reply in bytes, 64..4096 */
    uint32_t beam;                          /* hypotheses of the search for words, 1..512 */

    uint32_t llm_window, llm_sinks; /* rows of the KV cache */
    uint32_t llm_batch;             /* prompt tokens in one unit of work */
    uint32_t max_reply;             /* tokens after which a reply is ended */
    sotto_kv llm_kv;
    float temperature, top_p; /* temperature 0: greedy */
    float min_p;              /* leaves out what is less likely than this share of the likeliest token; 0: off */
    float repeat_penalty;     /* 1: off; above, the last 64 tokens picked are less likely */
    uint32_t top_k;
    uint64_t seed;

    uint32_t constrain;           /* SOTTO_VALID_CALLS and so on; 0: whatever the model writes */
    const sotto_tool_info *tools; /* [tool_count] the caller's own, answered by hooks.tool; they and their texts outlive the runtime */
    uint32_t tool_count;          /* at most 32. They begin every conversation and take rows of the window for ever */
    uint32_t tools_only;          /* 1: the built-in tools may not be called */

    /* being early; runtime/README.md, "Latency by design" */
    uint32_t snapshot;    /* 1: what every conversation begins with is computed once and copied */
    uint32_t speculate;   /* 1: the model takes in what is being said, and picks its answer, before the turn is over */
    uint32_t llm_ahead;   /* rows more of the cache for that, 0..1024; 0: none */
    uint32_t lookup;      /* tokens tried at once by prompt lookup, at most 8, fewer than llm_batch; 0: off */
    uint32_t replies;     /* answers kept for questions without time and context, at most 1024; 0: off */
    uint32_t whole_reply; /* 1: speech waits for the whole reply, to measure what not waiting gains */

    float speed, pitch, volume, pauses; /* how the voice speaks: see sotto_style */
    uint32_t voice;
    const char *voice_name; /* the voice that the voice file calls so, instead of `voice`; NULL: none asked for. Read by sotto_plan and sotto_init */
    uint32_t ssml;          /* 1: every text to be spoken is SSML; 0: what sotto_say is given and begins with <speak. runtime/README.md, "SSML" */
    const char *lexicon;    /* [lexicon_size] own pronunciations (runtime/README.md, "Own pronunciations"); outlives the runtime; NULL: none */
    size_t lexicon_size;    /* bytes */
    const char *lexicon_name;   /* what messages call it; NULL: "lexicon" */
    uint32_t captions;          /* 1: SOTTO_EV_WORD and SOTTO_EV_WORD_END tell the times of the reply's words */
    uint32_t prompt_ms;         /* sound of short replies that is kept for when they are said again, at most 60000; 0: none. 32 bytes each */
    float vad_threshold;        /* how sure the detector of speech must be, 0.05..0.95 */
    uint32_t endpoint_ms;       /* silence that ends a turn; less when its text sounds complete, more when it wants more: */
    uint32_t endpoint_short_ms; /* at least this, at most endpoint_ms */
    uint32_t endpoint_long_ms;  /* at most this, at least endpoint_ms */
    uint32_t min_speech_ms;     /* shorter sounds are not speech */
    uint32_t max_speech_ms;     /* a turn is ended after this much */
    uint32_t preroll_ms;        /* audio kept from before speech was detected */
    uint32_t barge_in;          /* 1: speech during a reply interrupts it; 0: the microphone is not heard while a reply plays */

    uint64_t budget_ns[SOTTO_SPANS]; /* 0: no budget */
    const char *kernels;             /* NULL: the fastest this machine runs; else one by name ("ref", "avx2", ...) */
    sotto_hooks hooks;
} sotto_config;

typedef struct sotto_memory_report {                       /* bytes; the sum of parts plus `shared` is `bytes` */
    size_t bytes;                                          /* the block sotto_init needs */
    size_t runtime, audio, asr, llm, tts, vocoder, shared; /* shared: scratch that stages take in turns */
    size_t weights;                                        /* model files, used in place, not in the block */
    char error[192];                                       /* why a plan failed: file, field and expectation */
} sotto_memory_report;

typedef struct sotto_grammar_report {
    size_t bytes;                                                   /* of the block that stay in use */
    uint32_t intents, templates, slots, words, nodes, arcs, states; /* states: phones of all arcs; a runtime takes about 16 bytes for each */
} sotto_grammar_report;

/* ---- events ---- */

typedef enum sotto_event_type {
    SOTTO_EV_SPEECH_START,
    SOTTO_EV_SPEECH_END,
    SOTTO_EV_PARTIAL,     /* text: transcript so far */
    SOTTO_EV_FINAL,       /* text: transcript; words */
    SOTTO_EV_TOOL_CALL,   /* text: the call as the model wrote it */
    SOTTO_EV_TOOL_RESULT, /* text: the tool's answer */
    SOTTO_EV_REPLY,       /* text: a piece of the reply */
    SOTTO_EV_AUDIO,       /* the first reply samples are ready to pull */
    SOTTO_EV_TURN_DONE,   /* text: the whole reply; spans: sotto_stats().turn */
    SOTTO_EV_OVERLOAD,    /* text: which span went over its budget, or what was dropped */
    SOTTO_EV_INTENT,      /* text: "name slot=value ..." of the grammar, just before its SOTTO_EV_FINAL; confidence; words: the values */
    /* config.captions; text: a word of the reply as written, with its marks ("10:42 am." where several are said as one); words: it, ms since the
       reply's first sample. The first before any sample of it can be pulled, its end_ms 0: not known yet; the second before its last one can. */
    SOTTO_EV_WORD,
    SOTTO_EV_WORD_END
} sotto_event_type;

typedef struct sotto_word {
    uint64_t begin_ms, end_ms; /* since the runtime's first sample; of SOTTO_EV_WORD since the reply's */
    uint32_t at, len;          /* place in the event's text */
    float confidence;          /* 0..1 */
} sotto_word;

typedef struct sotto_event {
    sotto_event_type type;
    uint64_t time;    /* ns */
    const char *text; /* valid until the next sotto_next_event or sotto_reset; never NULL */
    const sotto_word *words;
    uint32_t word_count;
    float confidence; /* of an intent, 0..1 */
} sotto_event;

typedef enum sotto_state_id { SOTTO_IDLE, SOTTO_LISTENING, SOTTO_THINKING, SOTTO_SPEAKING } sotto_state_id;

typedef struct sotto_percentiles {
    uint64_t count, p50, p95, p99, max; /* ns */
} sotto_percentiles;

typedef struct sotto_statistics {
    sotto_span turn[SOTTO_SPANS];       /* of the last finished turn */
    sotto_percentiles all[SOTTO_SPANS]; /* over all turns */
    uint64_t turns, over_budget, samples_in, samples_out, samples_dropped;
    uint64_t asr_busy, llm_busy, tts_busy;                     /* ns of work, all turns; asr_busy includes the front-end */
    uint64_t asr_samples;                                      /* samples that the recogniser heard */
    uint64_t prompt_tokens, prompt_ns, reply_tokens, reply_ns; /* of the local model */
    /* turns that hooks.remote answered; that were answered otherwise because it failed; that it left in the middle of the reply */
    uint64_t remote_turns, remote_fallbacks, remote_cuts;
    uint64_t ahead_rows, ahead_used;          /* tokens of users taken into the cache early, and how many of them turns then needed */
    uint64_t ahead_picks, picks_used;         /* tokens picked early, likewise */
    uint64_t ahead_ns;                        /* work on them, in prompt_ns and reply_ns too */
    uint64_t lookup_tried, lookup_taken;      /* tokens of prompt lookup, and how many the model picked too */
    uint64_t replies_hits, replies_misses;    /* questions that a kept answer may serve, and did; and did not */
    uint64_t calls, call_picks, call_changed; /* calls, tokens picked in them, and how many the constraint changed */
    uint64_t say_picks, say_changed;          /* the same of replies to a result */
    uint64_t told;                            /* turns answered by others that the model's history holds */
    uint64_t tts_phones;                      /* phones of the clauses that the speech models spoke */
    uint64_t prompts_hits, prompts_misses;    /* replies spoken from kept sound; short ones that were not kept */
    /* Sound ready ahead of the loudspeaker, which plays from the first pull on: the least that there was when more came, of the last turn's reply and
     * of all. Negative: it ran dry for that long. INT64_MAX: nothing came after the first pull. */
    int64_t margin_ns, margin_low_ns;
    /* How often the loudspeaker ran dry in the middle of a reply, and how long in all; SOTTO_EV_OVERLOAD once a reply. */
    uint64_t underruns, underrun_ns;
    char llm_version[96]; /* of the local language model: general.version and, behind a +, its adapter's: "nano-2+butler-1"; "" without one */
} sotto_statistics;

typedef struct sotto_adapter_report {
    uint32_t rank, matrices; /* the greatest rank; matrices that are adapted */
    int named;               /* 1: the file names the weights that it was made for, and the model has them; 0: only its shapes were compared */
} sotto_adapter_report;

/* ---- set up ---- */

void sotto_config_default(sotto_config *c);
/* Checks a whole GGUF file, once. `name` is what messages call it. 0 or SOTTO_EMODEL / SOTTO_EARG: sotto_model_error tells why. */
int sotto_model_open(sotto_model *m, const char *name, const void *bytes, size_t size);
const char *sotto_model_error(const sotto_model *m);
/* Line `line` of the file's description: its metadata, then its tensors. SOTTO_OK, or SOTTO_AGAIN past the last line. */
int sotto_model_line(const sotto_model *m, size_t line, char *out, size_t cap);
/* Compiles a grammar's text (runtime/README.md, "Command grammars") into `block` (SOTTO_ALIGN aligned). Words are spelt by the lexicon of `asr`;
 * those that it lacks by `g2p` when it is not NULL. 0; SOTTO_EARG with line, column and what was expected, or SOTTO_EMEM with the bytes needed,
 * in sotto_grammar_error. Of the block the first sotto_grammar_size(...).bytes stay in use, the rest is free again. */
int sotto_grammar_open(sotto_grammar *g, const char *name, const char *text, size_t size, const sotto_model *asr, const sotto_model *g2p, void *block,
                       size_t bytes);
const char *sotto_grammar_error(const sotto_grammar *g);
void sotto_grammar_size(const sotto_grammar *g, sotto_grammar_report *out); /* all 0 when it is not open */
/* A random sentence of the grammar. SOTTO_OK, or SOTTO_AGAIN when it was cut in a loop. */
int sotto_grammar_sample(const sotto_grammar *g, uint64_t seed, char *out, size_t cap);
/* Checks an adapter file (GGUF, general.type "adapter", adapter.type "lora") against the language model `model`: every name, shape and value,
 * and the weights' CRC-32 where the file has the key sotto.adapter.base_crc32. Reads both files whole, once; putting it on is cheap. Loading public
 * adapters of the llama.cpp project is meant to work. 0, SOTTO_EARG or SOTTO_EMODEL: sotto_adapter_error tells why. */
int sotto_adapter_open(sotto_adapter *a, const char *name, const void *bytes, size_t size, const sotto_model *model);
const char *sotto_adapter_error(const sotto_adapter *a);
void sotto_adapter_look(const sotto_adapter *a, sotto_adapter_report *out); /* all 0 when it is not open */
/* Bytes and their parts for a configuration. On failure report->error says what was wrong and the rest is zero. */
int sotto_plan(const sotto_config *c, sotto_memory_report *report);
/* Builds a runtime in `block` (SOTTO_ALIGN aligned). `block` is kept until the runtime is no longer used. */
int sotto_init(void *block, size_t bytes, const sotto_config *c, sotto **out);
/* Back to what sotto_init gave: history, statistics and all. */
void sotto_reset(sotto *s);

/* ---- stream ---- */

size_t sotto_push_audio(sotto *s, const int16_t *samples, size_t count); /* returns samples taken; the rest when there is room */
void sotto_end_input(sotto *s);                                          /* no more audio is coming: what was said is finished and answered */
int sotto_step(sotto *s, uint32_t units);                                /* up to `units` units of work; SOTTO_AGAIN while there is more to do */
int sotto_next_event(sotto *s, sotto_event *out);                        /* SOTTO_OK, or SOTTO_AGAIN when there is none */
size_t sotto_pull_audio(sotto *s, int16_t *samples, size_t count);       /* returns samples given */
/* The three texts below are UTF-8 of 1 to max_text - 1 bytes (else SOTTO_EARG) and need not live on after the call. */
int sotto_ask(sotto *s, const char *text);      /* a turn from text instead of speech; SOTTO_ESTATE while one is running */
int sotto_complete(sotto *s, const char *text); /* raw completion of a text by the language model, without turns and tools */
/* Speaks a text now; SOTTO_AGAIN when the queue is full. {HH AH0 L OW1} or {IPA} in it are phones; SOTTO_EARG, and hooks.log says which, when they are
 * none. */
int sotto_say(sotto *s, const char *text);
/* From now on the language model speaks with this adapter (NULL: without one). What was said is remembered as it was understood then; when nothing
 * was said yet it is as if the adapter had been there from the start. SOTTO_ESTATE while a turn runs or without a language model; SOTTO_EARG (and
 * hooks.log says why): not open, for another model, or of a greater rank than config.adapter_rank. A reset brings config.adapter back. */
int sotto_adapt(sotto *s, const sotto_adapter *a);
/* From now on the words of `phrase` (lower case, spaces between, at most 8) are likelier by e^weight each, weight 0..20; 4 is a good start.
 * At most 32 phrases, and in them 32 words that the recogniser's lexicon lacks: those are spelt by letter-to-sound and need the speech
 * models. SOTTO_EARG (and hooks.log says why), or SOTTO_ESTATE while a turn is heard or without a recogniser. A reset forgets them. */
int sotto_bias(sotto *s, const char *phrase, float weight);
int sotto_unbias(sotto *s); /* forgets all phrases; SOTTO_OK or SOTTO_ESTATE */
/* From now on the voice speaks so (NULL: as configured). SOTTO_EARG (and hooks.log says why), or SOTTO_ESTATE while a turn runs or without a voice.
 * A reset brings the configuration back. Kept sound of short replies is forgotten. */
int sotto_speak_as(sotto *s, const sotto_style *style);
void sotto_interrupt(sotto *s); /* ends the reply; its audio fades out within 20 ms */

/* ---- look ---- */

sotto_state_id sotto_state(const sotto *s);
void sotto_stats(const sotto *s, sotto_statistics *out);
void sotto_memory(const sotto *s, sotto_memory_report *out);
const char *sotto_kernels(const sotto *s); /* name of the kernel table in use */
/* Name of a voice of an opened voice file, as NUL-terminated text in name [cap] (cut to fit): SOTTO_OK; SOTTO_AGAIN past the last voice. */
int sotto_voice(const sotto_model *tts, uint32_t index, char *name, size_t cap);
int sotto_tool(const sotto *s, uint32_t index, sotto_tool_info *out); /* SOTTO_OK, or SOTTO_AGAIN past the last */
const char *sotto_span_name(sotto_span_id id);
const char *sotto_strerror(int result);
const char *sotto_version(void);

#ifdef __cplusplus
}
#endif
#endif
