/* device_list: what sound devices there are, and which one a name means. */
#define _POSIX_C_SOURCE 200809L
#include "platform/posix/device.h"
#include "platform/posix/device_pa.h"
#include <ctype.h>
#include <fcntl.h>
#include <portaudio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The sound libraries print what they tried on stderr while they look for hardware; that is of no use to anyone. */
static int hush(void) {
    fflush(stderr);
    int kept = dup(2), nowhere = open("/dev/null", O_WRONLY);
    if (nowhere >= 0) {
        dup2(nowhere, 2);
        close(nowhere);
    }
    return kept;
}

static void speak_again(int kept) {
    if (kept < 0) return;
    dup2(kept, 2);
    close(kept);
}

int device_pa_begin(platform_error *e) {
    int kept = hush();
    PaError failed = Pa_Initialize();
    speak_again(kept);
    return failed == paNoError ? 0 : platform_fail(e, "PortAudio cannot start: %s", Pa_GetErrorText(failed));
}

void device_pa_end(void) {
    int kept = hush();
    Pa_Terminate();
    speak_again(kept);
}

static int channels_of(int index, int input) {
    const PaDeviceInfo *info = Pa_GetDeviceInfo(index);
    return info == NULL ? 0 : input ? info->maxInputChannels : info->maxOutputChannels;
}

static int contains(const char *text, const char *part) {
    size_t n = strlen(part);
    for (; *text != 0; text++) {
        size_t i = 0;
        while (i < n && tolower((unsigned char)text[i]) == tolower((unsigned char)part[i])) i++;
        if (i == n) return 1;
    }
    return n == 0;
}

static int by_name(const char *part, int input) {
    for (int i = 0; i < Pa_GetDeviceCount(); i++)
        if (channels_of(i, input) > 0 && contains(Pa_GetDeviceInfo(i)->name, part)) return i;
    return -1;
}

static int by_number(const char *text, int *index) {
    char *end;
    long n = strtol(text, &end, 10);
    if (end == text || *end != 0) return 0;
    *index = n >= 0 && n < Pa_GetDeviceCount() ? (int)n : -1;
    return 1;
}

/* "0 built-in, 3 USB mic": the devices of a direction, for messages. */
static const char *choices(char *to, size_t room, int input) {
    size_t used = 0;
    to[0] = 0;
    for (int i = 0; i < Pa_GetDeviceCount(); i++) {
        if (channels_of(i, input) == 0 || used + 8 >= room) continue;
        used += (size_t)snprintf(to + used, room - used, "%s%d %.40s", used > 0 ? ", " : "", i, Pa_GetDeviceInfo(i)->name);
    }
    return to;
}

int device_pa_find(const char *wanted, int input, platform_error *e) {
    const char *what = input ? "microphone" : "loudspeaker";
    char list[200];
    int index;
    if (choices(list, sizeof list, input)[0] == 0) {
        return platform_fail(e, "no audio device to %s (plug in a %s, start the sound server, or use files: --in FILE --out FILE)",
                             input ? "record from" : "play on", what);
    }
    if (wanted == NULL) {
        index = input ? Pa_GetDefaultInputDevice() : Pa_GetDefaultOutputDevice();
        return index >= 0 ? index : by_name("", input); /* no default, as with JACK alone: the first there is */
    }
    if (!by_number(wanted, &index)) index = by_name(wanted, input);
    if (index >= 0 && channels_of(index, input) > 0) return index;
    return platform_fail(e, "no %s \"%.60s\" (there are: %s)", what, wanted, list);
}

static void describe(device_info *to, int i) {
    const PaDeviceInfo *info = Pa_GetDeviceInfo(i);
    *to = (device_info){.index = i,
                        .inputs = info->maxInputChannels,
                        .outputs = info->maxOutputChannels,
                        .rate = info->defaultSampleRate,
                        .latency_in = info->defaultLowInputLatency,
                        .latency_out = info->defaultLowOutputLatency,
                        .default_in = i == Pa_GetDefaultInputDevice(),
                        .default_out = i == Pa_GetDefaultOutputDevice()};
    snprintf(to->name, sizeof to->name, "%s", info->name);
    snprintf(to->host, sizeof to->host, "%s", Pa_GetHostApiInfo(info->hostApi)->name);
}

int device_list(device_info *out, int room, platform_error *e) {
    if (device_pa_begin(e) != 0) return -1;
    int count = Pa_GetDeviceCount();
    for (int i = 0; i < count && i < room; i++) describe(&out[i], i);
    device_pa_end();
    return count < 0 ? platform_fail(e, "PortAudio cannot list devices: %s", Pa_GetErrorText(count)) : count;
}
