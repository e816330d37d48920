/* eval_noise: see eval_noise.h. */
#define _POSIX_C_SOURCE 200809L
#include "platform/host/eval_noise.h"
#include "platform/posix/wav.h"
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { RATE = 16000, FRAME = 320, NEAR = 5, NOISE_FILES = 256 }; /* NEAR: frames */

static int clip_fill(clip *c, wav_reader *w, size_t most, platform_error *e) {
    size_t room = 0;
    for (long got = 1; got > 0 && (!most || c->n < most); c->n += (size_t)got) {
        if (room - c->n < WAV_BLOCK) {
            room = room ? 2 * room : 16 * WAV_BLOCK;
            int16_t *more = realloc(c->pcm, room * sizeof *more);
            if (!more) return platform_fail(e, "%s: %zu samples: out of memory", w->name, room);
            c->pcm = more;
        }
        size_t ask = most && most - c->n < WAV_BLOCK ? most - c->n : WAV_BLOCK;
        got = wav_read_int16(w, c->pcm + c->n, ask, e);
        if (got < 0) return most && c->n > 0 ? 0 : -1;
    }
    return c->n ? 0 : platform_fail(e, "%s: holds no samples", w->name);
}

int clip_read(clip *c, const char *path, size_t most, platform_error *e) {
    wav_reader w;
    memset(c, 0, sizeof *c);
    if (wav_open(&w, path, RATE, e) != 0) return -1;
    int code = clip_fill(c, &w, most, e);
    wav_close(&w);
    if (code) clip_free(c);
    return code;
}

void clip_free(clip *c) {
    free(c->pcm);
    memset(c, 0, sizeof *c);
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Paths of a folder's files, sorted; the count, or -1. */
static int list_folder(char **path, int most, const char *folder, platform_error *e) {
    DIR *d = opendir(folder);
    int n = 0;
    if (!d) return platform_fail(e, "%s: cannot be opened", folder);
    for (struct dirent *x; (x = readdir(d)) != NULL && n < most;) {
        size_t room = strlen(folder) + strlen(x->d_name) + 2;
        if (x->d_name[0] == '.' || !(path[n] = malloc(room))) continue;
        snprintf(path[n++], room, "%s/%s", folder, x->d_name);
    }
    closedir(d);
    qsort(path, (size_t)n, sizeof *path, by_name);
    return n ? n : platform_fail(e, "%s: holds no sound file", folder);
}

int noise_open(noise_bank *b, const char *path, platform_error *e) {
    struct stat s;
    char *file[NOISE_FILES];
    int one = stat(path, &s) != 0 || !S_ISDIR(s.st_mode), n = one ? 1 : list_folder(file, NOISE_FILES, path, e), code = n < 0 ? -1 : 0;
    memset(b, 0, sizeof *b);
    b->at = calloc(NOISE_FILES, sizeof *b->at);
    if (!b->at) code = platform_fail(e, "%s: out of memory", path);
    for (int i = 0; i < n && code == 0; i++) {
        code = clip_read(&b->at[i], one ? path : file[i], (size_t)RATE * NOISE_SECONDS, e);
        b->count += code == 0;
    }
    for (int i = 0; i < n && !one; i++) free(file[i]);
    if (code) noise_close(b);
    return code;
}

void noise_close(noise_bank *b) {
    for (uint32_t i = 0; i < b->count; i++) clip_free(&b->at[i]);
    free(b->at);
    memset(b, 0, sizeof *b);
}

uint64_t noise_seed(const char *name) {
    uint64_t h = 0xcbf29ce484222325u;
    for (; *name; name++) h = (h ^ (uint8_t)*name) * 0x100000001b3u;
    return h;
}

uint64_t noise_next(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static int by_power(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static float frame_power(const int16_t *pcm, size_t n) {
    float sum = 0;
    for (size_t i = 0; i < n; i++) sum += (float)pcm[i] * (float)pcm[i];
    return sum / ((float)n * 32768.0f * 32768.0f);
}

/* The power that an active frame has at least; frames whole ones, > 0. Negative when out of memory. */
static float active_floor(const int16_t *pcm, size_t frames) {
    float *power = malloc(frames * sizeof *power);
    if (!power) return -1;
    for (size_t i = 0; i < frames; i++) power[i] = frame_power(pcm + i * FRAME, FRAME);
    qsort(power, frames, sizeof *power, by_power);
    float floor = power[frames * 95 / 100] * 1e-3f;
    free(power);
    return floor;
}

float noise_active_power(const int16_t *pcm, size_t n) {
    size_t frames = n / FRAME, active = 0;
    float floor = frames ? active_floor(pcm, frames) : -1, sum = 0;
    if (floor < 0) return n ? frame_power(pcm, n) : 0;
    for (size_t i = 0; i < frames; i++) {
        float power = frame_power(pcm + i * FRAME, FRAME);
        if (power < floor) continue;
        sum += power;
        active++;
    }
    return active ? sum / (float)active : 0;
}

void noise_squeeze(clip *c) {
    size_t frames = c->n / FRAME, kept = 0, near = 0; /* near: frames up to here are close to an active one */
    float floor = frames ? active_floor(c->pcm, frames) : -1;
    if (floor < 0) return;
    for (size_t i = 0, ahead = 0; i < frames; i++) {
        for (; ahead < frames && ahead <= i + NEAR; ahead++) { /* looks before what is moved over it */
            if (frame_power(c->pcm + ahead * FRAME, FRAME) >= floor) near = ahead + NEAR + 1;
        }
        if (i >= near) continue;
        memmove(c->pcm + kept * FRAME, c->pcm + i * FRAME, FRAME * sizeof *c->pcm);
        kept++;
    }
    if (kept) c->n = kept * FRAME;
}

void noise_fill(const noise_bank *b, const char *name, float *out, size_t n) {
    uint64_t state = noise_seed(name);
    const clip *c = &b->at[noise_next(&state) % b->count];
    size_t at = noise_next(&state) % c->n;
    for (size_t i = 0; i < n; i++) out[i] = (float)c->pcm[(at + i) % c->n] / 32768.0f;
}

void noise_add_voice(float *out, size_t n, const clip *voice, size_t from) {
    float power = noise_active_power(voice->pcm, voice->n);
    float gain = power > 0 ? 1.0f / (sqrtf(power) * 32768.0f) : 0;
    for (size_t i = 0; i < n; i++) out[i] += gain * (float)voice->pcm[(from + i) % voice->n];
}

void noise_mix(int16_t *out, const clip *speech, const float *noise, double snr) {
    double power = 0;
    float peak = 1e-9f;
    for (size_t i = 0; i < speech->n; i++) power += (double)noise[i] * (double)noise[i] / (double)speech->n;
    float gain = power > 0 ? (float)sqrt((double)noise_active_power(speech->pcm, speech->n) / power * pow(10, -snr / 10)) : 0;
    for (size_t i = 0; i < speech->n; i++) peak = fmaxf(peak, fabsf((float)speech->pcm[i] / 32768.0f + gain * noise[i]));
    float down = peak > 0.999f ? 0.999f / peak : 1.0f;
    for (size_t i = 0; i < speech->n; i++) out[i] = (int16_t)lrintf(((float)speech->pcm[i] + gain * noise[i] * 32768.0f) * down);
}
