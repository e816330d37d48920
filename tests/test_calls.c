/* test_calls: no right call is refused by the grammar over tokens: the held-out calls here; and, by hand, whole files of dialogues.
 *
 *     test_calls FILE          the calls and replies of dialogues (llm_data.py's train.txt), the calls of a held-out list (.tsv)
 *     test_calls --time GGUF   microseconds that it costs a token, with that file's vocabulary
 */
#define _POSIX_C_SOURCE 200809L
#include "tests/constrain_common.h"
#include <time.h>

enum { OWN_MOST = 16 };
static const char SPM[] = "models/packs/nano/llm.gguf";

/* ---- files of calls ---- */

typedef struct tally {
    int calls, refused, replies, reply_refused;
} tally;

static void one_turn(rig *r, tally *t, const char *user, const char *call, const char *result, const char *say) {
    size_t at;
    rig_turn(r, user);
    if (call) {
        int good = rig_accepts(r, call, strlen(call), &at);
        t->calls++;
        t->refused += !good;
        if (!good && t->refused <= 40) printf("refused at \"%s\": %s -> %s\n", call + at, user, call);
        said_hear(&r->c.now->words, call, strlen(call)); /* its words go on, as they would from the model's own call */
        constrain_result(&r->c, result ? result : "");
    }
    if (!say) return;
    int good = rig_reply(r, say);
    t->replies++;
    t->reply_refused += !good;
    if (!good && t->reply_refused <= 40) printf("reply refused: %s -> %s -> %s -> %s\n", user, call ? call : "-", result, say);
}

/* The text up to the next mark; *at goes behind the mark. NULL: there is none. */
static char *cut(char **at, const char *mark) {
    char *from = *at, *to = strstr(from, mark);
    if (!to) return NULL;
    *to = 0;
    *at = to + strlen(mark);
    return from;
}

/* `name arg= arg=a/b; name ...` becomes the tools of this dialogue. Cut in place. */
static void read_header(rig *r, char *at) {
    static tool_spec own[OWN_MOST];
    uint32_t n = 0;
    memset(own, 0, sizeof own);
    for (char *tool = strtok(at, ";"); tool && n < OWN_MOST; tool = strtok(NULL, ";"), n++) {
        tool += *tool == ' ';
        own[n].name = tool;
        for (char *gap; (gap = strchr(tool, ' ')) && own[n].args < TOOL_ARGS; own[n].args++) {
            *gap = 0;
            char *equals = strchr(gap + 1, '=');
            if (!equals) fail_msg("header: %s", gap + 1);
            *equals = 0;
            own[n].arg[own[n].args].name = gap + 1;
            own[n].arg[own[n].args].optional = 1;
            char *stop = strchr(equals + 1, ' ');
            size_t len = stop ? (size_t)(stop - equals - 1) : strlen(equals + 1);
            if (len) own[n].arg[own[n].args].words = equals + 1;
            for (size_t i = 0; i < len; i++)
                if (equals[1 + i] == '/') equals[1 + i] = ' ';
            if (!stop) break;
            tool = stop; /* the next one ends these words */
        }
        if (own[n].args < TOOL_ARGS && own[n].arg[own[n].args].name) own[n].args++;
    }
    r->c.tools = (tool_set){own, n, 0};
}

static void dialogue(rig *r, tally *t, char *line) {
    char *first = strstr(line, "<|user|>"), *end = strstr(line, "<|end|>");
    r->c.tools = (tool_set){NULL, 0, 0};
    if (first && end && end < first) {
        *end = 0;
        read_header(r, line + (strncmp(line, "<s>", 3) == 0 ? 3 : 0));
        line = end + 1;
    }
    constrain_reset(&r->c);
    while (cut(&line, "<|user|>")) {
        char *turn = cut(&line, "<|end|>"), *at = turn, *call = NULL, *result = NULL;
        if (!turn) return;
        char *user = cut(&at, "<|call|>");
        if (user) {
            call = cut(&at, "<|result|>");
            result = cut(&at, "<|say|>");
        } else {
            user = cut(&at, "<|say|>");
        }
        if (user) one_turn(r, t, user, call, result, at);
    }
}

static int replay(const char *path) {
    static char line[65536];
    rig *r = rig_open(SPM, NULL, RIG_ALL);
    tally t = {0, 0, 0, 0};
    FILE *f = fopen(path, "r");
    if (!f) fail_msg("%s cannot be opened", path);
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = 0;
        char *tab = strchr(line, '\t');
        if (tab) {
            *tab++ = 0;
            tab[strcspn(tab, "\t")] = 0;
            constrain_reset(&r->c);
            if (strcmp(tab, "-") != 0) one_turn(r, &t, line, tab, NULL, NULL);
        } else {
            dialogue(r, &t, line);
        }
    }
    fclose(f);
    printf("%s: %d calls, %d refused; %d replies, %d refused\n", path, t.calls, t.refused, t.replies, t.reply_refused);
    int refused = t.refused;
    rig_close(r);
    return refused;
}

/* ---- cost ---- */

static double now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* The call's own tokens are the likeliest (`wrong` likelier ones come first, which may not be picked). Microseconds a token, the model's part not. */
static double cost(rig *r, const char *call, int wrongs, int greedy) {
    uint32_t id[TOOL_TEXT], bad = tok_find(&r->tok, "!", 1);
    int n = tok_encode(&r->tok, id, TOOL_TEXT, call, strlen(call), TOK_NO_BOS), rounds = (int)(300000 / r->vocab) + 2;
    float *pristine = calloc(r->vocab, sizeof *pristine);
    double spent = 0;
    id[n++] = r->end;
    for (int k = 0; k < rounds; k++) {
        rig_turn(r, "please set a timer for twenty five minutes and turn on the lights in the kitchen");
        for (int i = 0; i < n; i++) {
            for (uint32_t t = 0; t < r->vocab; t++) pristine[t] = -(float)(t % 97);
            pristine[id[i]] = 9;
            for (int w = 0; w < wrongs; w++) pristine[(bad + (uint32_t)w * 7) % r->vocab] += 200;
            memcpy(r->logits, pristine, r->vocab * sizeof *pristine);
            double from = now_us();
            constrain_mask_call(&r->c, r->logits, r->vocab, r->end, greedy);
            constrain_take_call(&r->c, id[i], r->end);
            spent += now_us() - from;
        }
    }
    free(pristine);
    return spent / rounds / n;
}

static int show_cost(const char *path) {
    static const char call[] = "timer_set duration=twenty five minutes";
    rig *r = rig_open(path, NULL, RIG_ALL);
    double scan = now_us();
    for (int i = 0; i < 100; i++) sampler_greedy(r->logits, r->vocab);
    scan = (now_us() - scan) / 100;
    printf("%u tokens: greedy %.2f us, one refused %.2f us, all looked through %.1f us, with a temperature %.1f us a token (%.2f us of it one search "
           "for the "
           "likeliest)\n",
           r->vocab, cost(r, call, 0, 1), cost(r, call, 1, 1), cost(r, call, 8, 1), cost(r, call, 0, 0), scan);
    rig_close(r);
    return 0;
}

static void test_heldout(void **state) {
    (void)state;
    assert_true(replay("tests/golden/llm_heldout.tsv") <= 2);
}

int main(int argc, char **argv) {
    if (argc > 2 && strcmp(argv[1], "--time") == 0) return show_cost(argv[2]);
    if (argc > 1) return replay(argv[1]) != 0;
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_heldout)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
