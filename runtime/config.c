/* config: the defaults, and what each field may be. */
#include "models/kernels/kernels.h"
#include "runtime/internal.h"
#include "runtime/model.h"
#include "runtime/own_tools.h"
#include <string.h>

static const uint64_t MS = 1000000;

void sotto_config_default(sotto_config *c) {
    memset(c, 0, sizeof *c);
    c->input_samples = 8192;
    c->grammar_accept = 0.5f;
    c->output_samples = 8192;
    c->max_text = 512;
    c->beam = 128;
    c->llm_window = 252;
    c->llm_sinks = 4;
    c->llm_batch = 8;
    c->max_reply = 96;
    c->llm_kv = SOTTO_KV_I8;
    c->top_p = 1.0f;
    c->repeat_penalty = 1.0f;
    c->seed = 1;
    c->constrain = SOTTO_VALID_CALLS | SOTTO_SAID_VALUES | SOTTO_SAID_NUMBERS;
    c->snapshot = 1;
    c->speculate = 1;
    c->llm_ahead = 64;
    c->replies = 16;
    c->speed = c->volume = c->pauses = 1.0f;
    c->prompt_ms = 3000;
    c->vad_threshold = 0.5f;
    c->endpoint_ms = 640;
    c->endpoint_short_ms = 120;
    c->endpoint_long_ms = 960;
    c->min_speech_ms = 80;
    c->max_speech_ms = 15000;
    c->preroll_ms = 350;
    c->budget_ns[SOTTO_FIRST_AUDIO] = 400 * MS;
    c->budget_ns[SOTTO_FIRST_AUDIO_NET] = 60 * MS;
    c->budget_ns[SOTTO_ASR_FINALIZE] = 10 * MS;
    c->budget_ns[SOTTO_LLM_PREFILL] = 20 * MS;
    c->budget_ns[SOTTO_LLM_FIRST] = 5 * MS;
    c->budget_ns[SOTTO_LLM_TTFT] = 25 * MS;
    c->budget_ns[SOTTO_LLM_TOKENS] = 5 * MS;
    c->budget_ns[SOTTO_TTS_CLAUSE] = 5 * MS;
    c->budget_ns[SOTTO_TTS_ACOUSTIC] = 15 * MS;
    c->budget_ns[SOTTO_VOCODER_FIRST] = 15 * MS;
    c->budget_ns[SOTTO_TTS_FIRST] = 15 * MS;
    c->budget_ns[SOTTO_TTS_KEPT] = 15 * MS;
}

static int power_of_two(uint32_t n) {
    return n && (n & (n - 1)) == 0;
}

static int config_refuse(sotto_error *e, const char *field, const char *expected) {
    return error_set(e, ERR_ARG, "config.%s: expected %s", field, expected);
}

int config_check(const sotto_config *c, sotto_error *e) {
    if (!power_of_two(c->input_samples) || c->input_samples < 512) return config_refuse(e, "input_samples", "a power of two, 512 or more");
    if (!power_of_two(c->output_samples) || c->output_samples < 1024) return config_refuse(e, "output_samples", "a power of two, 1024 or more");
    if (c->input_samples > 1u << 24 || c->output_samples > 1u << 24) return config_refuse(e, "input_samples/output_samples", "at most 2^24");
    if (c->max_text < 64 || c->max_text > 4096) return config_refuse(e, "max_text", "64 to 4096 bytes");
    if (c->beam < 1 || c->beam > 512) return config_refuse(e, "beam", "1 to 512");
    if (c->llm_window < 16 || c->llm_window > 65536) return config_refuse(e, "llm_window", "16 to 65536 rows");
    if (c->llm_sinks > 256) return config_refuse(e, "llm_sinks", "at most 256 rows");
    if (c->llm_batch < 1 || c->llm_batch > 64) return config_refuse(e, "llm_batch", "1 to 64");
    if (c->constrain > 7 || (c->constrain & 3) == SOTTO_SAID_VALUES) return config_refuse(e, "constrain", "SOTTO_SAID_VALUES with SOTTO_VALID_CALLS");
    if (own_tools_check(c, e) != 0) return e->code;
    if (c->tools_only && !c->tool_count) return config_refuse(e, "tools_only", "tools (config.tools) to go with it");
    if (c->llm_ahead > 1024) return config_refuse(e, "llm_ahead", "at most 1024 rows");
    if (c->lookup > LLM_LOOKUP_MAX) return config_refuse(e, "lookup", "at most 8 tokens");
    if (c->replies > 1024) return config_refuse(e, "replies", "at most 1024");
    if (c->max_reply < 1 || c->max_reply > 4096) return config_refuse(e, "max_reply", "1 to 4096 tokens");
    if ((unsigned)c->llm_kv > SOTTO_KV_I8) return config_refuse(e, "llm_kv", "SOTTO_KV_F32, F16 or I8");
    const sotto_style style = style_of(c);
    if (style_check(&style, e) != 0) return e->code;
    if (c->lexicon && c->lexicon_size > 1u << 24) return config_refuse(e, "lexicon_size", "at most 2^24 bytes");
    if (c->prompt_ms > 60000) return config_refuse(e, "prompt_ms", "at most 60000");
    if (!(c->temperature >= 0.0f && c->temperature <= 10.0f)) return config_refuse(e, "temperature", "0 to 10");
    if (!(c->min_p >= 0.0f && c->min_p <= 1.0f)) return config_refuse(e, "min_p", "0 to 1");
    if (!(c->repeat_penalty >= 1.0f && c->repeat_penalty <= 10.0f)) return config_refuse(e, "repeat_penalty", "1 to 10");
    if (!(c->top_p > 0.0f && c->top_p <= 1.0f)) return config_refuse(e, "top_p", "above 0, at most 1");
    if (c->endpoint_short_ms > c->endpoint_ms || c->endpoint_ms > c->endpoint_long_ms || c->endpoint_long_ms > 60000)
        return config_refuse(e, "endpoint_short_ms/endpoint_ms/endpoint_long_ms", "not less than the one before, at most 60000");
    if (c->preroll_ms > 2000 || c->min_speech_ms > 2000) return config_refuse(e, "preroll_ms/min_speech_ms", "at most 2000");
    if (!(c->vad_threshold >= 0.05f && c->vad_threshold <= 0.95f)) return config_refuse(e, "vad_threshold", "0.05 to 0.95");
    if (c->grammar && !command_graph(c))
        return error_set(e, ERR_ARG, "%s",
                         sotto_grammar_error(c->grammar)[0] ? sotto_grammar_error(c->grammar)
                                                            : "config.grammar: expected one that sotto_grammar_open compiled");
    if (c->adapter && !c->llm) return config_refuse(e, "adapter", "a language model (config.llm) to go with it");
    if (c->adapter_rank > LORA_MAX_RANK) return config_refuse(e, "adapter_rank", "at most 256");
    if (!(c->grammar_accept >= 0.0f && c->grammar_accept <= 1.0f)) return config_refuse(e, "grammar_accept", "0 to 1");
    int voices = !!c->g2p + !!c->tts + !!c->vocoder;
    if (voices != 0 && voices != 3) return config_refuse(e, "g2p/tts/vocoder", "all three models, or none");
    if (!kernels_select(c->kernels)) return error_set(e, ERR_ARG, "config.kernels: \"%s\" does not run on this machine", c->kernels);
    return 0;
}
