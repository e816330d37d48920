/* trace: see trace.h. Format: "Trace Event Format" (Chrome), events X (span), i (moment), C (counter), M (names); times in microseconds. */
#include "platform/posix/trace.h"
#include <errno.h>
#include <string.h>

int trace_open(trace *t, const char *path, platform_error *e) {
    memset(t, 0, sizeof *t);
    snprintf(t->name, sizeof t->name, "%s", path);
    t->file = fopen(path, "w");
    if (t->file == NULL) return platform_fail(e, "%s: cannot be written: %s", path, strerror(errno));
    fputs("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[", t->file);
    return 0;
}

/* A JSON string; control characters are escaped, bytes that are not UTF-8 are not expected. */
static void put_text(FILE *f, const char *text) {
    fputc('"', f);
    for (const unsigned char *c = (const unsigned char *)text; *c != 0; c++) {
        if (*c == '"' || *c == '\\')
            fprintf(f, "\\%c", *c);
        else if (*c < 0x20)
            fprintf(f, "\\u%04x", *c);
        else
            fputc(*c, f);
    }
    fputc('"', f);
}

/* Microseconds, three decimals; viewers begin at the least. */
static void put_time(const trace *t, const char *key, uint64_t ns) {
    fprintf(t->file, ",\"%s\":%llu.%03u", key, (unsigned long long)(ns / 1000), (unsigned)(ns % 1000));
}

static void begin(trace *t, const char *phase, uint32_t track, const char *name) {
    fprintf(t->file, "%s{\"ph\":\"%s\",\"pid\":1,\"tid\":%u,\"name\":", t->events++ > 0 ? ",\n" : "\n", phase, track);
    put_text(t->file, name);
}

static void end(trace *t, const char *key, const char *text) {
    if (text != NULL) {
        fprintf(t->file, ",\"args\":{\"%s\":", key);
        put_text(t->file, text);
        fputc('}', t->file);
    }
    fputc('}', t->file);
}

void trace_track(trace *t, uint32_t track, const char *name) {
    if (t->file == NULL) return;
    begin(t, "M", track, "thread_name");
    end(t, "name", name);
}

void trace_span(trace *t, uint32_t track, const char *name, uint64_t from, uint64_t to, const char *detail) {
    if (t->file == NULL) return;
    begin(t, "X", track, name);
    put_time(t, "ts", from);
    put_time(t, "dur", to > from ? to - from : 0);
    end(t, "detail", detail);
}

void trace_mark(trace *t, uint32_t track, const char *name, uint64_t at, const char *detail) {
    if (t->file == NULL) return;
    begin(t, "i", track, name);
    put_time(t, "ts", at);
    fputs(",\"s\":\"t\"", t->file);
    end(t, "detail", detail);
}

void trace_counter(trace *t, const char *name, uint64_t at, double value) {
    if (t->file == NULL) return;
    begin(t, "C", 0, name);
    put_time(t, "ts", at);
    fprintf(t->file, ",\"args\":{\"value\":%.6g}}", value == value && value - value == 0 ? value : 0.0); /* JSON knows no NaN */
}

int trace_close(trace *t, platform_error *e) {
    if (t->file == NULL) return 0;
    fputs("\n]}\n", t->file);
    int bad = ferror(t->file), why = errno;
    if (fclose(t->file) != 0) bad = 1, why = errno;
    t->file = NULL;
    return bad ? platform_fail(e, "%s: trace could not be written: %s", t->name, strerror(why)) : 0;
}
