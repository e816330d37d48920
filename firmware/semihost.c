/* semihost: see semihost.h. Numbers of the calls and their blocks: Arm, "Semihosting for AArch32 and AArch64". */
#include "firmware/semihost.h"
#include <string.h>

enum { SYS_OPEN = 1, SYS_CLOSE = 2, SYS_WRITE = 5, SYS_READ = 6, SYS_SEEK = 10, SYS_TIME = 17, SYS_COMMAND = 21, SYS_EXIT = 32 };

static uint32_t semihost_call(uint32_t what, const void *block) {
    register uint32_t r0 __asm__("r0") = what;
    register const void *r1 __asm__("r1") = block;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static uint32_t word(const void *p) {
    return (uint32_t)(uintptr_t)p;
}

int semihost_open(const char *path, enum semihost_mode mode) {
    const uint32_t block[] = {word(path), (uint32_t)mode, (uint32_t)strlen(path)};
    return (int)semihost_call(SYS_OPEN, block);
}

long semihost_read(int handle, void *bytes, size_t count) {
    const uint32_t block[] = {(uint32_t)handle, word(bytes), (uint32_t)count};
    uint32_t left = semihost_call(SYS_READ, block); /* bytes not read */
    return left <= count ? (long)(count - left) : -1;
}

int semihost_write(int handle, const void *bytes, size_t count) {
    const uint32_t block[] = {(uint32_t)handle, word(bytes), (uint32_t)count};
    return semihost_call(SYS_WRITE, block) == 0 ? 0 : -1;
}

int semihost_seek(int handle, size_t at) {
    const uint32_t block[] = {(uint32_t)handle, (uint32_t)at};
    return semihost_call(SYS_SEEK, block) == 0 ? 0 : -1;
}

int semihost_close(int handle) {
    const uint32_t block[] = {(uint32_t)handle};
    return semihost_call(SYS_CLOSE, block) == 0 ? 0 : -1;
}

int semihost_command(char *line, size_t cap) {
    uint32_t block[] = {word(line), (uint32_t)cap};
    line[0] = 0;
    return semihost_call(SYS_COMMAND, block) == 0 ? 0 : -1;
}

uint32_t semihost_time(void) {
    return semihost_call(SYS_TIME, NULL);
}

_Noreturn void semihost_exit(int code) {
    const uint32_t block[] = {0x20026, (uint32_t)code}; /* the application ended */
    for (;;) semihost_call(SYS_EXIT, block);
}
