/* ssml: the bytes: text, tags, entities, comments, and the plain text that comes out. See ssml.h. */
#include "models/tts/ssml.h"
#include "models/tts/ssml_inside.h"
#include "models/tts/blank.h"
#include "runtime/base/fmt.h"
#include "runtime/base/utf8.h"
#include <assert.h>
#include <string.h>

enum state { IN_TEXT, IN_TAG, IN_ENTITY, IN_COMMENT, IN_CDATA, IN_PROBE /* is it markup at all? */ };
enum { ENTITY_MAX = 10, SPELT_MAX = 16 /* bytes given back that a say-as may spell: each makes up to 24 */ };

static int is_word(int c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c >= 0x80;
}

static int is_same_way(const ssml_way *a, const ssml_way *b) {
    return a->rate == b->rate && a->pitch == b->pitch && a->gain == b->gain;
}

void ssml_reset(ssml *x, ssml_mode mode, float base_hz) {
    memset(x, 0, sizeof *x);
    x->mode = (uint8_t)mode;
    x->state = mode == SSML_AUTO ? IN_PROBE : IN_TEXT;
    x->base = base_hz;
    x->now.rate = x->told.rate = 100;
    x->last[2] = ' ';
}

/* ---- plain text ---- */

static void put(ssml *x, char ch) {
    assert(x->out_len < SSML_OUT);
    if (x->out_len == SSML_OUT) return;
    x->out[x->out_len++] = ch;
    x->last[0] = x->last[1];
    x->last[1] = x->last[2];
    x->last[2] = (uint8_t)ch;
    if (!is_blank(ch)) x->dense++;
}

/* A mark stands here when something changed; where one stands already they become one. */
static void put_mark(ssml *x) {
    if (is_same_way(&x->now, &x->told) && !x->pause) return;
    ssml_mark *newest = x->count ? &x->mark[(x->first + x->count - 1) % SSML_MARKS] : NULL;
    if (!newest || (newest->at != x->dense && x->count < SSML_MARKS)) {
        newest = &x->mark[(x->first + x->count++) % SSML_MARKS];
        newest->pause = 0;
    }
    newest->at = x->dense;
    newest->way = x->told = x->now;
    if (x->pause) newest->pause = x->pause;
    x->pause = 0;
}

/* Is the byte before in a word, so that a mark here would cut it? General punctuation (E2 80 ..: dashes, curly quotes) is not. */
static int in_word(const ssml *x) {
    return is_word(x->last[2]) && !(x->last[0] == 0xE2 && x->last[1] == 0x80);
}

void ssml_emit(ssml *x, char ch) {
    const int c = (unsigned char)ch;
    if (c < 0x20 || c == 0x7F) ch = ' ';
    if (x->mode == SSML_OFF) {
        put(x, c == '\n' ? '\n' : ch);
        return;
    }
    if (ch != ' ' && !strchr(",;:.!?)]\"'", ch)) {
        if ((x->gap && !is_blank(x->last[2])) || (x->pause && in_word(x))) put(x, ' ');
        if (!in_word(x)) put_mark(x);
    }
    x->gap = 0;
    put(x, ch);
}

void ssml_emit_text(ssml *x, const char *text, size_t len) {
    for (size_t i = 0; i < len; i++) ssml_emit(x, text[i]);
}

void ssml_emit_word(ssml *x, const char *word) {
    x->gap = 1;
    ssml_emit_text(x, word, strlen(word));
    x->gap = 1;
}

void ssml_end_clause(ssml *x) {
    if (x->dense && x->last[2] != '\n') put(x, '\n');
    x->gap = 0;
}

void ssml_strange(ssml *x, const char *what, const char *more, size_t len) {
    if (!x->odd[0]) fmt_put(x->odd, SSML_ODD, "%s%s%.*s", what, what[0] && len ? " " : "", (int)(len < 24 ? len : 24), more);
}

/* ---- input ---- */

/* A byte of the document's text. */
static void text_byte(ssml *x, char ch) {
    if (x->mute && x->muted < SSML_REPLACED) {
        x->muted++;
        return;
    }
    x->mute = 0;
    if (x->say)
        ssml_say_byte(x, ch);
    else
        ssml_emit(x, ch);
}

/* What looked like markup is text. */
static void give_up(ssml *x) {
    const uint16_t len = x->len;
    x->state = IN_TEXT;
    x->len = 0;
    if (x->say && len > SPELT_MAX) ssml_say_end(x);
    for (uint16_t i = 0; i < len; i++) {
        if (len > SPELT_MAX)
            ssml_emit(x, x->tag[i]);
        else
            text_byte(x, x->tag[i]);
    }
}

size_t ssml_decode(const char *text, size_t len, char out[4]) {
    static const char *const name[] = {"amp", "lt", "gt", "quot", "apos"};
    uint32_t code = 0;
    for (size_t i = 0; i < 5; i++) {
        if (strlen(name[i]) != len || memcmp(name[i], text, len) != 0) continue;
        out[0] = "&<>\"'"[i];
        return 1;
    }
    const uint32_t radix = len > 1 && (text[1] == 'x' || text[1] == 'X') ? 16 : 10;
    const size_t from = radix == 16 ? 2 : 1;
    if (len <= from || text[0] != '#') return 0;
    for (size_t i = from; i < len; i++) {
        const int c = text[i], lower = c | 32;
        const uint32_t digit = c >= '0' && c <= '9' ? (uint32_t)(c - '0') : lower >= 'a' && lower <= 'f' ? (uint32_t)(lower - 'a' + 10) : 99;
        if (digit >= radix || code > 0x10FFFF) return 0;
        code = code * radix + digit;
    }
    return code == 0 || code > 0x10FFFF ? 0 : utf8_encode(code, out);
}

static void entity_byte(ssml *x, char ch) {
    char bytes[4];
    if (ch == ';') {
        const size_t n = ssml_decode(x->tag + 1, x->len - 1u, bytes);
        if (n) {
            x->state = IN_TEXT;
            x->len = 0;
            for (size_t i = 0; i < n; i++) text_byte(x, bytes[i]);
            return;
        }
    } else if (x->len <= ENTITY_MAX && (is_word((unsigned char)ch) || ch == '#') && (unsigned char)ch < 0x80) {
        x->tag[x->len++] = ch;
        return;
    }
    give_up(x);
    ssml_push(x, ch);
}

/* Bytes behind a '<'. */
static void tag_byte(ssml *x, char ch) {
    const int letter = (ch | 32) >= 'a' && (ch | 32) <= 'z';
    if (x->len == 1 && !letter && ch != '/' && ch != '!' && ch != '?') {
        give_up(x);
        ssml_push(x, ch);
        return;
    }
    if (ch == '>' && !x->quote) {
        const uint16_t len = x->len;
        x->state = IN_TEXT;
        x->len = 0;
        ssml_tag(x, x->tag + 1, len - 1u);
        return;
    }
    if (ch == '<' || x->len == SSML_TAG) {
        give_up(x);
        ssml_push(x, ch);
        return;
    }
    x->tag[x->len++] = ch;
    if (x->quote ? ch == x->quote : ch == '"' || ch == '\'') x->quote = x->quote ? 0 : (uint8_t)ch;
    if (x->len == 4 && memcmp(x->tag, "<!--", 4) == 0) x->state = IN_COMMENT, x->len = 0;
    if (x->len == 9 && memcmp(x->tag, "<![CDATA[", 9) == 0) x->state = IN_CDATA, x->len = 0;
}

/* Until "-->": x->len counts the dashes seen. */
static void comment_byte(ssml *x, char ch) {
    if (ch == '>' && x->len == 2)
        x->state = IN_TEXT, x->len = 0;
    else
        x->len = ch == '-' ? (x->len < 2 ? x->len + 1 : 2) : 0;
}

/* Text as it stands until "]]>": x->len counts the brackets that wait. */
static void cdata_byte(ssml *x, char ch) {
    if (ch == '>' && x->len == 2) {
        x->state = IN_TEXT;
        x->len = 0;
        return;
    }
    if (ch == ']' && x->len < 2) {
        x->len++;
        return;
    }
    for (; x->len && ch != ']'; x->len--) text_byte(x, ']');
    text_byte(x, ch);
}

/* The first bytes: "<speak" or "<?xml" behind blanks (and a byte-order mark) is markup, all else is not. */
static void probe_byte(ssml *x, char ch) {
    static const char speak[] = "<speak", xml[] = "<?xml";
    size_t from = 0;
    x->tag[x->len++] = ch;
    if (x->len >= 3 && memcmp(x->tag, "\xEF\xBB\xBF", 3) == 0) from = 3;
    if (from == 0 && memcmp(x->tag, "\xEF\xBB\xBF", x->len < 3 ? x->len : 3) == 0) return;
    while (from < x->len && is_blank(x->tag[from])) from++;
    const size_t len = x->len - from, a = len < 6 ? len : 6, b = len < 5 ? len : 5;
    const int whole = memcmp(x->tag + from, speak, a) == 0 ? len == 6 : memcmp(x->tag + from, xml, b) == 0 ? len == 5 : -1;
    if (whole == 0 && x->len < SSML_TAG) return;
    x->mode = whole > 0 ? SSML_ON : SSML_OFF;
    if (whole <= 0) {
        give_up(x);
        return;
    }
    memmove(x->tag, x->tag + from, len);
    x->len = (uint16_t)len;
    x->state = IN_TAG;
}

void ssml_push(ssml *x, char ch) {
    switch (x->state) {
    case IN_PROBE:
        probe_byte(x, ch);
        return;
    case IN_TAG:
        tag_byte(x, ch);
        return;
    case IN_ENTITY:
        entity_byte(x, ch);
        return;
    case IN_COMMENT:
        comment_byte(x, ch);
        return;
    case IN_CDATA:
        cdata_byte(x, ch);
        return;
    default:
        break;
    }
    if (x->mode == SSML_ON && (ch == '<' || ch == '&')) {
        x->state = ch == '<' ? IN_TAG : IN_ENTITY;
        x->tag[0] = ch;
        x->len = 1;
        x->quote = 0;
    } else {
        text_byte(x, ch);
    }
}

void ssml_finish(ssml *x) {
    if (x->state == IN_PROBE) x->mode = SSML_OFF;
    if (x->state == IN_CDATA)
        for (; x->len; x->len--) text_byte(x, ']');
    if (x->state == IN_COMMENT) x->len = 0;
    give_up(x);
    if (x->say) ssml_say_end(x);
    if (x->soft) x->pause = 0;
    if (x->mode == SSML_ON && x->pause) put_mark(x);
}

int ssml_pull(ssml *x, char *ch) {
    if (x->out_at == x->out_len) {
        x->out_at = x->out_len = 0;
        return 0;
    }
    *ch = x->out[x->out_at++];
    return 1;
}

int ssml_next_mark(ssml *x, uint32_t end, ssml_mark *out) {
    if (!x->count || x->mark[x->first].at >= end) return 0;
    *out = x->mark[x->first];
    x->first = (x->first + 1) % SSML_MARKS;
    x->count--;
    return 1;
}

const char *ssml_odd(ssml *x) {
    if (!x->odd[0] || x->odd_told) return NULL;
    x->odd_told = 1;
    return x->odd;
}
