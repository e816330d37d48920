/* sotto plan: what a configuration costs before anything runs: arena by stage, weights, stack, KV cache of any shape. */
#include "platform/host/args.h"
#include "platform/host/commands.h"
#include "platform/host/kv_estimate.h"
#include "platform/host/pack.h"
#include "stack_frames.h" /* made by the build from the compiler's own -fstack-usage */
#include <limits.h>
#include <stdio.h>

#define NO_SHAPE LLONG_MIN /* --layers was not given */

static int plan_kv(const kv_shape *shape, int json) {
    uint64_t bytes = 0;
    const char *field = "";
    if (kv_estimate(shape, &bytes, &field) != 0) {
        return complain(EXIT_USAGE, "plan: %s: expected whole numbers, zero or more, with a product below 2^63", field);
    }
    double gib = (double)bytes / (1024.0 * 1024.0 * 1024.0);
    if (json)
        printf("{\"kv_bytes\":%llu,\"kv_gib\":%.4f}\n", (unsigned long long)bytes, gib);
    else
        printf("KV cache: %llu bytes = %.2f GiB\n", (unsigned long long)bytes, gib);
    return EXIT_OK;
}

static void print_row(const char *name, size_t bytes) {
    printf("  %-28s %10zu  %8.1f KiB\n", name, bytes, (double)bytes / 1024.0);
}

static void plan_text(const sotto_memory_report *m, const pack *p) {
    printf("arena\n");
    print_row("runtime (rings, text, clock)", m->runtime);
    print_row("audio (mel, VAD)", m->audio);
    print_row("asr", m->asr);
    print_row("llm (KV cache, state)", m->llm);
    print_row("tts (acoustic, vocoder)", m->tts);
    print_row("shared scratch", m->shared);
    print_row("total", m->bytes);
    printf("weights (mapped, used in place)\n");
    for (int i = 0; i < PACK_MODELS; i++) {
        if (p->size[i]) print_row(p->name[i], p->size[i]);
    }
    print_row("total", m->weights);
    printf("stack\n  largest frame of the core: %d bytes in %s\n", STACK_LARGEST_BYTES, STACK_LARGEST_NAME);
}

static void plan_json(const sotto_memory_report *m) {
    printf("{\"arena\":{\"runtime\":%zu,\"audio\":%zu,\"asr\":%zu,\"llm\":%zu,\"tts\":%zu,\"shared\":%zu,\"total\":%zu},", m->runtime, m->audio,
           m->asr, m->llm, m->tts, m->shared, m->bytes);
    printf("\"weights\":%zu,\"largest_stack_frame\":{\"bytes\":%d,\"function\":\"%s\"}}\n", m->weights, STACK_LARGEST_BYTES, STACK_LARGEST_NAME);
}

int command_plan(int argc, char **argv) {
    const char *folder = NULL;
    int json = 0;
    kv_shape shape = {NO_SHAPE, 1, 1, 1, 1, 1};
    unsigned long long window = 0;
    const option_row rows[] = {
        {"--pack", OPTION_TEXT, &folder, "DIR", "model pack (default: models/packs/nano or the installed one)"},
        PACK_NO_CHECK_ROW,
        {"--window", OPTION_UINT, &window, "N", "rows of the language model's KV window"},
        {"--json", OPTION_FLAG, &json, NULL, "one JSON object"},
        {"--layers", OPTION_INT, &shape.layers, "N", "estimate a KV cache instead: layers ..."},
        {"--kv-heads", OPTION_INT, &shape.kv_heads, "N", "... KV heads"},
        {"--head-dim", OPTION_INT, &shape.head_dim, "N", "... values a head"},
        {"--tokens", OPTION_INT, &shape.tokens, "N", "... tokens kept"},
        {"--batch", OPTION_INT, &shape.batch, "N", "... sequences at once"},
        {"--bytes", OPTION_INT, &shape.bytes, "N", "... bytes a value (2 for f16)"},
        {0},
    };
    command_line line = {.command = "plan", .about = "memory by stage before anything runs, and KV cache estimates", .rows = rows};
    int code = args_parse(&line, argc, argv);
    if (code >= 0) return code;
    if (shape.layers != NO_SHAPE) return plan_kv(&shape, json);
    pack p;
    sotto_config c;
    if (pack_open(&p, folder, PACK_ALL) != 0) return EXIT_FAIL;
    pack_config(&p, &c);
    if (window) c.llm_window = (uint32_t)window;
    sotto_memory_report m;
    code = EXIT_OK;
    if (sotto_plan(&c, &m) != SOTTO_OK)
        code = complain(EXIT_FAIL, "plan: %s", m.error);
    else if (json)
        plan_json(&m);
    else
        plan_text(&m, &p);
    pack_close(&p);
    return code;
}
