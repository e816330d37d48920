/* pack_image: see pack_image.h. The file is written beside its place and renamed, so that it is there whole or not at all. */
#include "platform/host/pack_image.h"
#include "firmware/image.h"
#include "platform/host/args.h"
#include "platform/host/loop.h"
#include "runtime/base/crc32.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)IMAGE_MODELS == (int)PACK_MODELS && (int)IMAGE_ASR == (int)PACK_ASR && (int)IMAGE_VOCODER == (int)PACK_VOCODER,
               "an image's roles are a pack's");

static int take_version(const pack *p, int role, image_entry *m) {
    char text[PACK_VERSION];
    pack_model_key(&p->model[role], "general.version", text, sizeof text);
    if (strlen(text) >= sizeof m->version) return complain(EXIT_FAIL, "%s: general.version \"%s\": too long for an image", p->name[role], text);
    memcpy(m->version, text, strlen(text) + 1);
    return 0;
}

/* Places the models one behind the other; the version tells them apart by what they hold. */
static int place_models(const pack *p, image_header *h, const char *pack_name) {
    uint64_t end = sizeof *h;
    uint32_t crcs[IMAGE_MODELS];
    for (int i = 0; i < IMAGE_MODELS; i++) {
        image_entry *m = &h->model[i];
        uint64_t at = (end + IMAGE_ALIGN - 1) / IMAGE_ALIGN * IMAGE_ALIGN;
        end = at + p->map[i].size;
        if (end > UINT32_MAX) return complain(EXIT_FAIL, "%s: %zu bytes: an image ends before 4 GiB", p->name[i], p->map[i].size);
        m->offset = (uint32_t)at;
        m->bytes = (uint32_t)p->map[i].size;
        m->crc = crcs[i] = crc32_of(p->map[i].data, p->map[i].size);
        if (take_version(p, i, m) != 0) return EXIT_FAIL;
    }
    h->bytes = (uint32_t)end;
    snprintf(h->version, sizeof h->version, "%.20s-%08x", pack_name, (unsigned)crc32_of(crcs, sizeof crcs));
    return 0;
}

/* The reply to the question, as a conversation's first turn. */
static int ask_gate(loop *l, image_header *h, const char *question) {
    if (!*question) return 0;
    if (strlen(question) >= sizeof h->question) return complain(EXIT_USAGE, "pack: --question: expected at most %zu bytes", sizeof h->question - 1);
    memcpy(h->question, question, strlen(question) + 1);
    int code = loop_ask(l, question);
    if (code == 0 && !l->reply[0]) return complain(EXIT_FAIL, "pack: \"%s\" was not answered", question);
    h->reply = crc32_of(l->reply, strlen(l->reply));
    return code;
}

static int fill_header(loop *l, image_header *h, const char *folder, const char *question) {
    pack_list list;
    platform_error e;
    sotto_memory_report m;
    int listed = pack_list_read(&list, folder, &e);
    sotto_memory(l->voice, &m);
    h->arena = (uint32_t)m.bytes; /* of this machine; one with shorter pointers needs less */
    int code = place_models(&l->models, h, listed == 0 && list.name[0] ? list.name : "unnamed");
    if (code == 0) code = ask_gate(l, h, question);
    h->crc = crc32_of(h, offsetof(image_header, crc));
    return code;
}

static int put_image(FILE *f, const image_header *h, const pack *p) {
    uint32_t at = sizeof *h;
    fwrite(h, sizeof *h, 1, f);
    for (int i = 0; i < IMAGE_MODELS; i++) {
        for (; at < h->model[i].offset; at++) fputc(0xff, f);
        fwrite(p->map[i].data, p->map[i].size, 1, f);
        at += h->model[i].bytes;
    }
    return ferror(f);
}

static int write_image(const char *path, const image_header *h, const pack *p) {
    char fresh[PACK_PATH];
    if (snprintf(fresh, sizeof fresh, "%s.new", path) >= (int)sizeof fresh) return complain(EXIT_FAIL, "%.80s...: the path is too long", path);
    FILE *f = fopen(fresh, "wb");
    if (!f) return complain(EXIT_FAIL, "%s: cannot be written: %s", fresh, strerror(errno));
    int bad = put_image(f, h, p);
    bad |= fclose(f);
    if (bad || rename(fresh, path) != 0) return complain(EXIT_FAIL, "%s: cannot be written: %s", path, strerror(errno));
    return 0;
}

int pack_image(const char *folder, const char *path, uint32_t number, const char *question) {
    image_header h = {.magic = "SOTTOIMG", .format = IMAGE_FORMAT, .number = number};
    loop l;
    int code = loop_open(&l, folder, PACK_ALL, NULL, NULL);
    if (code) return code;
    code = fill_header(&l, &h, pack_folder(folder), question);
    if (code == 0) code = write_image(path, &h, &l.models);
    if (code == 0)
        printf("%s: %s, number %u, %u bytes, arena %u; \"%s\" is answered \"%s\"\n", path, h.version, (unsigned)h.number, (unsigned)h.bytes,
               (unsigned)h.arena, h.question, l.reply);
    loop_close(&l);
    return code;
}
