/* pack_tool: see pack_tool.h. */
#include "platform/host/pack_tool.h"
#include "platform/host/args.h"
#include "platform/host/show.h"
#include "runtime/base/crc32.h"
#include <string.h>
#include <unistd.h>

typedef struct state { /* of one file */
    const char *word;  /* "ok", "missing", "damaged" */
    platform_error why;
} state;

static void judge(state *s, pack *p, const char *folder, const pack_list *l, const pack_entry *x) {
    char path[PACK_PATH];
    s->why.text[0] = 0;
    s->word = "ok";
    if (pack_path(path, sizeof path, folder, x->file) != 0 || access(path, F_OK) != 0)
        s->word = "missing";
    else if (pack_open_entry(p, folder, l, x, &s->why) != 0)
        s->word = "refused";
}

static void put_text(const pack_entry *x, const state *s) {
    printf("  %-8s %-20s version %-8s %9llu bytes  CRC-32 %08x  %s%s%s\n", PACK_ROLE[x->role], x->file, x->version, (unsigned long long)x->bytes,
           (unsigned)x->crc, s->word, s->why.text[0] ? ": " : "", s->why.text);
}

static void put_json(const pack_entry *x, const state *s, int first) {
    printf("%s{\"role\":\"%s\",\"file\":", first ? "" : ",", PACK_ROLE[x->role]);
    show_json_text(stdout, x->file);
    printf(",\"version\":");
    show_json_text(stdout, x->version);
    printf(",\"bytes\":%llu,\"crc32\":\"%08x\",\"state\":\"%s\",\"why\":", (unsigned long long)x->bytes, (unsigned)x->crc, s->word);
    show_json_text(stdout, s->why.text);
    printf("}");
}

/* Entries as the manifest has them. 1 when a role's first is not ok. */
static int list_entries(const pack_list *l, const char *folder, int json) {
    pack p = {0};
    int bad = 0, first = 1;
    for (int i = 0; i < PACK_MODELS; i++) {
        enum pack_model role = (enum pack_model)i;
        for (const pack_entry *x = NULL; (x = pack_list_next(l, role, x)) != NULL; first = 0) {
            state s;
            judge(&s, &p, folder, l, x);
            int leads = x == pack_list_next(l, role, NULL);
            bad |= strcmp(s.word, "refused") == 0 || (leads && strcmp(s.word, "ok") != 0);
            if (json)
                put_json(x, &s, first);
            else
                put_text(x, &s);
        }
    }
    pack_close(&p);
    return bad;
}

/* The entries that a manifest would have: files by their usual names. */
static int list_usual(pack_list *l, const char *folder) {
    pack p = {0};
    memset(l, 0, sizeof *l);
    for (int i = 0; i < PACK_MODELS; i++) {
        char path[PACK_PATH];
        pack_entry *x = &l->entry[l->count];
        if (pack_path(path, sizeof path, folder, PACK_USUAL_FILE[i]) != 0 || access(path, F_OK) != 0) continue;
        if (pack_open_model(&p, (enum pack_model)i, path) != 0) return -1;
        *x = (pack_entry){.role = (enum pack_model)i, .bytes = p.map[i].size, .crc = crc32_of(p.map[i].data, p.map[i].size)};
        memcpy(x->file, PACK_USUAL_FILE[i], strlen(PACK_USUAL_FILE[i]) + 1);
        pack_model_key(&p.model[i], "general.version", x->version, sizeof x->version);
        l->count++;
    }
    pack_close(&p);
    return l->count ? 0 : complain(-1, "%s: holds no model (expected asr.gguf, llm.gguf, g2p.gguf, tts.gguf or vocoder.gguf)", folder);
}

int pack_inspect(const char *folder, int json) {
    pack_list l;
    platform_error e;
    int listed = pack_list_read(&l, folder, &e);
    if (listed < 0) return complain(EXIT_FAIL, "%s", e.text);
    if (listed == 1 && list_usual(&l, folder) != 0) return EXIT_FAIL;
    if (json) {
        printf("{\"folder\":");
        show_json_text(stdout, folder);
        printf(",\"pack\":");
        show_json_text(stdout, l.name);
        printf(",\"manifest\":%s,\"models\":[", listed == 0 ? "true" : "false");
    } else {
        printf("%s: %s%s\n", folder, listed == 0 ? "pack " : "no manifest", listed == 0 ? l.name : "");
    }
    int bad = list_entries(&l, folder, json);
    if (json) printf("]}\n");
    return bad ? complain(EXIT_FAIL, "%s: a model is not what the manifest says", folder) : EXIT_OK;
}
