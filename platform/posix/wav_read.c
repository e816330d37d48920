/* wav_read: the reader of wav.h: libsndfile -> mean of the channels -> resampler, WAV_BLOCK frames at a time. */
#define _POSIX_C_SOURCE 200809L
#include "platform/posix/wav.h"
#include <errno.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* libsndfile's words without their closing period. */
static const char *words(char *to, size_t room, SNDFILE *f) {
    snprintf(to, room, "%s", sf_strerror(f));
    size_t n = strlen(to);
    while (n > 0 && (to[n - 1] == '.' || to[n - 1] == '\n')) to[--n] = 0;
    return to;
}

/* What libsndfile would only call "unspecified": is there a file with something in it? */
static int check_path(const char *path, platform_error *e) {
    struct stat s;
    if (stat(path, &s) != 0) return platform_fail(e, "%s: cannot be opened: %s", path, strerror(errno));
    if (S_ISDIR(s.st_mode)) return platform_fail(e, "%s: is a directory (expected a sound file)", path);
    if (S_ISREG(s.st_mode) && s.st_size == 0) return platform_fail(e, "%s: is empty (expected a sound file)", path);
    FILE *f = S_ISREG(s.st_mode) ? fopen(path, "rb") : NULL;
    if (S_ISREG(s.st_mode) && f == NULL) return platform_fail(e, "%s: cannot be opened: %s", path, strerror(errno));
    if (f != NULL) fclose(f);
    return 0;
}

static void describe(char *to, size_t room, int format) {
    SF_FORMAT_INFO major = {.format = format & SF_FORMAT_TYPEMASK}, minor = {.format = format & SF_FORMAT_SUBMASK};
    sf_command(NULL, SFC_GET_FORMAT_INFO, &major, sizeof major);
    sf_command(NULL, SFC_GET_FORMAT_INFO, &minor, sizeof minor);
    snprintf(to, room, "%.30s, %.30s", major.name != NULL ? major.name : "?", minor.name != NULL ? minor.name : "?");
}

/* libsndfile reads what there is of a WAV that was cut off and tells so only in its log: "data : 86240 (should be 43098)". A stream's header has no
 * true size: it promises 2 GiB or more. */
static int is_cut(SNDFILE *f) {
    char log[2048] = "";
    unsigned long long said, found;
    sf_command(f, SFC_GET_LOG_INFO, log, sizeof log);
    const char *data = strstr(log, "data : ");
    return data != NULL && sscanf(data, "data : %llu (should be %llu", &said, &found) == 2 && found < said && said < 0x7ffff000;
}

static int set_up(wav_reader *w, const SF_INFO *info, uint32_t rate, platform_error *e) {
    platform_error why;
    w->file_rate = (uint32_t)info->samplerate;
    w->channels = (uint32_t)info->channels;
    w->frames = info->frames > 0 && info->frames < SF_COUNT_MAX ? (uint64_t)info->frames : 0;
    w->cut = info->seekable && is_cut(w->file);
    describe(w->format, sizeof w->format, info->format);
    if (w->frames == 0 && info->seekable) return platform_fail(e, "%s: holds no samples", w->name);
    if (resample_open(&w->rate, w->file_rate, rate, &why) != 0) return platform_fail(e, "%s: %s", w->name, why.text);
    w->block = malloc(sizeof(float) * WAV_BLOCK * w->channels);
    w->mono = malloc(sizeof(float) * WAV_BLOCK);
    if (w->block == NULL || w->mono == NULL) return platform_fail(e, "%s: no memory for %u channels", w->name, w->channels);
    return 0;
}

int wav_open(wav_reader *w, const char *path, uint32_t rate, platform_error *e) {
    memset(w, 0, sizeof *w);
    int standard = strcmp(path, "-") == 0;
    snprintf(w->name, sizeof w->name, "%s", standard ? "standard input" : path);
    if (!standard && check_path(path, e) != 0) return -1;
    SF_INFO info = {0};
    w->file = standard ? sf_open_fd(0, SFM_READ, &info, 0) : sf_open(path, SFM_READ, &info);
    if (w->file == NULL) {
        char text[160];
        return platform_fail(e, "%s: cannot read audio: %s (expected WAV, FLAC, Ogg or another format libsndfile reads)", w->name,
                             words(text, sizeof text, NULL));
    }
    if (set_up(w, &info, rate, e) == 0) return 0;
    wav_close(w);
    return -1;
}

/* Not a number -> 0, beyond -1..1 -> -1 or 1; counts them. */
static float tame(wav_reader *w, float x) {
    if (x >= -1.0f && x <= 1.0f) return x;
    w->bad++;
    return isfinite(x) ? (x > 0 ? 1.0f : -1.0f) : 0.0f;
}

/* Reads the next block and mixes it down. */
static void fill(wav_reader *w) {
    sf_count_t got = sf_readf_float(w->file, w->block, WAV_BLOCK);
    if (got < WAV_BLOCK && sf_error(w->file) != 0) {
        char text[120];
        snprintf(w->damage, sizeof w->damage, "cannot read audio after %.2f s: %s", (double)(w->taken + (uint64_t)got) / w->file_rate,
                 words(text, sizeof text, w->file));
    }
    for (sf_count_t i = 0; i < got; i++) {
        float sum = 0;
        for (uint32_t c = 0; c < w->channels; c++) sum += tame(w, w->block[(size_t)i * w->channels + c]);
        w->mono[i] = sum / (float)w->channels;
    }
    w->have = (size_t)got;
    w->used = 0;
    w->taken += (uint64_t)got;
    w->ended = got == 0;
}

long wav_read(wav_reader *w, float *out, size_t n, platform_error *e) {
    size_t done = 0;
    while (done < n) {
        if (w->used == w->have && !w->ended) fill(w);
        if (w->ended) {
            size_t got = resample_finish(&w->rate, out + done, n - done);
            if (got == 0) break;
            done += got;
            continue;
        }
        size_t in = w->have - w->used;
        done += resample_run(&w->rate, out + done, n - done, w->mono + w->used, &in);
        w->used += in;
    }
    if (done == 0 && n > 0 && w->damage[0] != 0) return platform_fail(e, "%s: %s", w->name, w->damage);
    for (size_t i = 0; i < done; i++) out[i] = fminf(1.0f, fmaxf(-1.0f, out[i])); /* the resampler's overshoot */
    return (long)done;
}

long wav_read_int16(wav_reader *w, int16_t *out, size_t n, platform_error *e) {
    float block[256];
    size_t done = 0;
    while (done < n) {
        size_t ask = n - done < 256 ? n - done : 256;
        long got = wav_read(w, block, ask, e);
        if (got < 0) return -1;
        for (long i = 0; i < got; i++) out[done + (size_t)i] = (int16_t)lrintf(fminf(block[i] * 32768.0f, 32767.0f));
        done += (size_t)got;
        if ((size_t)got < ask) break;
    }
    return (long)done;
}

double wav_seconds(const wav_reader *w) {
    return w->file_rate > 0 ? (double)w->frames / w->file_rate : 0;
}

void wav_close(wav_reader *w) {
    if (w->file != NULL) sf_close(w->file);
    resample_close(&w->rate);
    free(w->block);
    free(w->mono);
    w->file = NULL;
    w->block = w->mono = NULL;
}
