/* fmt: a formatter for messages and results in a few dozen lines. Bound: never writes past `cap`, always ends with NUL. */
#include "runtime/base/fmt.h"
#include <stdint.h>
#include <string.h>

typedef struct writer {
    char *out;
    size_t cap, len;
} writer;

typedef struct spec { /* one conversion: %[.precision][length]letter */
    int precision;    /* -1: none */
    int longs;        /* 0 int, 1 long, 2 long long, 3 size_t */
    char letter;
} spec;

static void put(writer *w, const char *text, size_t n) {
    size_t room = w->cap - 1 - w->len;
    if (n > room) n = room;
    memcpy(w->out + w->len, text, n);
    w->len += n;
}

static void put_unsigned(writer *w, unsigned long long v, unsigned base, unsigned digits) {
    char text[24];
    size_t at = sizeof text;
    do {
        text[--at] = "0123456789abcdef"[v % base];
        v /= base;
    } while (v != 0 || sizeof text - at < digits);
    put(w, text + at, sizeof text - at);
}

static void put_signed(writer *w, long long v, unsigned digits) {
    if (v < 0) put(w, "-", 1);
    put_unsigned(w, v < 0 ? 0ull - (unsigned long long)v : (unsigned long long)v, 10, digits);
}

/* How many digits an integer has at least: %.2d. */
static unsigned least(const spec *s) {
    return s->precision < 1 ? 1 : s->precision > 20 ? 20 : (unsigned)s->precision;
}

/* The first `digits` decimals of a fraction 0 <= rest < 1 as a whole number; rounds to nearest, ties to even, by `odd` where there are none.
 * 96 bits of the fraction are kept: what lies below belongs to values under 2^-43, which are nowhere near half of a ninth decimal. */
static uint32_t decimals(double rest, int digits, int odd) {
    uint32_t part[3], number = 0;
    for (int i = 0; i < 3; i++) {
        rest *= 4294967296.0;
        part[i] = (uint32_t)rest;
        rest -= part[i];
    }
    for (int d = 0; d < digits; d++) {
        uint64_t carry = 0;
        for (int i = 2; i >= 0; i--) {
            carry += (uint64_t)part[i] * 10;
            part[i] = (uint32_t)carry;
            carry >>= 32;
        }
        number = number * 10 + (uint32_t)carry;
    }
    int even = digits ? !(number & 1) : !odd, tie = part[0] == 0x80000000u && !(part[1] | part[2]);
    return number + (part[0] >= 0x80000000u && !(tie && even));
}

/* Whole and fraction are printed as integers; the digits are those of the value itself, correctly rounded. */
static void put_float(writer *w, double v, int digits) {
    if (v != v) {
        put(w, "nan", 3);
        return;
    }
    double magnitude = v < 0 ? -v : v;
    uint32_t scale = 1;
    if (digits < 0 || digits > 9) digits = 6;
    for (int i = 0; i < digits; i++) scale *= 10;
    int big = !(magnitude < 1e15);
    unsigned long long whole = big ? 0 : (unsigned long long)magnitude;
    uint32_t part = big ? 0 : decimals(magnitude - (double)whole, digits, whole & 1);
    if (part >= scale) {
        part -= scale;
        whole++;
    }
    if (v < 0 && (big || whole || part)) put(w, "-", 1);
    if (big) {
        put(w, "inf", 3);
        return;
    }
    put_unsigned(w, whole, 10, 1);
    if (digits == 0) return;
    put(w, ".", 1);
    put_unsigned(w, part, 10, (unsigned)digits);
}

static void put_text(writer *w, const char *text, int precision) {
    if (!text) text = "(null)";
    size_t n = 0;
    while ((precision < 0 || n < (size_t)precision) && text[n]) n++;
    put(w, text, n);
}

/* Reads the conversion after '%'; returns the character after it. */
static const char *read_spec(const char *f, spec *s, va_list *args) {
    s->precision = -1;
    s->longs = 0;
    if (*f == '.') {
        f++;
        s->precision = 0;
        if (*f == '*') {
            int given = va_arg(*args, int);
            s->precision = given < 0 ? 0 : given;
            f++;
        }
        while (*f >= '0' && *f <= '9' && s->precision < 1000) s->precision = s->precision * 10 + (*f++ - '0');
    }
    for (; *f == 'l' && s->longs < 2; f++) s->longs++;
    if (*f == 'z' && s->longs == 0) {
        s->longs = 3;
        f++;
    }
    s->letter = *f;
    return *f ? f + 1 : f;
}

static unsigned long long take_unsigned(const spec *s, va_list *args) {
    if (s->longs == 1) return va_arg(*args, unsigned long);
    if (s->longs == 2) return va_arg(*args, unsigned long long);
    if (s->longs == 3) return va_arg(*args, size_t);
    return va_arg(*args, unsigned);
}

static long long take_signed(const spec *s, va_list *args) {
    if (s->longs == 1) return va_arg(*args, long);
    if (s->longs == 2) return va_arg(*args, long long);
    if (s->longs == 3) return (long long)va_arg(*args, size_t);
    return va_arg(*args, int);
}

/* Prints one conversion; 0 when the letter is not ours. */
static int convert(writer *w, const spec *s, va_list *args) {
    char c;
    switch (s->letter) {
    case 's':
        put_text(w, va_arg(*args, const char *), s->precision);
        return 1;
    case 'c':
        c = (char)va_arg(*args, int);
        put(w, &c, 1);
        return 1;
    case 'd':
        put_signed(w, take_signed(s, args), least(s));
        return 1;
    case 'u':
        put_unsigned(w, take_unsigned(s, args), 10, least(s));
        return 1;
    case 'x':
        put_unsigned(w, take_unsigned(s, args), 16, least(s));
        return 1;
    case 'f':
        put_float(w, va_arg(*args, double), s->precision);
        return 1;
    case '%':
        put(w, "%", 1);
        return 1;
    default:
        return 0;
    }
}

size_t fmt_putv(char *out, size_t cap, const char *format, va_list args) {
    if (cap == 0) return 0;
    writer w = {out, cap, 0};
    va_list list;
    va_copy(list, args);
    for (const char *f = format; *f;) {
        spec s;
        size_t plain = 0;
        while (f[plain] && f[plain] != '%') plain++;
        put(&w, f, plain);
        f += plain;
        if (!*f) break;
        const char *after = read_spec(f + 1, &s, &list);
        if (!convert(&w, &s, &list)) put(&w, f, (size_t)(after - f));
        f = after;
    }
    va_end(list);
    out[w.len] = '\0';
    return w.len;
}

size_t fmt_put(char *out, size_t cap, const char *format, ...) {
    va_list args;
    va_start(args, format);
    size_t n = fmt_putv(out, cap, format, args);
    va_end(args);
    return n;
}
