/* device: microphone and loudspeaker through PortAudio. The driver's callback moves samples to and from lock-free rings; the rest of the program reads
 * and writes 16 kHz mono int16 and never waits. Devices at other rates are resampled on the program's side of the rings, never in the callback. */
#ifndef SOTTO_PLATFORM_DEVICE_H
#define SOTTO_PLATFORM_DEVICE_H
#include "platform/posix/resample.h"
#include "runtime/base/ring.h"

typedef struct device_info {
    int index;
    char name[128], host[32];       /* host: "ALSA", "JACK Audio Connection Kit", ... */
    int inputs, outputs;            /* channels */
    double rate;                    /* Hz, the device's own */
    double latency_in, latency_out; /* s, lowest the driver promises */
    int default_in, default_out;
} device_info;

int device_list(device_info *out, int room, platform_error *e); /* returns how many there are (may be more than room), -1 on failure */

typedef struct device_stats {
    uint64_t captured, played;          /* samples at the program's rate */
    uint32_t input_lost;                /* samples (device's rate) that found no room: the program read too late */
    uint32_t output_dry;                /* times the queue ran out: once at the end of each reply is as it should be */
    uint32_t input_xruns, output_xruns; /* over- and underflows the driver reported */
} device_stats;

typedef struct device device; /* opaque, from the heap of the platform */

typedef struct device_config {
    const char *input, *output; /* an index ("3") or part of a name, any case; NULL: the default device; "none": not opened */
    uint32_t rate;              /* of the program: 16000 */
    uint32_t frame_ms;          /* callback period asked for; 0: 10 ms */
} device_config;

int device_open(device **d, const device_config *c, platform_error *e); /* opened and running */
void device_close(device *d);
size_t device_read(device *d, int16_t *out, size_t n);            /* what was captured; returns samples given, 0 when there is nothing yet */
size_t device_write(device *d, const int16_t *samples, size_t n); /* to be played; returns samples taken */
size_t device_queued(const device *d);                            /* samples (program's rate) written and not yet handed to the driver */
void device_drop(device *d);                                      /* forgets what is queued for playing (after the fade of an interrupt) */
int device_alive(const device *d);                                /* 0 when a stream has stopped by itself (unplugged) */
void device_statistics(const device *d, device_stats *out);
const char *device_input_name(const device *d); /* "" when not opened */
const char *device_output_name(const device *d);

#endif
