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
 *
 * Three ways to be done before one is asked (llm_ahead.c, llama_state.c), none of which changes a token, a piece of text or a
 * byte that the cache holds:
 *  - What every conversation begins with (`<s>`, then limits.header) is computed once and copied back by llm_reset.
 *  - llm_expect says what the user is saying; llm_ahead_step takes it into the cache and goes on to the model's answer. A text that turns
 *    out otherwise is taken back up to where it differs (llama_rollback is exact), what was right costs the turn nothing.
 *  - Prompt lookup (Saxena 2023): what followed the last occurrence of the newest tokens is tried in one batch with the next token and
 *    kept as far as the model itself picks it.
 */
#ifndef SOTTO_MODELS_LLM_LLM_H
#define SOTTO_MODELS_LLM_LLM_H
#include "models/llm/constrain.h"
#include "models/llm/llama_state.h"
#include "models/llm/sampler.h"
#include "models/llm/tokenizer.h"
#include "models/llm/toolcall.h"

enum { LLM_PIECE = TOK_PIECE_MAX + 4, LLM_QUEUE_SPARE = 16, LLM_LOOKUP_MAX = 8, LLM_RECENT = 128 /* a power of two */, LLM_LEAST_WINDOW = 32 };

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
    uint32_t constrain;    /* CONSTRAIN_* of constrain.h; 0: whatever the model writes */
    tool_set tools;        /* the caller's own; outlive the model */
    uint32_t ahead;        /* tokens that may be worked out ahead of a turn; 0: none. Each takes a row more of the cache */
    uint32_t lookup;       /* tokens tried by prompt lookup, < batch, <= LLM_LOOKUP_MAX; 0: none */
    int snapshot;          /* 1: what conversations begin with is kept */
    uint32_t adapter_rank; /* the greatest rank of an adapter that llm_adapt takes; 0: none */
    const lora *adapter;   /* worn after a reset; NULL: none */
    const char *header;    /* text, with control tokens, that every conversation begins with after `<s>`; NULL: none. Outlives the model */
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
    uint32_t known;   /* of them, those that were in the cache already, or that were picked ahead */
    uint32_t token;   /* the token picked, TOK_NONE for IDLE and PREFILL */
    int last;         /* PREFILL: the prompt is done; END: 1 when the reply was cut at max_reply */
} llm_event;

enum llm_state { LLM_WAIT_USER, LLM_HEAD, LLM_IN_CALL, LLM_WAIT_RESULT, LLM_IN_REPLY, LLM_RAW };

typedef struct llm_ahead { /* what lies in the cache, or was picked, before the turn came to it */
    uint32_t *token;       /* [room + 1] */
    uint32_t room;         /* rows that can be taken back */
    uint32_t count;        /* tokens known: of the expected text, then the model's own */
    uint32_t said;         /* of them, the expected text's */
    uint32_t rows;         /* of them, in the cache; what comes after said lacks its last row at most */
    uint32_t read;         /* of them, the turn's by now */
    int whole;             /* the expected text may be complete: the model may answer it */
    int scored;            /* llm.logits belong to the last of the `rows` */
    int over;              /* the model's answer needs someone, is complete, or has no room */
    enum llm_state state;  /* where the turn will be after them */
    sampler pick;          /* and its sampler */
} llm_ahead;

typedef struct llm_counts {           /* since the reset */
    uint64_t ahead_rows, ahead_used;  /* rows worked out ahead; those that a turn then took */
    uint64_t ahead_picks, picks_used; /* tokens picked ahead, likewise */
    uint64_t drafted, accepted;       /* tokens tried by prompt lookup; those that the model picked too */
} llm_counts;

typedef struct llm {
    llama model;
    tokenizer tok;
    sampler pick;
    llm_limits limits;
    constrain rule;                        /* what may be picked */
    uint32_t user, call, result, say, end; /* the control tokens; TOK_NONE: none */
    int turns;                             /* 1: the file has all five */
    float call_bias;                       /* added to the call's logit against the reply's: the file's sotto.llm.call_bias, or 0 */
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
    llama_state start;                    /* what conversations begin with */
    uint32_t prefix;                      /* its tokens */
    llm_ahead ahead;
    llm_counts counts;
    float *drafted;              /* scratch [(lookup + 1) x vocab] */
    uint32_t recent[LLM_RECENT]; /* the last tokens taken, a ring */
    uint32_t taken;              /* tokens taken, modulo 2^32 */
} llm;

int llm_has_turns(const llm *m);                             /* after llm_bind: the file has the control tokens of turns */
int llm_header_fits(const llm *m);                           /* after llm_reset: limits.header leaves LLM_LEAST_WINDOW rows of the cache */
int llm_bind(llm *m, const gguf *g, sotto_error *err);       /* 0 or ERR_MODEL; m is valid after 0 only, g must outlive it */
void llm_layout(llm *m, arena *a, const llm_limits *limits); /* what lives between steps */
void llm_scratch(llm *m, arena *a);                          /* what one call needs only while it runs; after llm_layout */
void llm_reset(llm *m);
void llm_restart(llm *m); /* a reset that leaves the adapter as it is */

/* Queue texts. 0; ERR_ARG: longer than max_text; ERR_STATE: not possible now. Control tokens in the text stay plain text. */
int llm_feed_user(llm *m, const char *text);   /* begins a turn */
int llm_feed_result(llm *m, const char *text); /* after LLM_CALL */
/* Ends the turn with this reply instead of a picked one (the caller shows it): after LLM_CALL, or before anything was picked. */
int llm_inject_say(llm *m, const char *text);
/* Raw completion of a text in which control tokens count. From LLM_WAIT_USER; ends at the file's end token or max_reply. */
int llm_raw_begin(llm *m, const char *text);
/* A turn that someone else answered joins the history; call and result may be NULL. From LLM_WAIT_USER. All of it or, with a code, nothing. */
int llm_tell(llm *m, const char *user, const char *call, const char *result, const char *reply);
/* Closes the running turn; a turn of which nothing went through is taken back. Never fails. */
void llm_cancel(llm *m);

/* One unit of work. Returns 1 when it did some, 0 when idle. */
int llm_step(llm *m, llm_event *out);
int llm_busy(const llm *m); /* llm_step would do something */

/* From now on the model speaks with this adapter (NULL: without one), which outlives it. What the cache holds was computed without it and is kept,
 * unless no turn came yet: then it is as if the adapter had been there from the start. From LLM_WAIT_USER, else ERR_STATE; ERR_ARG: its rank is
 * greater than limits.adapter_rank. */
int llm_adapt(llm *m, const lora *x);

/* The next user text as far as it is known; `whole`: this may be all of it. From LLM_WAIT_USER. 0, ERR_ARG or ERR_STATE. No visible effect. */
int llm_expect(llm *m, const char *text, int whole);
/* One unit of work that nobody waits for: what closed the last turn, the expected text, the model's answer to it up to where it needs the
 * result of a call. Returns tokens done, 0: there is no such work. */
uint32_t llm_ahead_step(llm *m);
void llm_forget(llm *m); /* nothing is expected any more: the cache is what it was. Between turns */

#endif
