/* remote_none: in the place of remote.c where the build has no libcurl. */
#include "platform/posix/remote.h"

remote *remote_open(const remote_config *c, platform_error *e) {
    platform_fail(e, "%s: this build has no libcurl (install libcurl4-openssl-dev and build again)", c->url);
    return NULL;
}

void remote_close(remote *r) {
    (void)r;
}

const sotto_remote *remote_hooks(remote *r) {
    (void)r;
    return NULL;
}

void remote_offer(remote *r, const sotto_tool_info *tool) {
    (void)r;
    (void)tool;
}

int remote_waits(const remote *r) {
    (void)r;
    return 0;
}

void remote_wait(remote *r, uint32_t limit_ms) {
    (void)r;
    (void)limit_ms;
}
