/* utf8: strict decoding (no overlong forms, no surrogates, RFC 3629) that resynchronises one byte after an error. */
#include "runtime/base/utf8.h"

/* Bytes of the character that starts with `lead`, 0 when none does. */
static size_t sequence(uint8_t lead) {
    if (lead < 0x80) return 1;
    if (lead >= 0xc2 && lead < 0xe0) return 2;
    if (lead >= 0xe0 && lead < 0xf0) return 3;
    if (lead >= 0xf0 && lead < 0xf5) return 4;
    return 0;
}

size_t utf8_decode(const char *text, size_t len, uint32_t *code) {
    const uint8_t *s = (const uint8_t *)text;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    static const uint8_t lead_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    size_t n = sequence(s[0]);
    *code = 0xfffd;
    if (n == 0 || n > len) return 1;
    uint32_t c = s[0] & lead_bits[n];
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80) return 1;
        c = c << 6 | (s[i] & 0x3fu);
    }
    if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) return 1;
    *code = c;
    return n;
}

int utf8_valid(const char *text, size_t len) {
    uint32_t code;
    for (size_t at = 0, used; at < len; at += used) {
        used = utf8_decode(text + at, len - at, &code);
        if (code == 0xfffd && used == 1) return 0; /* written out, U+FFFD has three bytes */
    }
    return 1;
}

size_t utf8_encode(uint32_t code, char out[4]) {
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) code = 0xfffd;
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, code >>= 6) out[i] = (char)(0x80 | (code & 0x3f));
    out[0] = (char)((0xf00u >> n & 0xf0u) | code);
    return n;
}

size_t utf8_whole(const char *text, size_t len) {
    size_t back = 0;
    while (back < 3 && back < len && ((uint8_t)text[len - 1 - back] & 0xc0) == 0x80) back++;
    if (back == len) return len;
    size_t n = sequence((uint8_t)text[len - 1 - back]);
    return n > back + 1 ? len - 1 - back : len;
}
