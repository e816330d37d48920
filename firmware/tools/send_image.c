/* send_image: sends an image of weights to a board's console (firmware/receive.h says how).
 *
 *     send_image [--force] [--from PATH] DEVICE IMAGE
 *
 * DEVICE is a serial port (set to 115200 baud, 8N1, raw) or any file; --from: its answers come from another one, as an emulator's two pipes.
 * Each block's sum goes first, and its bytes only when the board asks again: it takes what it has from the image in use.
 * Exit codes: 0 taken, 1 refused or no answer, 2 usage.
 */
#define _DEFAULT_SOURCE
#include "runtime/base/crc32.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { BLOCK = 1024, PATIENCE_MS = 60000 }; /* the longest that a board takes between two answers: an erase, or reading all back */

typedef struct link_ends {
    int to, from;
    char line[256];
} link_ends;

static int complain(int code, const char *what, const char *why) {
    fprintf(stderr, "send_image: %s: %s\n", what, why);
    return code;
}

static int set_raw(int fd) {
    struct termios t;
    if (!isatty(fd)) return 0;
    if (tcgetattr(fd, &t) != 0) return -1;
    cfmakeraw(&t);
    cfsetspeed(&t, B115200);
    t.c_cflag |= CLOCAL | CREAD;
    return tcsetattr(fd, TCSANOW, &t);
}

static uint8_t *read_file(const char *path, size_t *size) {
    FILE *f = fopen(path, "rb");
    if (!f) return NULL;
    fseek(f, 0, SEEK_END);
    long n = ftell(f);
    uint8_t *bytes = n > 0 ? malloc((size_t)n) : NULL;
    rewind(f);
    if (bytes && fread(bytes, 1, (size_t)n, f) != (size_t)n) free(bytes), bytes = NULL;
    fclose(f);
    *size = bytes ? (size_t)n : 0;
    return bytes;
}

static int put(link_ends *l, const void *bytes, size_t count) {
    const char *b = bytes;
    while (count > 0) {
        ssize_t n = write(l->to, b, count);
        if (n <= 0) return -1;
        b += n;
        count -= (size_t)n;
    }
    return 0;
}

/* The next line of the board. 0, or -1 when there was none for PATIENCE_MS. */
static int get_line(link_ends *l) {
    size_t n = 0;
    for (;;) {
        struct pollfd p = {.fd = l->from, .events = POLLIN};
        char c;
        if (poll(&p, 1, PATIENCE_MS) <= 0 || read(l->from, &c, 1) != 1) return -1;
        if (c == '\n') break;
        if (c != '\r' && n < sizeof l->line - 1) l->line[n++] = c;
    }
    l->line[n] = 0;
    return 0;
}

static void put32(uint8_t *p, uint32_t v) {
    for (int i = 0; i < 4; i++) p[i] = (uint8_t)(v >> 8 * i);
}

static int send_block(link_ends *l, const uint8_t *image, size_t size, size_t index) {
    uint8_t frame[2 + 6 + BLOCK + 4] = {'S', 'B'};
    size_t at = index * BLOCK, count = at + BLOCK < size ? BLOCK : size - at;
    frame[2] = (uint8_t)count;
    frame[3] = (uint8_t)(count >> 8);
    put32(frame + 4, (uint32_t)index);
    memcpy(frame + 8, image + at, count);
    put32(frame + 8 + count, crc32_of(frame + 2, 6 + count));
    return put(l, frame, 12 + count);
}

static void show(size_t sent, size_t size) {
    if (isatty(2)) fprintf(stderr, "\r%3zu %%", sent * 100 / size);
}

/* Only the block's sum: the board may have it. */
static int send_sum(link_ends *l, const uint8_t *image, size_t size, size_t index) {
    uint8_t frame[16] = {'S', 'H'};
    size_t at = index * BLOCK, count = at + BLOCK < size ? BLOCK : size - at;
    frame[2] = (uint8_t)count;
    frame[3] = (uint8_t)(count >> 8);
    put32(frame + 4, (uint32_t)index);
    put32(frame + 8, crc32_of(image + at, count));
    put32(frame + 12, crc32_of(frame + 2, 10));
    return put(l, frame, sizeof frame);
}

/* Answers the board's lines until it says how it ended. Other lines (an echo, a prompt) are passed over. */
static int serve(link_ends *l, const uint8_t *image, size_t size) {
    size_t index, last = (size_t)-1, asked = 0, sent = 0;
    while (get_line(l) == 0) {
        if (strncmp(l->line, "taken: ", 7) == 0 || strncmp(l->line, "refused: ", 9) == 0) {
            printf("%s\n", l->line);
            fprintf(stderr, isatty(2) ? "\n" : "");
            fprintf(stderr, "send_image: %zu blocks of %d bytes, %zu sent, the others were there\n", (size + BLOCK - 1) / BLOCK, BLOCK, sent);
            return l->line[0] == 't' ? 0 : 1;
        }
        if (sscanf(l->line, "send %zu", &index) != 1 || index * BLOCK >= size) continue;
        asked = index == last ? asked + 1 : 0;
        last = index;
        sent += asked > 0 || index == 0;
        show(index * BLOCK, size);
        if ((asked || index == 0 ? send_block : send_sum)(l, image, size, index) != 0) return complain(1, "the board's port", strerror(errno));
    }
    return complain(1, "no answer", "expected \"send N\" of a board whose console is at its prompt");
}

static int open_link(link_ends *l, const char *device, const char *from) {
    l->to = open(device, (from ? O_WRONLY : O_RDWR) | O_NOCTTY);
    if (l->to < 0) return complain(1, device, strerror(errno));
    l->from = from ? open(from, O_RDONLY | O_NOCTTY) : l->to;
    if (l->from < 0) return complain(1, from, strerror(errno));
    return set_raw(l->to) == 0 && set_raw(l->from) == 0 ? 0 : complain(1, device, strerror(errno));
}

int main(int argc, char **argv) {
    const char *from = NULL, *force = "";
    link_ends l;
    char command[64];
    size_t size;
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--force") == 0)
            force = " force";
        else if (strcmp(argv[i], "--from") == 0 && i + 1 < argc)
            from = argv[++i];
        else
            break;
    }
    if (argc - i != 2) return fprintf(stderr, "usage: send_image [--force] [--from PATH] DEVICE IMAGE\n"), 2;
    uint8_t *image = read_file(argv[i + 1], &size);
    if (!image) return complain(1, argv[i + 1], "cannot be read, or is empty");
    if (open_link(&l, argv[i], from) != 0) return 1;
    int n = snprintf(command, sizeof command, "\rupdate %zu %08x%s\r", size, (unsigned)crc32_of(image, size), force);
    int code = put(&l, command, (size_t)n) == 0 ? serve(&l, image, size) : complain(1, argv[i], strerror(errno));
    free(image);
    return code;
}
