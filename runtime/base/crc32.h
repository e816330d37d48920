/* crc32: the CRC-32 of zip, PNG and Ethernet (polynomial 0xEDB88320, reflected), for files and weights: crc32 of "123456789" is cbf43926. */
#ifndef SOTTO_BASE_CRC32_H
#define SOTTO_BASE_CRC32_H
#include <stddef.h>
#include <stdint.h>

uint32_t crc32_of(const void *bytes, size_t size);
/* Goes on where `before` (a crc32 of the bytes so far, 0 of none) ended. */
uint32_t crc32_on(uint32_t before, const void *bytes, size_t size);

#endif
