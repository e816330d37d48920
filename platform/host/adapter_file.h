/* adapter_file: --adapter, for the commands that think: LoRA files for the language model (runtime/README.md, "Adapters"). */
#ifndef SOTTO_HOST_ADAPTER_FILE_H
#define SOTTO_HOST_ADAPTER_FILE_H
#include "platform/host/args.h"
#include "platform/platform.h"
#include "runtime/sotto.h"

typedef struct adapter_files {
    option_list path; /* in the order given; "none": the model alone */
    file_map map[OPTION_LIST_MAX];
    sotto_adapter adapter[OPTION_LIST_MAX];
    unsigned turns; /* that adapter_files_turn has begun */
} adapter_files;

#define ADAPTER_HELP "LoRA adapter (GGUF) for the language model"
#define ADAPTER_ROW(a)                                                                                                                               \
    { "--adapter", OPTION_LIST, &(a).path, "FILE", ADAPTER_HELP }
/* For commands that change it: given several times, each turn has the next. */
#define ADAPTER_TURNS_ROW(a)                                                                                                                         \
    { "--adapter", OPTION_LIST, &(a).path, "FILE", ADAPTER_HELP "; given again: each turn has the next (none: no adapter)" }

/* After args_parse: maps the files, `most` of them. -1 to go on, else the exit code; nothing is then to be closed. */
int adapter_files_open(adapter_files *a, const char *command, int most);
/* For a `change` of loop_open: checks them against the configuration's language model, whose first adapter is the first one's. One that does not fit
 * makes the plan fail with its message. */
void adapter_files_use(adapter_files *a, sotto_config *c);
/* Before each turn: puts the next one on when there are several. 0 or an exit code. */
int adapter_files_turn(adapter_files *a, sotto *voice);
void adapter_files_close(adapter_files *a);

#endif
