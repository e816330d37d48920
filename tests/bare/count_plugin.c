/* count_plugin: exact instruction counts of an ARM image under QEMU, by function and by stage (a TCG plugin, QEMU 6.0 to 8.2).
 *
 * Every instruction adds to inline counters where it is executed: all, of them vector (MVE), scalar floating point, and ends of
 * low-overhead loops. At each call, entry and return what was added since the last one goes to the function that ran. A stage
 * is a set of functions: whatever they call belongs to it too, until a function of another stage is entered. Functions and calls
 * are read from the image's ELF file. With -icount an access to a device in the middle of a block is run twice and counted twice.
 *
 * Arguments: elf=FILE, stages=FILE (lines "stage function"), out=FILE (lines "stage function calls all vector float loops").
 * Debian has no qemu-plugin.h, so what is used of the interface is declared here; QEMU refuses a version that it does not know.
 */
#include <elf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef void tb_callback(uint64_t id, struct qemu_plugin_tb *tb);
typedef void insn_callback(unsigned cpu, void *user);
typedef void exit_callback(uint64_t id, void *user);
void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, tb_callback *call);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, insn_callback *call, int flags, void *user);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn, int op, void *counter, uint64_t add);
void qemu_plugin_register_atexit_cb(uint64_t id, exit_callback *call, void *user);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t at);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv);

EXPORT int qemu_plugin_version = 1;

enum { STAGES = 64, DEPTH = 1024, CODE = 1 << 20 /* bytes of code from address 0 */, NAME = 64, FLAGS_NONE = 0, OP_ADD = 0 };
enum { ALL, VECTOR, FLOAT, LOOPS, KINDS };

typedef struct function {
    char name[NAME];
    int stage; /* -1: that of its caller */
    uint64_t calls[STAGES], count[STAGES][KINDS];
} function;

typedef struct frame { /* what goes on when a call returns */
    uint64_t back;
    function *f;
    int stage;
} frame;

static struct {
    uint64_t now[KINDS], seen[KINDS]; /* executed; given to functions */
    function *at[CODE / 2];           /* the function that begins at this half-word */
    uint8_t back[CODE / 2];           /* 1: the half-word behind something that looks like a call */
    function *list, *f;
    size_t functions;
    char stage[STAGES][NAME];
    int stages, in;
    frame call[DEPTH];
    int depth, deepest;
    const char *out;
} count;

static void fail(const char *what, const char *which) {
    fprintf(stderr, "count_plugin: %s: %s\n", which, what);
    exit(1);
}

/* ---- while the image runs ---- */

static void settle(void) {
    for (int k = 0; k < KINDS; k++) {
        count.f->count[count.in][k] += count.now[k] - count.seen[k];
        count.seen[k] = count.now[k];
    }
}

static void on_entry(unsigned cpu, void *user) {
    (void)cpu;
    settle();
    count.f = user;
    if (count.f->stage >= 0) count.in = count.f->stage;
    count.f->calls[count.in]++;
}

static void on_call(unsigned cpu, void *user) {
    (void)cpu;
    if (count.depth == DEPTH) fail("calls nest too deep, or do not return", count.f->name);
    count.call[count.depth++] = (frame){(uint64_t)(uintptr_t)user, count.f, count.in};
    if (count.depth > count.deepest) count.deepest = count.depth;
}

static void on_return(unsigned cpu, void *user) {
    (void)cpu;
    if (count.depth == 0 || count.call[count.depth - 1].back != (uint64_t)(uintptr_t)user) return;
    settle();
    const frame *top = &count.call[--count.depth];
    count.f = top->f;
    count.in = top->stage;
}

/* ---- Thumb ---- */

static uint16_t half_at(const void *p, size_t i) {
    uint16_t h;
    memcpy(&h, (const char *)p + 2 * i, sizeof h);
    return h;
}

/* BLX register; BL. */
static int is_blx(uint16_t h) {
    return (h & 0xff87) == 0x4780;
}
static int is_bl(uint16_t h, uint16_t next) {
    return (h & 0xf800) == 0xf000 && (next & 0xd000) == 0xd000;
}

/* LE, LETP. */
static int is_loop_end(uint16_t h, uint16_t next) {
    return (h & 0xffcf) == 0xf00f && (next & 0xf001) == 0xc001;
}

/* Coprocessor space with MVE's numbers (14, 15), the Advanced SIMD space of A-profile cores, moves between core registers and lanes. */
static int is_vector(uint16_t h, uint16_t next) {
    const int space = h >> 8, number = next >> 8 & 15;
    if (space == 0xef || space == 0xff) return 1;
    if (space != 0xec && space != 0xed && space != 0xee && space != 0xfc && space != 0xfd && space != 0xfe) return 0;
    return number >= 14 || (space == 0xee && number == 11 && (next & 0x10));
}

static int is_float(uint16_t h, uint16_t next) {
    const int space = h >> 8, number = next >> 8 & 15;
    return (space == 0xec || space == 0xed || space == 0xee || space == 0xfe) && number >= 9 && number <= 11;
}

static void add_inline(struct qemu_plugin_insn *insn, int kind) {
    qemu_plugin_register_vcpu_insn_exec_inline(insn, OP_ADD, &count.now[kind], 1);
}

static void on_instruction(struct qemu_plugin_insn *insn) {
    const uint64_t at = qemu_plugin_insn_vaddr(insn);
    const size_t size = qemu_plugin_insn_size(insn);
    const void *code = qemu_plugin_insn_data(insn);
    const uint16_t h = half_at(code, 0), next = size == 4 ? half_at(code, 1) : 0;
    if (at < CODE && count.back[at / 2]) qemu_plugin_register_vcpu_insn_exec_cb(insn, on_return, FLAGS_NONE, (void *)(uintptr_t)at);
    if (at < CODE && count.at[at / 2]) qemu_plugin_register_vcpu_insn_exec_cb(insn, on_entry, FLAGS_NONE, count.at[at / 2]);
    if (size == 4 ? is_bl(h, next) : is_blx(h)) qemu_plugin_register_vcpu_insn_exec_cb(insn, on_call, FLAGS_NONE, (void *)(uintptr_t)(at + size));
    add_inline(insn, ALL);
    if (size != 4) return;
    if (is_vector(h, next))
        add_inline(insn, VECTOR);
    else if (is_float(h, next))
        add_inline(insn, FLOAT);
    else if (is_loop_end(h, next))
        add_inline(insn, LOOPS);
}

static void on_block(uint64_t id, struct qemu_plugin_tb *tb) {
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) on_instruction(qemu_plugin_tb_get_insn(tb, i));
}

static void on_exit(uint64_t id, void *user) {
    (void)id, (void)user;
    FILE *out = fopen(count.out, "w");
    if (!out) fail("cannot be written", count.out);
    settle();
    for (const function *f = count.list; f < count.list + count.functions; f++)
        for (int s = 0; s < count.stages; s++)
            if (f->count[s][ALL])
                fprintf(out, "%s %s %llu %llu %llu %llu %llu\n", count.stage[s], f->name, (unsigned long long)f->calls[s],
                        (unsigned long long)f->count[s][ALL], (unsigned long long)f->count[s][VECTOR], (unsigned long long)f->count[s][FLOAT],
                        (unsigned long long)f->count[s][LOOPS]);
    if (fclose(out) != 0) fail("cannot be written", count.out);
}

/* ---- before it runs ---- */

static int stage_number(const char *name) {
    for (int i = 0; i < count.stages; i++)
        if (strcmp(count.stage[i], name) == 0) return i;
    if (count.stages == STAGES) fail("too many stages", name);
    strcpy(count.stage[count.stages], name);
    return count.stages++;
}

/* Functions of one name are one function. */
static function *function_named(const char *name) {
    for (size_t i = 0; i < count.functions; i++)
        if (strncmp(count.list[i].name, name, NAME - 1) == 0) return &count.list[i];
    function *f = &count.list[count.functions++];
    strncpy(f->name, name, NAME - 1);
    f->stage = -1;
    return f;
}

static void *whole_file(const char *path, size_t *size) {
    FILE *in = path ? fopen(path, "rb") : NULL;
    if (!in) fail("cannot be read", path ? path : "elf=, stages= and out= are needed");
    fseek(in, 0, SEEK_END);
    *size = (size_t)ftell(in);
    rewind(in);
    char *bytes = calloc(*size + 1, 1);
    if (!bytes || fread(bytes, 1, *size, in) != *size) fail("cannot be read", path);
    fclose(in);
    return bytes;
}

/* Half-words behind calls. A literal that looks like one does no harm: nothing returns to it. */
static void find_calls(const char *code, uint64_t address, size_t bytes) {
    for (size_t i = 0; 2 * i + 4 <= bytes && address + 2 * i + 4 < CODE; i++) {
        if (is_blx(half_at(code, i))) count.back[address / 2 + i + 1] = 1;
        if (is_bl(half_at(code, i), half_at(code, i + 1))) count.back[address / 2 + i + 2] = 1;
    }
}

/* What an interrupt executes counts as part of what it interrupts. */
static int is_handler(const char *name) {
    const size_t n = strlen(name), m = strlen("_handler");
    return n > m && strcmp(name + n - m, "_handler") == 0;
}

static void find_functions(const Elf32_Sym *s, size_t symbols, const char *names) {
    count.list = calloc(symbols + 2, sizeof *count.list);
    if (!count.list) fail("out of memory", "functions");
    count.f = function_named("(start)");
    for (size_t i = 0; i < symbols; i++)
        if (ELF32_ST_TYPE(s[i].st_info) == STT_FUNC && s[i].st_shndx != SHN_UNDEF && s[i].st_value < CODE && !is_handler(names + s[i].st_name))
            count.at[s[i].st_value / 2] = function_named(names + s[i].st_name);
}

static void read_elf(const char *path) {
    size_t size;
    const char *bytes = whole_file(path, &size);
    const Elf32_Ehdr *e = (const Elf32_Ehdr *)(const void *)bytes;
    if (size < sizeof *e || memcmp(bytes, ELFMAG, SELFMAG) != 0 || e->e_machine != EM_ARM) fail("not an ELF file for ARM", path);
    const Elf32_Shdr *s = (const Elf32_Shdr *)(const void *)(bytes + e->e_shoff);
    for (int i = 0; i < e->e_shnum; i++) {
        if (s[i].sh_type == SHT_PROGBITS && (s[i].sh_flags & SHF_EXECINSTR)) find_calls(bytes + s[i].sh_offset, s[i].sh_addr, s[i].sh_size);
        if (s[i].sh_type == SHT_SYMTAB)
            find_functions((const Elf32_Sym *)(const void *)(bytes + s[i].sh_offset), s[i].sh_size / sizeof(Elf32_Sym),
                           bytes + s[s[i].sh_link].sh_offset);
    }
    if (!count.list) fail("has no symbols", path);
}

static void read_stages(const char *path) {
    size_t size;
    char *text = whole_file(path, &size), *line_end, stage[NAME], name[NAME];
    for (char *line = text; *line; line = line_end) {
        line_end = line + strcspn(line, "\n");
        if (*line_end) *line_end++ = 0;
        if (*line == '#' || sscanf(line, "%63s %63s", stage, name) != 2) continue;
        const size_t known = count.functions;
        function_named(name)->stage = stage_number(stage);
        if (count.functions != known) fail("no such function in the image (or it was inlined)", name);
    }
    free(text);
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv) {
    const char *elf = NULL, *stages = NULL;
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], "elf=", 4) == 0) elf = argv[i] + 4;
        if (strncmp(argv[i], "stages=", 7) == 0) stages = argv[i] + 7;
        if (strncmp(argv[i], "out=", 4) == 0) count.out = argv[i] + 4;
    }
    count.in = stage_number("other");
    read_elf(elf);
    read_stages(stages);
    if (!count.out) fail("is needed", "out=FILE");
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_block);
    qemu_plugin_register_atexit_cb(id, on_exit, NULL);
    return 0;
}
