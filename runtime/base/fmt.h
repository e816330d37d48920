/* fmt: snprintf's small sister, so that the core needs no stdio.
 *
 * Conversions: %s (NULL prints "(null)"), %.*s (int length, then text), %c, %d, %u, %x, %ld, %lu, %lld, %llu, %zu (each with
 * %.N for at least N digits, 1..20), %.Nf (N digits 0..9, correctly rounded, |value| < 1e15; others print "inf"/"nan"), %%.
 * Anything else is printed as it stands.
 */
#ifndef SOTTO_BASE_FMT_H
#define SOTTO_BASE_FMT_H
#include <stdarg.h>
#include <stddef.h>

/* Writes at most cap-1 characters and a NUL (cap 0 writes nothing). Returns the characters written, without the NUL. */
size_t fmt_put(char *out, size_t cap, const char *format, ...);
size_t fmt_putv(char *out, size_t cap, const char *format, va_list args);

#endif
