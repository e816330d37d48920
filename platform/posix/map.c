/* map: a file's bytes without reading them: pages come when they are touched and belong to the page cache. */
#define _POSIX_C_SOURCE 200809L
#include "platform/platform.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int map_fd(file_map *m, int fd, const char *path, platform_error *e) {
    struct stat s;
    if (fstat(fd, &s) != 0) return platform_fail(e, "%s: cannot be examined: %s", path, strerror(errno));
    if (S_ISDIR(s.st_mode)) return platform_fail(e, "%s: is a directory (expected a file)", path);
    if (!S_ISREG(s.st_mode)) return platform_fail(e, "%s: is not a regular file (it has to be mapped into memory)", path);
    if (s.st_size == 0) return platform_fail(e, "%s: is empty", path);
    if ((uintmax_t)s.st_size > SIZE_MAX) return platform_fail(e, "%s: is larger than this machine's address space", path);
    void *data = mmap(NULL, (size_t)s.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (data == MAP_FAILED) return platform_fail(e, "%s: cannot be mapped into memory: %s", path, strerror(errno));
    m->data = data;
    m->size = (size_t)s.st_size;
    return 0;
}

int file_map_open(file_map *m, const char *path, platform_error *e) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a named pipe must not hang here */
    if (fd < 0) return platform_fail(e, "%s: cannot be opened: %s", path, strerror(errno));
    int result = map_fd(m, fd, path, e);
    close(fd);
    return result;
}

void file_map_close(file_map *m) {
    if (m->data != NULL) munmap((void *)(uintptr_t)m->data, m->size);
    m->data = NULL;
    m->size = 0;
}

char *file_text(const char *path, platform_error *e) {
    file_map map;
    if (file_map_open(&map, path, e) != 0) return NULL;
    char *text = memchr(map.data, 0, map.size) ? NULL : malloc(map.size + 1);
    if (text) {
        memcpy(text, map.data, map.size);
        text[map.size] = 0;
    } else {
        platform_fail(e, "%s: is not text that fits in memory (%zu bytes, without a NUL among them)", path, map.size);
    }
    file_map_close(&map);
    return text;
}
