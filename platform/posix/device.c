/* device: see device.h. Two PortAudio streams of float, one a direction, each with a ring of half a second at the device's rate.
 * The callbacks only copy between driver and ring: no lock, no allocation, no resampling. */
#define _POSIX_C_SOURCE 200809L
#include "platform/posix/device.h"
#include "platform/posix/device_pa.h"
#include <math.h>
#include <portaudio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 512 }; /* samples moved at once between ring and resampler */

typedef struct channel { /* one direction */
    PaStream *stream;    /* NULL: not opened */
    ring queue;          /* float at the device's rate, mono */
    float *memory;
    resampler rate;
    uint32_t device_rate, channels;
    char name[128];
    float piece[PIECE]; /* resampled, waiting to be taken */
    size_t have, used;
    _Atomic uint32_t missed, xruns;
    _Atomic uint32_t drop_to; /* output: the driver's side skips until this many were ever written, ... */
    _Atomic int drop;         /* ... once for each time this is set */
    int dry;                  /* output: the last sample was silence for want of another */
    uint64_t moved;           /* samples at the program's rate */
} channel;

struct device {
    channel in, out;
    uint32_t rate;
};

static int on_input(const void *input, void *output, unsigned long frames, const PaStreamCallbackTimeInfo *time, PaStreamCallbackFlags flags,
                    void *user) {
    channel *c = user;
    const float *from = input;
    (void)output, (void)time;
    if (flags & (paInputOverflow | paInputUnderflow)) c->xruns++;
    for (unsigned long i = 0; from != NULL && i < frames; i++) {
        float sum = 0;
        for (uint32_t k = 0; k < c->channels; k++) sum += *from++;
        sum /= (float)c->channels;
        if (ring_write(&c->queue, &sum, 1) == 0) c->missed++;
    }
    return paContinue;
}

/* Skips what device_drop gave up; this is the ring's reading side. */
static void skip_dropped(channel *c) {
    float gone;
    if (!atomic_exchange(&c->drop, 0)) return;
    while ((int32_t)(c->drop_to - c->queue.read) > 0 && ring_read(&c->queue, &gone, 1) == 1) {}
}

static int on_output(const void *input, void *output, unsigned long frames, const PaStreamCallbackTimeInfo *time, PaStreamCallbackFlags flags,
                     void *user) {
    channel *c = user;
    float *to = output;
    (void)input, (void)time;
    if (flags & (paOutputOverflow | paOutputUnderflow)) c->xruns++;
    skip_dropped(c);
    for (unsigned long i = 0; i < frames; i++) {
        float x = 0;
        int empty = ring_read(&c->queue, &x, 1) == 0;
        if (empty && !c->dry) c->missed++;
        c->dry = empty;
        for (uint32_t k = 0; k < c->channels; k++) *to++ = x;
    }
    return paContinue;
}

static int start_stream(channel *c, const PaStreamParameters *p, int input, double rate, platform_error *e) {
    PaError failed =
        Pa_OpenStream(&c->stream, input ? p : NULL, input ? NULL : p, rate, paFramesPerBufferUnspecified, paNoFlag, input ? on_input : on_output, c);
    if (failed == paNoError) failed = Pa_StartStream(c->stream);
    if (failed == paNoError) return 0;
    if (c->stream != NULL) Pa_CloseStream(c->stream);
    c->stream = NULL;
    return platform_fail(e, "audio device \"%s\" cannot be opened for %s at %.0f Hz: %s", c->name, input ? "recording" : "playing", rate,
                         Pa_GetErrorText(failed));
}

/* The program's rate when the device has it, else its own; one channel when it has that, else two. */
static double choose_form(PaStreamParameters *p, int input, uint32_t rate, double own) {
    int most = input ? Pa_GetDeviceInfo(p->device)->maxInputChannels : Pa_GetDeviceInfo(p->device)->maxOutputChannels;
    for (int n = 1; n <= most && n <= 2; n++) {
        p->channelCount = n;
        if (Pa_IsFormatSupported(input ? p : NULL, input ? NULL : p, rate) == paFormatIsSupported) return rate;
        if (Pa_IsFormatSupported(input ? p : NULL, input ? NULL : p, own) == paFormatIsSupported) return own;
    }
    p->channelCount = 1;
    return own;
}

static int set_up_queue(channel *c, platform_error *e) {
    uint32_t capacity = 1024;
    while (capacity < c->device_rate / 2) capacity *= 2;
    c->memory = malloc(sizeof(float) * capacity);
    if (c->memory == NULL) return platform_fail(e, "no memory for the queue of audio device \"%s\"", c->name);
    ring_init(&c->queue, c->memory, capacity, sizeof(float));
    return 0;
}

static int open_channel(channel *c, const char *wanted, int input, const device_config *config, platform_error *e) {
    if (wanted != NULL && strcmp(wanted, "none") == 0) return 0;
    int index = device_pa_find(wanted, input, e);
    if (index < 0) return -1;
    const PaDeviceInfo *info = Pa_GetDeviceInfo(index);
    strncpy(c->name, info->name, sizeof c->name - 1);
    double low = input ? info->defaultLowInputLatency : info->defaultLowOutputLatency, period = (config->frame_ms > 0 ? config->frame_ms : 10) / 1e3;
    PaStreamParameters p = {.device = index, .sampleFormat = paFloat32, .suggestedLatency = fmax(low, period)};
    double rate = choose_form(&p, input, config->rate, info->defaultSampleRate);
    c->device_rate = (uint32_t)(rate + 0.5);
    c->channels = (uint32_t)p.channelCount;
    uint32_t from = input ? c->device_rate : config->rate, to = input ? config->rate : c->device_rate;
    if (resample_open(&c->rate, from, to, e) != 0 || set_up_queue(c, e) != 0) return -1;
    return start_stream(c, &p, input, rate, e);
}

int device_open(device **d, const device_config *c, platform_error *e) {
    if (device_pa_begin(e) != 0) return -1;
    device *made = calloc(1, sizeof *made);
    if (made == NULL) {
        device_pa_end();
        return platform_fail(e, "no memory for an audio device");
    }
    made->rate = c->rate;
    made->out.dry = 1; /* nothing has been played yet */
    if (open_channel(&made->in, c->input, 1, c, e) != 0 || open_channel(&made->out, c->output, 0, c, e) != 0) {
        device_close(made);
        return -1;
    }
    *d = made;
    return 0;
}

static void close_channel(channel *c) {
    if (c->stream != NULL) {
        Pa_AbortStream(c->stream);
        Pa_CloseStream(c->stream);
    }
    resample_close(&c->rate);
    free(c->memory);
}

void device_close(device *d) {
    if (d == NULL) return;
    close_channel(&d->in);
    close_channel(&d->out);
    free(d);
    device_pa_end();
}

/* More resampled samples from the queue into `piece`; 0 when the queue is empty. */
static size_t refill(channel *c) {
    float raw[PIECE];
    uint32_t step = (uint32_t)((uint64_t)PIECE * c->rate.from / c->rate.to), got;
    if (step > PIECE) step = PIECE;
    c->have = c->used = 0;
    while (c->have == 0 && (got = ring_read(&c->queue, raw, step > 8 ? step - 8 : 1)) > 0) {
        size_t in = got; /* step - 8: what it becomes always fits `piece`, so all of it is taken */
        c->have = resample_run(&c->rate, c->piece, PIECE, raw, &in);
    }
    return c->have;
}

size_t device_read(device *d, int16_t *out, size_t n) {
    channel *c = &d->in;
    size_t done = 0;
    while (c->stream != NULL && done < n && (c->used < c->have || refill(c) > 0)) {
        float x = c->piece[c->used++] * 32768.0f;
        out[done++] = (int16_t)lrintf(fminf(32767.0f, fmaxf(-32768.0f, x)));
    }
    c->moved += done;
    return done;
}

/* Room in the queue, as samples at the program's rate. */
static size_t room_for(const channel *c) {
    uint64_t room = (uint64_t)ring_room(&c->queue) * c->rate.from / c->rate.to;
    return room > 16 ? (size_t)(room - 16) : 0;
}

size_t device_write(device *d, const int16_t *samples, size_t n) {
    channel *c = &d->out;
    float in[64], out[64 * 12 + 64]; /* device rates up to 12 times the program's */
    if (c->stream == NULL) return n;
    size_t room = room_for(c), done = 0;
    if (n > room) n = room;
    while (done < n) {
        size_t count = n - done < 64 ? n - done : 64;
        for (size_t i = 0; i < count; i++) in[i] = (float)samples[done + i] / 32768.0f;
        size_t made = resample_run(&c->rate, out, sizeof out / sizeof out[0], in, &count);
        ring_write(&c->queue, out, (uint32_t)made);
        if (count == 0) break;
        done += count;
    }
    c->moved += done;
    return done;
}

size_t device_queued(const device *d) {
    const channel *c = &d->out;
    return c->stream != NULL ? (size_t)((uint64_t)ring_ready(&c->queue) * c->rate.from / c->rate.to) : 0;
}

void device_drop(device *d) {
    d->out.drop_to = d->out.queue.write;
    d->out.drop = 1;
}

int device_alive(const device *d) {
    return (d->in.stream == NULL || Pa_IsStreamActive(d->in.stream) == 1) && (d->out.stream == NULL || Pa_IsStreamActive(d->out.stream) == 1);
}

void device_statistics(const device *d, device_stats *out) {
    *out = (device_stats){.captured = d->in.moved,
                          .played = d->out.moved,
                          .input_lost = d->in.missed,
                          .output_dry = d->out.missed,
                          .input_xruns = d->in.xruns,
                          .output_xruns = d->out.xruns};
}

const char *device_input_name(const device *d) {
    return d->in.name;
}
const char *device_output_name(const device *d) {
    return d->out.name;
}
