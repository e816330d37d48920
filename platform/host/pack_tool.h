/* pack_tool: what `sotto pack` and `sotto inspect DIR` share. */
#ifndef SOTTO_HOST_PACK_TOOL_H
#define SOTTO_HOST_PACK_TOOL_H
#include "platform/host/pack.h"

/* Lists every file of a pack with version, bytes, CRC-32 and whether it can be used. Exit code: 1 when the manifest cannot be read or the file that a
 * role would use is not as the manifest says; earlier versions that are not there are history. */
int pack_inspect(const char *folder, int json);

#endif
