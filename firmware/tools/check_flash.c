/* check_flash: would this firmware and these weights fit a board's flash? Reads the ELF file, the image and the board's link.ld; touches no board.
 *
 *     check_flash ELF IMAGE LINK_LD CODE BYTES SECTOR SLOT BYTES [SLOT BYTES]
 *
 * Holds: every loaded segment lies in one memory of link.ld, and its bytes in the board's code flash; the vector table begins the code, its stack lies in
 * a memory and its reset handler in the code; the arena is what the image asks for; the image opens in a slot (firmware/image.h) and leaves the
 * marks' sector free; slots lie at sectors, and nothing overlaps. Exit codes: 0 all holds, 1 not, 2 usage.
 */
#include "firmware/image.h"
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REGIONS = 16 };

typedef struct region {
    char name[16];
    uint64_t at, bytes;
} region;

static region memory[REGIONS];
static int memories, bad;

static void hold(int ok, const char *what, uint64_t at, uint64_t bytes) {
    if (ok) return;
    printf("%s (0x%llx, %llu bytes)\n", what, (unsigned long long)at, (unsigned long long)bytes);
    bad = 1;
}

static void *read_file(const char *path, size_t *size) {
    FILE *f = fopen(path, "rb");
    if (!f) return NULL;
    fseek(f, 0, SEEK_END);
    long n = ftell(f);
    void *bytes = n > 0 ? aligned_alloc(IMAGE_ALIGN, ((size_t)n + IMAGE_ALIGN) / IMAGE_ALIGN * IMAGE_ALIGN) : NULL;
    rewind(f);
    if (bytes && fread(bytes, 1, (size_t)n, f) != (size_t)n) free(bytes), bytes = NULL;
    fclose(f);
    *size = bytes ? (size_t)n : 0;
    return bytes;
}

/* Lines of MEMORY: NAME (flags) : ORIGIN = 0x..., LENGTH = 64K */
static int read_memories(const char *path) {
    char line[256], unit;
    unsigned long long at, bytes;
    FILE *f = fopen(path, "r");
    if (!f) return -1;
    while (fgets(line, sizeof line, f) && memories < REGIONS) {
        region *r = &memory[memories];
        if (sscanf(line, " %15s (%*[a-z]) : ORIGIN = %llx, LENGTH = %llu%c", r->name, &at, &bytes, &unit) != 4) continue;
        r->at = at;
        r->bytes = bytes << (unit == 'M' ? 20 : unit == 'K' ? 10 : 0);
        memories++;
    }
    fclose(f);
    return memories > 0 ? 0 : -1;
}

static int inside(uint64_t at, uint64_t bytes, const region *r) {
    return at >= r->at && at + bytes <= r->at + r->bytes;
}

static int in_a_memory(uint64_t at, uint64_t bytes) {
    for (int i = 0; i < memories; i++) {
        if (inside(at, bytes, &memory[i])) return 1;
    }
    return 0;
}

static const region *memory_named(const char *name) {
    for (int i = 0; i < memories; i++) {
        if (strcmp(memory[i].name, name) == 0) return &memory[i];
    }
    return NULL;
}

static const Elf32_Ehdr *elf_of(const uint8_t *bytes, size_t size) {
    const Elf32_Ehdr *h = (const Elf32_Ehdr *)bytes;
    if (size < sizeof *h || memcmp(h->e_ident, ELFMAG, SELFMAG) != 0 || h->e_machine != EM_ARM || h->e_ident[EI_CLASS] != ELFCLASS32) return NULL;
    if (h->e_phoff + (uint64_t)h->e_phnum * sizeof(Elf32_Phdr) > size || h->e_shoff + (uint64_t)h->e_shnum * sizeof(Elf32_Shdr) > size) return NULL;
    return h->e_shstrndx < h->e_shnum ? h : NULL;
}

/* Returns the last address of the code flash that is used, and one. */
static uint64_t check_segments(const uint8_t *bytes, size_t size, const Elf32_Ehdr *h, const region *code) {
    uint64_t end = code->at;
    const Elf32_Phdr *p = (const Elf32_Phdr *)(bytes + h->e_phoff);
    for (int i = 0; i < h->e_phnum; i++) {
        if (p[i].p_type != PT_LOAD || p[i].p_memsz == 0) continue;
        hold(in_a_memory(p[i].p_vaddr, p[i].p_memsz), "a segment lies in no memory of link.ld", p[i].p_vaddr, p[i].p_memsz);
        if (p[i].p_filesz == 0) continue;
        hold(inside(p[i].p_paddr, p[i].p_filesz, code), "a segment's bytes lie outside the code flash", p[i].p_paddr, p[i].p_filesz);
        hold(p[i].p_offset + (uint64_t)p[i].p_filesz <= size, "a segment ends behind the file", p[i].p_offset, p[i].p_filesz);
        if (p[i].p_paddr + (uint64_t)p[i].p_filesz > end) end = p[i].p_paddr + (uint64_t)p[i].p_filesz;
    }
    return end;
}

static void check_vectors(const uint8_t *bytes, size_t size, const Elf32_Ehdr *h) {
    const Elf32_Phdr *p = (const Elf32_Phdr *)(bytes + h->e_phoff);
    const region *code = memory_named("CODE");
    uint32_t vector[2] = {0, 0};
    for (int i = 0; code && i < h->e_phnum; i++) {
        uint64_t at = code->at - p[i].p_paddr + p[i].p_offset;
        if (p[i].p_type == PT_LOAD && p[i].p_paddr <= code->at && code->at + 8 <= p[i].p_paddr + (uint64_t)p[i].p_filesz && at + 8 <= size)
            memcpy(vector, bytes + at, sizeof vector);
    }
    hold(vector[0] % 8 == 0 && in_a_memory(vector[0] - 8u, 8), "the vector table's stack lies in no memory", vector[0], 8);
    hold(vector[1] % 2 == 1 && code && inside(vector[1] - 1u, 2, code), "the vector table's reset handler is no Thumb code of the CODE memory",
         vector[1], 2);
    hold(vector[1] == h->e_entry, "the file's entry is not the reset handler", h->e_entry, 2);
}

static uint32_t arena_bytes(const uint8_t *bytes, size_t size, const Elf32_Ehdr *h) {
    const Elf32_Shdr *s = (const Elf32_Shdr *)(bytes + h->e_shoff), *names = &s[h->e_shstrndx];
    for (int i = 0; i < h->e_shnum; i++) {
        uint64_t at = (uint64_t)names->sh_offset + s[i].sh_name;
        if (at + 7 <= size && memcmp(bytes + at, ".arena", 7) == 0) return s[i].sh_size;
    }
    return 0;
}

static int check_image(const char *path, const region *slot, uint32_t sector, uint32_t arena) {
    char why[192];
    size_t size;
    image x;
    void *bytes = read_file(path, &size);
    if (!bytes) return printf("%s: cannot be read, or is empty\n", path), -1;
    int code = image_open(&x, bytes, size, why, sizeof why);
    if (code != 0)
        printf("%s: %s\n", path, why);
    else {
        hold(x.header->bytes == size, "the image's header tells another size than its file has", slot->at, size);
        hold(size + sector <= slot->bytes, "the image and its marks do not fit the slot", slot->at, size);
        hold(x.header->arena <= arena, "the image asks for more arena than the board gives", 0, x.header->arena);
        printf("weights %s, number %u, %zu bytes at 0x%llx of %llu; arena %u of %u\n", x.header->version, (unsigned)x.header->number, size,
               (unsigned long long)slot->at, (unsigned long long)slot->bytes, (unsigned)x.header->arena, (unsigned)arena);
    }
    free(bytes);
    return code;
}

static void check_slots(const region *slot, int slots, uint32_t sector, const region *code, uint64_t code_end) {
    for (int i = 0; i < slots; i++) {
        const region *s = &slot[i];
        hold(s->at % sector == 0 && s->bytes % sector == 0, "a slot does not begin and end at sectors", s->at, s->bytes);
        hold(code_end <= s->at || s->at + s->bytes <= code->at, "a slot overlaps the code", s->at, s->bytes);
    }
    if (slots == 2)
        hold(slot[0].at + slot[0].bytes <= slot[1].at || slot[1].at + slot[1].bytes <= slot[0].at, "the slots overlap", slot[1].at, slot[1].bytes);
}

int main(int argc, char **argv) {
    if (argc != 9 && argc != 11) return fprintf(stderr, "usage: check_flash ELF IMAGE LINK_LD CODE BYTES SECTOR SLOT BYTES [SLOT BYTES]\n"), 2;
    region code = {"code", strtoull(argv[4], NULL, 0), strtoull(argv[5], NULL, 0)}, slot[2];
    uint32_t sector = (uint32_t)strtoull(argv[6], NULL, 0);
    int slots = (argc - 7) / 2;
    size_t size;
    for (int i = 0; i < slots; i++) slot[i] = (region){"slot", strtoull(argv[7 + 2 * i], NULL, 0), strtoull(argv[8 + 2 * i], NULL, 0)};
    uint8_t *bytes = read_file(argv[1], &size);
    const Elf32_Ehdr *h = bytes ? elf_of(bytes, size) : NULL;
    if (!h) return printf("%s: not a 32-bit ELF file for Arm\n", argv[1]), 1;
    if (read_memories(argv[3]) != 0) return printf("%s: no MEMORY lines in it\n", argv[3]), 1;
    uint64_t end = check_segments(bytes, size, h, &code);
    check_vectors(bytes, size, h);
    check_slots(slot, slots, sector, &code, end);
    if (check_image(argv[2], &slot[0], sector, arena_bytes(bytes, size, h)) != 0) bad = 1;
    printf("code 0x%llx to 0x%llx of %llu bytes\n", (unsigned long long)code.at, (unsigned long long)end, (unsigned long long)code.bytes);
    free(bytes);
    return bad;
}
