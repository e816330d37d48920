/* remote_args: see remote_args.h. The key comes from the environment only: arguments can be read by every user of the machine. */
#include "platform/host/remote_args.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char SYSTEM[] =
    "You are a voice assistant. Your answer is spoken: one or two short sentences of plain English, without lists, markup or "
    "emoji. Use the tools for the time, timers, sums, the home and drinks; never invent their results. Put a tool's arguments "
    "in the words of the user.";

enum { TIMEOUT_MAX = 600000 };

/* A text, or what the file of that name holds. */
static int args_system(remote_args *a, const char **system) {
    platform_error e;
    *system = a->system ? a->system : SYSTEM;
    if (!a->system || access(a->system, F_OK) != 0) return -1;
    a->text = file_text(a->system, &e);
    if (!a->text) return complain(EXIT_FAIL, "--llm-system %s", e.text);
    *system = a->text;
    return -1;
}

static int args_check(const remote_args *a, const char *command) {
    if (!a->url && (a->model || a->system || a->format))
        return complain(EXIT_USAGE, "%s: --llm-model, --llm-system and --llm-format go with --llm-url", command);
    if (a->format && strcmp(a->format, "openai") != 0 && strcmp(a->format, "sotto") != 0)
        return complain(EXIT_USAGE, "%s: --llm-format %s: expected openai or sotto", command, a->format);
    if (a->timeout_ms < 1 || a->timeout_ms > TIMEOUT_MAX)
        return complain(EXIT_USAGE, "%s: --llm-timeout %llu: expected 1 to %d ms", command, a->timeout_ms, TIMEOUT_MAX);
    if (a->turns > REMOTE_TURNS) return complain(EXIT_USAGE, "%s: --llm-history %llu: expected 0 to %d turns", command, a->turns, REMOTE_TURNS);
    return -1;
}

static void args_warn(const remote_config *c) {
    static const char *const own[] = {"https://", "http://127.", "http://localhost", "http://[::1]"};
    int safe = !c->key;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) safe |= strncmp(c->url, own[i], strlen(own[i])) == 0;
    if (!safe) complain(0, "--llm-url %s: the key in SOTTO_LLM_KEY is sent unencrypted, expected https", c->url);
}

int remote_args_open(remote_args *a, const char *command) {
    platform_error e;
    const char *system = NULL, *key = getenv("SOTTO_LLM_KEY");
    sotto_config defaults;
    int code = args_check(a, command);
    if (code >= 0 || !a->url) return code;
    if ((code = args_system(a, &system)) >= 0) return code;
    sotto_config_default(&defaults);
    remote_config c = {.url = a->url,
                       .model = a->model,
                       .key = key && key[0] ? key : NULL,
                       .system = system,
                       .format = a->format && a->format[0] == 's' ? REMOTE_SOTTO : REMOTE_OPENAI,
                       .timeout_ms = (uint32_t)a->timeout_ms,
                       .turns = (uint32_t)a->turns,
                       .max_tokens = defaults.max_reply,
                       .temperature = defaults.temperature};
    a->far = remote_open(&c, &e);
    if (a->far) args_warn(&c);
    if (a->far) return -1;
    remote_args_close(a);
    return complain(EXIT_USAGE, "%s: --llm-url %s", command, e.text);
}

unsigned remote_args_want(const remote_args *a, const char *folder, unsigned want) {
    char path[1024];
    snprintf(path, sizeof path, "%s/llm.gguf", pack_folder(folder));
    if (!a->url || access(path, F_OK) == 0) return want;
    complain(0, "%s is not there: when the server fails, the apology is said", path);
    return want & ~(unsigned)PACK_THINK;
}

void remote_args_use(const remote_args *a, sotto_config *c) {
    if (a->far) c->hooks.remote = remote_hooks(a->far);
}

void remote_args_start(const remote_args *a, loop *l) {
    sotto_tool_info tool;
    l->far = a->far;
    for (uint32_t i = 0; a->far && sotto_tool(l->voice, i, &tool) == SOTTO_OK; i++) remote_offer(a->far, &tool);
}

void remote_args_close(remote_args *a) {
    remote_close(a->far);
    free(a->text);
    a->far = NULL;
    a->text = NULL;
}
