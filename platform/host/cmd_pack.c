/* sotto pack: the manifest of a pack: is every file what it says, and writing it anew; or the whole pack as one image of flash. */
#define _POSIX_C_SOURCE 200809L
#include "platform/host/args.h"
#include "platform/host/commands.h"
#include "platform/host/pack_image.h"
#include "platform/host/pack_tool.h"
#include "runtime/base/crc32.h"
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Version, bytes and CRC as they are in the file now. */
static int describe_entry(pack *p, const char *folder, pack_entry *x) {
    char path[PACK_PATH];
    if (pack_path(path, sizeof path, folder, x->file) != 0) return complain(EXIT_FAIL, "%s: the path is too long", x->file);
    if (pack_open_model(p, x->role, path) != 0) return EXIT_FAIL;
    pack_model_key(&p->model[x->role], "general.version", x->version, sizeof x->version);
    if (!x->version[0] || strpbrk(x->version, " \t")) return complain(EXIT_FAIL, "%s: general.version \"%s\": expected one word", path, x->version);
    x->bytes = p->map[x->role].size;
    x->crc = crc32_of(p->map[x->role].data, p->map[x->role].size);
    return 0;
}

static int is_there(const char *folder, const char *file) {
    char path[PACK_PATH];
    return pack_path(path, sizeof path, folder, file) == 0 && access(path, F_OK) == 0;
}

static int is_listed(const pack_list *l, const char *file) {
    for (uint32_t i = 0; i < l->count; i++) {
        if (strcmp(l->entry[i].file, file) == 0) return 1;
    }
    return 0;
}

/* Right behind the role's first: the last one added is tried before those of old. */
static int add_file(pack_list *l, enum pack_model role, const char *file) {
    if (is_listed(l, file) || strlen(file) >= PACK_FILE || strpbrk(file, " \t")) return 0;
    if (l->count == PACK_ENTRIES) return complain(EXIT_FAIL, "pack: more than %d models", PACK_ENTRIES);
    const pack_entry *first = pack_list_next(l, role, NULL);
    uint32_t at = first ? (uint32_t)(first - l->entry) + 1 : l->count;
    memmove(&l->entry[at + 1], &l->entry[at], (l->count - at) * sizeof *l->entry);
    l->entry[at] = (pack_entry){.role = role};
    memcpy(l->entry[at].file, file, strlen(file) + 1);
    l->count++;
    return 0;
}

/* "asr-2.gguf" is an earlier asr. */
static int is_earlier(const char *file, const char *role) {
    size_t n = strlen(role), len = strlen(file);
    return len > n + 6 && strncmp(file, role, n) == 0 && file[n] == '-' && strcmp(file + len - 5, ".gguf") == 0;
}

/* asr-2 before asr-10 */
static int by_age(const struct dirent **a, const struct dirent **b) {
    size_t n = strlen((*a)->d_name), m = strlen((*b)->d_name);
    return n != m ? (n < m ? -1 : 1) : strcmp((*a)->d_name, (*b)->d_name);
}

/* Files of the folder that the manifest does not name yet: the usual ones, then earlier versions. */
static int add_found(pack_list *l, const char *folder) {
    struct dirent **found;
    int code = 0, n = scandir(folder, &found, NULL, by_age);
    if (n < 0) return complain(EXIT_FAIL, "%s: cannot be opened (expected a folder)", folder);
    for (int i = 0; i < PACK_MODELS && !code; i++) {
        if (is_there(folder, PACK_USUAL_FILE[i]) && !pack_list_next(l, (enum pack_model)i, NULL))
            code = add_file(l, (enum pack_model)i, PACK_USUAL_FILE[i]);
    }
    for (int k = 0; k < n; k++) {
        for (int i = 0; i < PACK_MODELS && !code; i++) {
            if (is_earlier(found[k]->d_name, PACK_ROLE[i])) code = add_file(l, (enum pack_model)i, found[k]->d_name);
        }
        free(found[k]);
    }
    free(found);
    return code;
}

static void name_after_folder(pack_list *l, const char *folder) {
    size_t len = strlen(folder);
    while (len && folder[len - 1] == '/') len--;
    size_t from = len;
    while (from && folder[from - 1] != '/') from--;
    snprintf(l->name, sizeof l->name, "%.*s", (int)(len - from < 60 ? len - from : 60), folder + from);
}

/* Lines of files that are not there stay as they are: they tell the history. */
static int pack_write(const char *folder) {
    pack_list l;
    platform_error e;
    pack p = {0};
    int code = pack_list_read(&l, folder, &e);
    if (code < 0) return complain(EXIT_FAIL, "%s", e.text);
    if (code == 1) memset(&l, 0, sizeof l);
    if (!l.name[0]) name_after_folder(&l, folder);
    code = add_found(&l, folder);
    for (uint32_t i = 0; i < l.count && !code; i++) {
        if (is_there(folder, l.entry[i].file)) code = describe_entry(&p, folder, &l.entry[i]);
    }
    pack_close(&p);
    if (code) return code;
    if (l.count == 0)
        return complain(EXIT_FAIL, "pack: %s: holds no model (expected asr.gguf, llm.gguf, g2p.gguf, tts.gguf or vocoder.gguf)", folder);
    return pack_list_write(&l, folder, &e) == 0 ? 0 : complain(EXIT_FAIL, "%s", e.text);
}

int command_pack(int argc, char **argv) {
    int write = 0, json = 0;
    const char *image = NULL, *question = "what is fifteen times eight";
    unsigned long long number = 1;
    const option_row rows[] = {
        {"--write", OPTION_FLAG, &write, NULL, "write the manifest anew: versions, bytes and CRCs of the files that are there"},
        {"--json", OPTION_FLAG, &json, NULL, "one JSON object"},
        {"--image", OPTION_TEXT, &image, "FILE", "write the models as one block of flash for the firmware"},
        {"--number", OPTION_UINT, &number, "N", "with --image: of two images the greater number is the newer (1)"},
        {"--question", OPTION_TEXT, &question, "TEXT", "with --image: asked before a new image is trusted"},
        PACK_NO_CHECK_ROW,
        {0}};
    command_line line = {.command = "pack",
                         .about = "Verifies a pack against its manifest, writes that manifest, or makes an image of flash.",
                         .operands = "DIR",
                         .rows = rows};
    int code = args_parse(&line, argc, argv);
    if (code >= 0) return code;
    if (line.rest_count != 1) return complain(EXIT_USAGE, "pack: expected one folder");
    if (image) return pack_image(line.rest[0], image, (uint32_t)number, question);
    if (write && (code = pack_write(line.rest[0])) != 0) return code;
    return pack_inspect(line.rest[0], json);
}
