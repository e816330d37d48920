/* platform: what the command needs of the machine: clock, files, sound. One header a thing in platform/posix; another system gives its own folder.
 *
 * Every function that can fail returns 0 (or a count) or -1 with one line in a platform_error: what, where, and what was expected.
 */
#ifndef SOTTO_PLATFORM_H
#define SOTTO_PLATFORM_H
#include <stddef.h>
#include <stdint.h>

typedef struct platform_error {
    char text[320]; /* one line without "sotto: " and newline */
} platform_error;

/* Writes the line and returns -1. `e` may be NULL. */
int platform_fail(platform_error *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- clock ---- */
uint64_t platform_now(void);      /* monotonic ns */
void platform_sleep(uint64_t ns); /* at least */

/* ---- log: "sotto: " lines on stderr, whole, from any thread ---- */
void platform_log(const char *line);

/* ---- read-only file map ---- */
typedef struct file_map {
    const void *data; /* page aligned */
    size_t size;      /* bytes, > 0 */
} file_map;

int file_map_open(file_map *m, const char *path, platform_error *e); /* missing, directory, empty, unreadable: -1 */
void file_map_close(file_map *m);
/* A whole file of text and a NUL, to be freed by the caller. NULL: as above, or it holds a NUL byte, or there is no memory. */
char *file_text(const char *path, platform_error *e);

#endif
