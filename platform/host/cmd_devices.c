/* sotto devices: what can be heard and spoken through. */
#include "platform/host/args.h"
#include "platform/host/commands.h"
#include "platform/host/show.h"
#include "platform/posix/device.h"
#include <stdio.h>

enum { DEVICE_ROOM = 64 };

static void print_device(const device_info *d) {
    printf("%3d  %-40s %-12s in %-3d out %-3d %6.0f Hz%s%s\n", d->index, d->name, d->host, d->inputs, d->outputs, d->rate,
           d->default_in ? "  default microphone" : "", d->default_out ? "  default loudspeaker" : "");
}

static void print_device_json(const device_info *d) {
    printf("{\"index\":%d,\"name\":", d->index);
    show_json_text(stdout, d->name);
    printf(",\"host\":");
    show_json_text(stdout, d->host);
    printf(",\"inputs\":%d,\"outputs\":%d,\"rate\":%.0f,\"default_in\":%s,\"default_out\":%s}\n", d->inputs, d->outputs, d->rate,
           d->default_in ? "true" : "false", d->default_out ? "true" : "false");
}

int command_devices(int argc, char **argv) {
    int json = 0;
    const option_row rows[] = {{"--json", OPTION_FLAG, &json, NULL, "one JSON object a device"}, {0}};
    command_line line = {.command = "devices", .about = "Audio devices, with the index and name that --input and --output take.", .rows = rows};
    int code = args_parse(&line, argc, argv);
    if (code >= 0) return code;
    static device_info found[DEVICE_ROOM];
    platform_error e;
    int n = device_list(found, DEVICE_ROOM, &e);
    if (n < 0) return complain(EXIT_FAIL, "%s", e.text);
    for (int i = 0; i < n && i < DEVICE_ROOM; i++) (json ? print_device_json : print_device)(&found[i]);
    if (n == 0 && !json) printf("no audio devices\n");
    return EXIT_OK;
}
