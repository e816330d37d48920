/* image: the weights of a whole voice as one block of flash: a header with an index and checksums, then the model files as they are.
 *
 * Little endian. Offset 0 the header; each model begins at a multiple of 64 (IMAGE_ALIGN) and is used in place. Bytes between are 0xff.
 * The header is programmed last and carries its own CRC-32, so an image is there whole or not at all.
 */
#ifndef SOTTO_FIRMWARE_IMAGE_H
#define SOTTO_FIRMWARE_IMAGE_H
#include <stddef.h>
#include <stdint.h>

enum { IMAGE_FORMAT = 1, IMAGE_ALIGN = 64, IMAGE_MODELS = 5, IMAGE_VERSION = 32, IMAGE_GATE = 64 };
enum image_role { IMAGE_ASR, IMAGE_LLM, IMAGE_G2P, IMAGE_TTS, IMAGE_VOCODER };

typedef struct image_entry {
    char version[IMAGE_VERSION]; /* general.version of the file, NUL-terminated */
    uint32_t offset, bytes;      /* from the header's first byte */
    uint32_t crc;                /* CRC-32 (runtime/base/crc32.h) of the bytes */
    uint32_t reserved;           /* 0 */
} image_entry;

typedef struct image_header {
    char magic[8];     /* "SOTTOIMG" */
    uint32_t format;   /* IMAGE_FORMAT */
    uint32_t bytes;    /* of the whole image */
    uint32_t number;   /* of two good slots the greater number is the newer */
    uint32_t arena;    /* gate: bytes of the runtime's block, that the firmware must have */
    uint32_t reply;    /* gate: CRC-32 of the reply's text to `question`; every machine gives the same */
    uint32_t reserved; /* 0 */
    char version[IMAGE_VERSION];
    char question[IMAGE_GATE]; /* gate: asked once, before a new image is trusted; "" for none */
    image_entry model[IMAGE_MODELS];
    uint32_t unused[35]; /* 0 */
    uint32_t crc;        /* of all before it */
} image_header;

_Static_assert(sizeof(image_header) == 512, "the header is 512 bytes");

typedef struct image {
    const image_header *header;
    const void *model[IMAGE_MODELS];
} image;

/* Checks the header alone, wherever it lies. 0, or -1 with one line in why. */
int image_header_check(const image_header *h, size_t room, char *why, size_t cap);

/* Checks the header and every model's CRC in place. 0, or -1 with one line in why: what, where, and what was expected. */
int image_open(image *out, const void *base, size_t room, char *why, size_t cap);

#endif
