/* llm: the language model as the runtime sees it: text of a turn in, call and reply out, one unit of work a step.
 *
 *     feed_user ─▶ prompt ─▶ <|call|> … <|result|> ─▶ CALL event ─▶ feed_result ─▶ prompt ─▶ reply … <|end|> ─▶ END
 *                       └──▶ <|say|> reply … <|end|> ─▶ END
 *
 * The history of all turns stays in the cache (sinks + window), which every way through this machine leaves well-formed:
 * a call always closes with <|result|>, a turn with <|end|>, also when it is cut by a limit or by llm_cancel. Only the control
 * tokens that the turn format allows at a place can be picked there. A unit of work is one prompt batch or one token:
 * a picked token is taken into the cache by the next step, or together with the next prompt.
 * A file without these control tokens does raw completion only.
 */
#ifndef SOTTO_MODELS_LLM_LLM_H
#define SOTTO_MODELS_LLM_LLM_H
#include "models/llm/llama.h"
#include "models/llm/sampler.h"
#include "models/llm/tokenizer.h"
#include "models/llm/toolcall.h"

enum { LLM_PIECE = TOK_PIECE_MAX + 4, LLM_QUEUE_SPARE = 16 };

typedef struct llm_limits {
    const kernels *k;
    uint32_t window, sinks; /* rows of the cache; window >= 1 */
    uint32_t batch;         /* prompt tokens in one unit of work, >= 1 */
    uint32_t max_text;      /* bytes, and tokens, of one user text or result */
    uint32_t max_reply;     /* tokens after which a reply is ended, >= 1 */
    enum kv_kind kv;
    float temperature, top_p; /* temperature 0: greedy */
    float min_p, repeat;      /* 0: off; 1: off (sampler.h) */
    uint32_t top_k;
    uint64_t seed;
} llm_limits;

enum llm_event_type {
    LLM_IDLE,    /* nothing to do: waiting for a text, or for the result of a call */
    LLM_PREFILL, /* one prompt batch went through; `last` when the prompt is done */
    LLM_TOKEN,   /* one token, nothing to show yet */
    LLM_REPLY,   /* one token; text: a piece of the reply, whole characters */
    LLM_CALL,    /* one token; text: the whole call. Answer with llm_feed_result or llm_inject_say */
    LLM_END      /* one token; the turn is over */
};

typedef struct llm_event {
    enum llm_event_type type;
    const char *text; /* NUL-terminated, valid until the next call; "" when there is none */
    size_t len;       /* bytes */
    uint32_t tokens;  /* PREFILL: tokens taken; else 1 */
    uint32_t token;   /* the token picked, TOK_NONE for IDLE and PREFILL */
    int last;         /* PREFILL: the prompt is done; END: 1 when the reply was cut at max_reply */
} llm_event;

enum llm_state { LLM_WAIT_USER, LLM_HEAD, LLM_IN_CALL, LLM_WAIT_RESULT, LLM_IN_REPLY, LLM_RAW };

typedef struct llm {
    llama model;
    tokenizer tok;
    sampler pick;
    llm_limits limits;
    uint32_t user, call, result, say, end; /* the control tokens; TOK_NONE: none */
    int turns;                             /* 1: the file has all five */
    /* state */
    enum llm_state state;
    uint32_t *queue; /* [queue_cap] tokens not yet in the cache */
    uint32_t queue_cap, queued;
    uint32_t turn_at;  /* where the turn begins in the queue; TOK_NONE once part of it went through */
    int prompt;        /* the queue is a prompt, not one picked token */
    int scored;        /* logits belong to the cache as it stands */
    float *logits;     /* [vocab] */
    uint32_t produced; /* tokens of this reply or call */
    int shown;         /* something of the reply has been shown: its leading space is dropped */
    tok_stream stream;
    char piece[LLM_PIECE + 1];
    char call_text[TOOL_TEXT + 1];
    uint32_t call_len;
    uint64_t prompt_tokens, reply_tokens; /* since reset: taken from prompts, picked */
} llm;

int llm_bind(llm *m, const gguf *g, sotto_error *err);       /* 0 or ERR_MODEL; m is valid after 0 only, g must outlive it */
void llm_layout(llm *m, arena *a, const llm_limits *limits); /* what lives between steps */
void llm_scratch(llm *m, arena *a);                          /* what one call needs only while it runs; after llm_layout */
void llm_reset(llm *m);

/* Queue texts. 0; ERR_ARG: longer than max_text; ERR_STATE: not possible now. Control tokens in the text stay plain text. */
int llm_feed_user(llm *m, const char *text);   /* begins a turn */
int llm_feed_result(llm *m, const char *text); /* after LLM_CALL */
/* Ends the turn with this reply instead of a picked one (the caller shows it): after LLM_CALL, or before anything was picked. */
int llm_inject_say(llm *m, const char *text);
/* Raw completion of a text in which control tokens count. From LLM_WAIT_USER; ends at the file's end token or max_reply. */
int llm_raw_begin(llm *m, const char *text);
/* Closes the running turn; a turn of which nothing went through is taken back. Never fails. */
void llm_cancel(llm *m);

/* One unit of work. Returns 1 when it did some, 0 when idle. */
int llm_step(llm *m, llm_event *out);
int llm_busy(const llm *m); /* llm_step would do something */

#endif
