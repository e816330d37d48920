/* norm_address: mail and web addresses, said as words, "dot", "at" and "slash". */
#include "models/tts/norm.h"

static const char domains[] = "com org net edu gov io co uk us de fr ai app dev info biz tv me ca au eu";

static const char file_endings[] = "pdf jpg jpeg png gif svg txt doc docx xls xlsx csv json xml html md py js c h cpp rs go sh wav mp3 mp4 zip tar "
                                   "gz exe yaml yml toml gguf log ini";

/* End of the run of address characters from `at`. */
static size_t address_end(const norm *n, size_t at) {
    static const char extra[] = "@._-/:~+%#=&?";
    while (at < n->len) {
        int c = norm_peek(n, at), ok = norm_is_letter(c) || norm_is_digit(c);
        for (const char *p = extra; *p && !ok; p++) ok = c == *p;
        if (!ok) break;
        at++;
    }
    return at;
}

/* Trailing punctuation is the sentence's. */
static size_t trim_end(const norm *n, size_t at, size_t end) {
    while (end > at) {
        int c = norm_peek(n, end - 1);
        if (c != '.' && c != ',' && c != '?' && c != ':' && c != '-' && c != '#') break;
        end--;
    }
    return end;
}

/* Does at..end hold a host name: letters, a dot, a known ending before '/', ':' or the end? */
static int has_domain(const norm *n, size_t at, size_t end) {
    size_t stop = at;
    while (stop < end && norm_peek(n, stop) != '/' && norm_peek(n, stop) != ':') stop++;
    size_t dot = stop;
    while (dot > at && norm_peek(n, dot - 1) != '.') dot--;
    if (dot < at + 2 || !norm_is_letter(norm_peek(n, at))) return 0;
    for (size_t i = at; i < stop; i++) {
        int c = norm_peek(n, i);
        if (c != '.' && c != '-' && c != '_' && c != '@' && c != '+' && !norm_is_letter(c) && !norm_is_digit(c)) return 0;
    }
    return norm_in_list(n->in + dot, stop - dot, domains);
}

/* "report.pdf", "src/main.c": a name and the ending of a kind of file. */
static int has_file_ending(const norm *n, size_t at, size_t end) {
    size_t dot = end, letters = 0;
    while (dot > at && norm_peek(n, dot - 1) != '.') dot--;
    if (dot < at + 2 || dot == end || norm_capital(n, end - 1)) return 0; /* "D.C" is none */
    for (size_t i = at; i < end; i++) {
        int c = norm_peek(n, i), letter = norm_is_letter(c) || norm_is_digit(c);
        if (!letter && c != '.' && c != '-' && c != '_' && c != '/') return 0;
        letters += norm_is_letter(c) && i < dot;
    }
    return letters > 0 && norm_in_list(n->in + dot, end - dot, file_endings);
}

static const char *sign_word(int c) {
    switch (c) {
    case '@':
        return "at";
    case '.':
        return "dot";
    case '_':
        return "underscore";
    case '-':
        return "dash";
    case '/':
        return "slash";
    case ':':
        return "colon";
    case '+':
        return "plus";
    case '%':
        return "percent";
    case '#':
        return "hash";
    case '=':
        return "equals";
    case '&':
        return "and";
    case '?':
        return "question mark";
    case '~':
        return "tilde";
    default:
        return "";
    }
}

static void say_address(norm *n, size_t at, size_t end) {
    while (at < end) {
        size_t letters = 0, digits = norm_digits_at(n, at);
        while (at + letters < end && norm_is_letter(norm_peek(n, at + letters))) letters++;
        if (letters)
            norm_say_token(n, n->in + at, letters);
        else if (digits && digits <= 4)
            norm_cardinal(n, norm_value(n, at, digits));
        else if (digits)
            norm_digits(n, at, digits);
        else
            norm_say(n, sign_word(norm_peek(n, at)));
        at += letters ? letters : digits ? digits : 1;
    }
}

/* "/etc/hosts", "~/notes": a stroke that begins a word and another one, or a home's sign before it. */
static int is_path(const norm *n, size_t at) {
    size_t home = norm_peek(n, at) == '~';
    if ((at > 0 && norm_peek(n, at - 1) != ' ') || norm_peek(n, at + home) != '/' || !norm_is_letter(norm_peek(n, at + home + 1))) return 0;
    size_t end = address_end(n, at), i = at + home + 1;
    while (i < end && norm_peek(n, i) != '/') i++;
    return home || i < end;
}

int norm_read_address(norm *n) {
    size_t at = n->at;
    int scheme = norm_match(n, at, "https://") ? 8 : norm_match(n, at, "http://") ? 7 : 0;
    if (is_path(n, at)) {
        size_t stop = trim_end(n, at, address_end(n, at));
        say_address(n, at, stop);
        n->at = stop;
        return 1;
    }
    if (!scheme && !norm_is_letter(norm_peek(n, at)) && !norm_is_digit(norm_peek(n, at))) return 0;
    at += (size_t)scheme;
    size_t end = trim_end(n, at, address_end(n, at)), sign = at;
    while (sign < end && norm_peek(n, sign) != '@' && norm_peek(n, sign) != '/') sign++;
    int mail = sign < end && norm_peek(n, sign) == '@' && sign > at && has_domain(n, sign + 1, end);
    if (!scheme && !mail && !has_domain(n, at, end) && !has_file_ending(n, at, end)) return 0;
    if (end > at && norm_peek(n, end - 1) == '/') {
        say_address(n, at, end - 1);
    } else
        say_address(n, at, end);
    n->at = end;
    return 1;
}
