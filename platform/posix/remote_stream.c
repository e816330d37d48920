/* remote_stream: server-sent events (WHATWG HTML, 9.2.6), as far as OpenAI's API uses them: every `data:` line is an event.
 *
 * Comments and the fields event, id and retry are passed over, as the standard asks; any other line is not an event stream (an error page, JSON
 * in one piece) and refused, which the standard does not ask: whoever waits for a reply wants to know at once.
 */
#include "platform/posix/remote_parts.h"
#include "runtime/base/utf8.h"
#include <string.h>

static int begins(const remote_stream *s, const char *field) {
    size_t n = strlen(field);
    return s->len >= n && memcmp(s->line, field, n) == 0;
}

static int take_line(remote_stream *s, remote_answer *to, platform_error *e) {
    if (s->len && s->line[s->len - 1] == '\r') s->len--;
    s->line[s->len] = 0;
    if (!utf8_valid(s->line, s->len)) return platform_fail(e, "a line that is not UTF-8");
    if (s->len == 0 || s->line[0] == ':' || begins(s, "event:") || begins(s, "id:") || begins(s, "retry:")) return 0;
    if (!begins(s, "data:")) return platform_fail(e, "no event stream: \"%.60s\", expected lines of the form data: {...}", s->line);
    size_t from = s->line[5] == ' ' ? 6 : 5;
    if (to->closed) return 0;
    return remote_answer_take(to, s->line + from, s->len - from, e);
}

int remote_stream_take(remote_stream *s, remote_answer *to, const char *bytes, size_t count, platform_error *e) {
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] != '\n') {
            if (s->len + 1 >= REMOTE_LINE) return platform_fail(e, "a line of more than %d bytes", REMOTE_LINE - 2);
            s->line[s->len++] = bytes[i];
            continue;
        }
        int code = take_line(s, to, e);
        s->len = 0;
        if (code) return code;
    }
    return 0;
}
