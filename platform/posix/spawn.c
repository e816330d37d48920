/* spawn: see spawn.h. posix_spawn, since the program has threads; a process group of its own, so that nothing it starts outlives the time limit. */
#define _POSIX_C_SOURCE 200809L
#include "platform/posix/spawn.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { GLANCE_MS = 10, ENVIRONMENT = 1024 };

extern char **environ;

typedef struct job {
    pid_t pid;
    int out; /* its stdout; -1: closed */
    int status, ended;
    char *line;
    size_t cap, used;
    int whole; /* the first line is complete */
} job;

/* The machine's environment and `more`, which wins; entries beyond the table are left out. */
static void join_environment(char **to, char *const more[]) {
    size_t n = 0;
    for (size_t i = 0; more[i] && n + 1 < ENVIRONMENT; i++) to[n++] = more[i];
    for (size_t i = 0; environ[i] && n + 1 < ENVIRONMENT; i++) {
        size_t len = strcspn(environ[i], "=") + 1, k = 0;
        while (more[k] && strncmp(more[k], environ[i], len) != 0) k++;
        if (!more[k]) to[n++] = environ[i];
    }
    to[n] = NULL;
}

/* Starts it with its stdout in `out`. 0 or an errno. */
static int start(job *j, char *const argv[], char *const more[], int out) {
    char *environment[ENVIRONMENT];
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t none;
    sigemptyset(&none);
    join_environment(environment, more);
    int code = posix_spawn_file_actions_init(&files);
    if (code) return code;
    code = posix_spawnattr_init(&how);
    if (code) {
        posix_spawn_file_actions_destroy(&files);
        return code;
    }
    code = posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    if (!code) code = posix_spawn_file_actions_adddup2(&files, out, 1);
    if (!code) code = posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    if (!code) code = posix_spawnattr_setsigmask(&how, &none);
    if (!code) code = posix_spawnp(&j->pid, argv[0], &files, &how, argv, environment);
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
    return code;
}

/* The first line is kept, the rest is read and dropped. */
static void take(job *j, const char *bytes, size_t n) {
    for (size_t i = 0; i < n && !j->whole; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (c == '\n' || j->used + 1 >= j->cap)
            j->whole = 1;
        else
            j->line[j->used++] = c < ' ' || c == 0x7f ? ' ' : (char)c;
    }
}

static void glance(job *j) {
    char bytes[512];
    struct pollfd p = {j->out, POLLIN, 0};
    if (j->out < 0 || poll(&p, 1, GLANCE_MS) < 0) platform_sleep((uint64_t)GLANCE_MS * 1000000);
    if (j->out >= 0 && p.revents) {
        ssize_t n = read(j->out, bytes, sizeof bytes);
        if (n > 0)
            take(j, bytes, (size_t)n);
        else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
            close(j->out);
            j->out = -1;
        }
    }
    if (!j->ended) j->ended = waitpid(j->pid, &j->status, WNOHANG) == j->pid;
}

static int judge(const job *j, const char *name, int timeout_ms, platform_error *e) {
    if (!j->ended) return platform_fail(e, "%s: did not end within %d ms and was stopped", name, timeout_ms);
    if (WIFSIGNALED(j->status)) return platform_fail(e, "%s: was ended by signal %d", name, WTERMSIG(j->status));
    /* What a shell says of a command that it does not find, and by POSIX what posix_spawn may leave when it could not tell in time. */
    if (WEXITSTATUS(j->status) == 127) return platform_fail(e, "%s: exit status 127: what it names cannot be run", name);
    if (WEXITSTATUS(j->status)) return platform_fail(e, "%s: exit status %d", name, WEXITSTATUS(j->status));
    return 0;
}

/* Once it has ended, what is still in the pipe is taken; a child of its own that holds the pipe open is not waited for. */
static void wait_for(job *j, int timeout_ms) {
    uint64_t until = platform_now() + (uint64_t)timeout_ms * 1000000;
    while (!j->ended && platform_now() < until) glance(j);
    if (!j->ended) {
        kill(-j->pid, SIGKILL);
        kill(j->pid, SIGKILL);
        waitpid(j->pid, &j->status, 0);
        return;
    }
    while (j->out >= 0 && !j->whole) {
        struct pollfd p = {j->out, POLLIN, 0};
        if (poll(&p, 1, 0) <= 0) break;
        glance(j);
    }
}

int spawn_line(char *const argv[], char *const more[], int timeout_ms, char *line, size_t cap, platform_error *e) {
    int ends[2];
    job j = {.line = line, .cap = cap};
    if (pipe(ends) != 0) return platform_fail(e, "%s: no pipe: %s", argv[0], strerror(errno));
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    int code = start(&j, argv, more, ends[1]);
    close(ends[1]);
    j.out = ends[0];
    if (code == 0) wait_for(&j, timeout_ms);
    if (j.out >= 0) close(j.out);
    line[j.used] = 0;
    return code ? platform_fail(e, "%s: cannot be run: %s", argv[0], strerror(code)) : judge(&j, argv[0], timeout_ms, e);
}
