/* lines: text from people: whole lines of standard input, and texts longer than the runtime takes at once. */
#ifndef SOTTO_HOST_LINES_H
#define SOTTO_HOST_LINES_H
#include <stddef.h>

/* Gives each line of stdin that is not empty, without its end, to `each`, until that returns an exit code other than 0. `prompt` (may be NULL) is
 * shown before every line when stdin is a terminal. Complains itself when stdin cannot be read or a line holds a NUL; 0 or an exit code. */
int lines_each(const char *command, const char *prompt, int (*each)(void *user, const char *text), void *user);

/* All of stdin as one text, to be freed by the caller; NULL: it was complained about. */
char *lines_all(const char *command);

/* Bytes of the first piece of a text, at most `room`: up to the last end of a sentence, else the last space, else a whole character. */
size_t lines_piece(const char *text, size_t room);

#endif
