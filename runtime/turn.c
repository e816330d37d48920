/* turn: listen -> think -> speak, one unit of work at a time, what the listener waits for first.
 *
 * Order of work: PCM that the device needs next, then the reply's next token, then the microphone, then what nobody waits for. While sound enough is ready
 * for a while (pace.h), more of it is made only when the others have nothing to do. A turn ends when its text is
 * complete, all of it is spoken and the last sample has been pulled; then its spans are added up and checked against the budgets.
 */
#include "runtime/base/fmt.h"
#include "runtime/base/utf8.h"
#include "runtime/internal.h"
#include <string.h>

uint64_t turn_now(const sotto *s) {
    return s->config.hooks.now(s->config.hooks.user);
}

static void turn_clear(sotto *s) {
    s->reply_len = 0;
    s->reply[0] = 0;
    s->first_pull = 0;
    s->last_pull = 0;
}

void turn_final(sotto *s, const char *text) {
    turn_clear(s);
    s->state = SOTTO_THINKING;
    if (s->think.present)
        think_begin(s, text);
    else
        turn_reply_done(s);
}

int turn_complete(sotto *s, const char *text) {
    turn_clear(s);
    int code = think_complete(s, text);
    if (code == SOTTO_OK) s->state = SOTTO_THINKING;
    return code;
}

void turn_say(sotto *s, const char *text) {
    turn_clear(s);
    s->speak.saying = 1;
    turn_reply(s, text);
    turn_reply_done(s);
    s->speak.saying = 0;
}

void turn_reply(sotto *s, const char *piece) {
    size_t room = s->config.max_text - 1 - s->reply_len, len = strlen(piece);
    if (len > room) len = utf8_whole(piece, room);
    memcpy(s->reply + s->reply_len, piece, len);
    s->reply_len += len;
    s->reply[s->reply_len] = 0;
    event_raise(&s->events, SOTTO_EV_REPLY, turn_now(s), piece);
    if (s->speak.present && !s->config.whole_reply) speak_text(s, piece);
}

void turn_reply_done(sotto *s) {
    if (s->speak.present && s->config.whole_reply && s->reply_len) speak_text(s, s->reply);
    if (s->speak.present) speak_close(s);
    s->state = SOTTO_SPEAKING;
}

static void turn_over_budget(sotto *s, int worst, uint64_t now) {
    char line[LINE_BYTES];
    const sotto_span *x = &s->clock.last[worst];
    fmt_put(line, sizeof line, "%s over budget: %.1f ms, expected at most %.1f ms", sotto_span_name((sotto_span_id)worst),
            (double)(x->end - x->begin) / 1e6, (double)s->config.budget_ns[worst] / 1e6);
    event_raise(&s->events, SOTTO_EV_OVERLOAD, now, line);
}

void turn_end(sotto *s) {
    uint64_t now = turn_now(s);
    pace_end(&s->speak.pace);
    if (s->first_pull) {
        spans_set(&s->clock, SOTTO_PLAYBACK, s->first_pull, s->last_pull);
        if (s->said_ns) spans_set(&s->clock, SOTTO_FIRST_AUDIO, s->said_ns, s->first_pull);
        if (s->judged_ns) spans_set(&s->clock, SOTTO_FIRST_AUDIO_NET, s->judged_ns, s->first_pull);
    }
    int worst = spans_end_turn(&s->clock, s->config.budget_ns);
    event_raise(&s->events, SOTTO_EV_TURN_DONE, now, s->reply);
    if (worst >= 0) turn_over_budget(s, worst, now);
    if (s->reply_len) memcpy(s->last_reply, s->reply, s->reply_len + 1);
    s->state = SOTTO_IDLE;
    s->said_ns = s->judged_ns = 0;
    spans_begin_turn(&s->clock);
}

/* Nothing of the reply is left anywhere. */
static int turn_try_end(sotto *s) {
    if (s->state != SOTTO_SPEAKING || s->speak.active || ring_ready(&s->speak.out)) return 0;
    turn_end(s);
    return 1;
}

/* How long a step of the language model keeps the sound waiting counts only while there is some. */
static int turn_think(sotto *s) {
    if (!s->speak.active) return think_step(s);
    uint64_t from = turn_now(s);
    int worked = think_step(s);
    uint64_t took = worked ? turn_now(s) - from : 0;
    if (took > s->speak.pace.slow_token) s->speak.pace.slow_token = took;
    return worked;
}

int turn_step(sotto *s) {
    if (!event_room(&s->events)) return 0;
    int ample = s->speak.present && speak_ample(s);
    if (s->speak.present && !ample && speak_step(s)) return 1;
    if (s->think.present && turn_think(s)) return 1;
    if (turn_try_end(s)) return 1;
    if (s->listen.present && listen_step(s)) return 1;
    if (ample && speak_step(s)) return 1;
    return early_step(s);
}

void sotto_interrupt(sotto *s) {
    if (s->state != SOTTO_THINKING && s->state != SOTTO_SPEAKING) return;
    if (s->think.present) think_stop(s);
    if (s->speak.present) speak_stop(s);
    s->state = SOTTO_SPEAKING; /* the turn ends as any other, once the fade has been pulled */
}
