/* pack_image: a pack as the one block of flash that firmware/image.h describes. */
#ifndef SOTTO_HOST_PACK_IMAGE_H
#define SOTTO_HOST_PACK_IMAGE_H
#include <stdint.h>

/* Writes the models of `folder` to `path`, with versions, CRCs and gates: the block that the default configuration needs, and the reply that the
 * pack gives to `question` ("" for none). Says what it wrote; an exit code. */
int pack_image(const char *folder, const char *path, uint32_t number, const char *question);

#endif
