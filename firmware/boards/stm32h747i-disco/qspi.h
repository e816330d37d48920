/* qspi: the two MT25QL512 flash chips side by side: even bytes in one, odd ones in the other, 128 MiB at 0x90000000. */
#ifndef SOTTO_FIRMWARE_QSPI_H
#define SOTTO_FIRMWARE_QSPI_H
#include <stdint.h>

#define QSPI_BASE 0x90000000u
enum { QSPI_BYTES = 128 << 20, QSPI_SECTOR = 128 << 10, QSPI_PAGE = 512 }; /* of both chips together */

void qspi_start(void); /* mapped for reading */

#endif
