/* remote_url: http://host:port, .../v1 or the endpoint itself -> http://host:port/v1 and `tail` ("/chat/completions"). */
#ifndef SOTTO_PLATFORM_REMOTE_URL_H
#define SOTTO_PLATFORM_REMOTE_URL_H
#include "platform/platform.h"

/* 0, or -1 with what was expected. */
int remote_url(char *out, size_t cap, const char *url, const char *tail, platform_error *e);

#endif
