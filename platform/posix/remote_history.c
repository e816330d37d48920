/* remote_history: the last turns, in fixed memory. Long texts are kept cut: they only help to understand what follows. */
#include "platform/posix/remote_parts.h"
#include "runtime/base/utf8.h"
#include <stdio.h>
#include <string.h>

void remote_copy(char *to, size_t cap, const char *text) {
    size_t len = strlen(text), n = 0;
    if (len >= cap) len = utf8_whole(text, cap - 1);
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '|' && n && to[n - 1] == '<') continue;
        to[n++] = (unsigned char)text[i] < ' ' ? ' ' : text[i];
    }
    to[n] = 0;
}

void remote_history_begin(remote_history *h, const char *user) {
    remote_copy(h->now.user, sizeof h->now.user, user);
    h->now.reply[0] = h->now.calls[0] = 0;
}

void remote_history_called(remote_history *h, const char *call, const char *result) {
    char asked[REMOTE_TEXT], told[REMOTE_TEXT];
    size_t len = strlen(h->now.calls), room = sizeof h->now.calls - len;
    remote_copy(asked, sizeof asked, call);
    remote_copy(told, sizeof told, result);
    if (strlen(asked) + strlen(told) + 20 > room) return;
    snprintf(h->now.calls + len, room, "<|call|>%s<|result|>%s", asked, told);
}

void remote_history_end(remote_history *h, const char *reply) {
    if (!reply) h->count = 0;
    if (reply && reply[0] && h->now.user[0] && h->limit) {
        remote_copy(h->now.reply, sizeof h->now.reply, reply);
        h->turn[(h->first + h->count) % h->limit] = h->now;
        if (h->count < h->limit)
            h->count++;
        else
            h->first = (h->first + 1) % h->limit;
    }
    h->now.user[0] = h->now.reply[0] = h->now.calls[0] = 0;
}

const remote_turn *remote_history_at(const remote_history *h, uint32_t i) {
    return &h->turn[(h->first + i) % h->limit];
}
