/* adapter_file: see adapter_file.h. */
#include "platform/host/adapter_file.h"
#include <string.h>

static const char *name_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

int adapter_files_open(adapter_files *a, const char *command, int most) {
    platform_error e;
    if (a->path.count > most) return complain(EXIT_USAGE, "%s: --adapter: expected it once", command);
    for (int i = 0; i < a->path.count; i++) {
        if (strcmp(a->path.item[i], "none") == 0 || file_map_open(&a->map[i], a->path.item[i], &e) == 0) continue;
        adapter_files_close(a);
        return complain(EXIT_FAIL, "%s: --adapter: %s", command, e.text);
    }
    return -1;
}

static const sotto_adapter *worn(const adapter_files *a, unsigned i) {
    return a->map[i].size ? &a->adapter[i] : NULL;
}

void adapter_files_use(adapter_files *a, sotto_config *c) {
    sotto_adapter_report r;
    int bad = 0;
    for (int i = 0; i < a->path.count; i++) {
        if (!a->map[i].size || bad) continue;
        bad = sotto_adapter_open(&a->adapter[i], name_of(a->path.item[i]), a->map[i].data, a->map[i].size, c->llm) != SOTTO_OK;
        sotto_adapter_look(&a->adapter[i], &r);
        if (r.rank > c->adapter_rank) c->adapter_rank = r.rank;
        if (!bad && !r.named)
            complain(0, "%s: does not name its base (sotto.adapter.base_crc32): only shapes were compared with the model's",
                     name_of(a->path.item[i]));
        if (i == 0 || bad) c->adapter = &a->adapter[i];
    }
}

int adapter_files_turn(adapter_files *a, sotto *voice) {
    if (a->path.count < 2) return 0;
    unsigned i = a->turns++ % (unsigned)a->path.count;
    int code = sotto_adapt(voice, worn(a, i));
    return code == SOTTO_OK ? 0 : complain(EXIT_FAIL, "%s: %s", a->path.item[i], sotto_strerror(code));
}

void adapter_files_close(adapter_files *a) {
    for (int i = 0; i < a->path.count; i++) {
        if (a->map[i].size) file_map_close(&a->map[i]);
        a->map[i].size = 0;
    }
}
