/* semihost: files, command line and the end of an emulation, by Arm's semihosting calls (bkpt 0xab).
 *
 * Only under a debugger or an emulator that answers them; on bare silicon the first call is a fault, so boards on silicon leave this file out.
 */
#ifndef SOTTO_FIRMWARE_SEMIHOST_H
#define SOTTO_FIRMWARE_SEMIHOST_H
#include <stddef.h>
#include <stdint.h>

enum semihost_mode { SEMIHOST_READ = 1, SEMIHOST_WRITE = 5 }; /* fopen's "rb" and "wb" */

int semihost_open(const char *path, enum semihost_mode mode);    /* a handle, or -1 */
long semihost_read(int handle, void *bytes, size_t count);       /* bytes read, 0 at the end; -1 */
int semihost_write(int handle, const void *bytes, size_t count); /* 0, or -1 when not all was written */
int semihost_seek(int handle, size_t at);                        /* 0 or -1 */
int semihost_close(int handle);                                  /* 0 or -1 */
int semihost_command(char *line, size_t cap);                    /* 0, or -1 when there is none or it does not fit */
uint32_t semihost_time(void);                                    /* seconds since 1970 */
_Noreturn void semihost_exit(int code);

#endif
