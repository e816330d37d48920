/* select: picks a kernel table at run time from the choices compiled in (select_<machine>.c, slowest first).
 *
 * All tables give the same bits (law 3), so the choice is about speed alone and a name may be forced for measuring.
 */
#include "models/kernels/tables.h"
#include <string.h>

const kernels *kernels_select(const char *name) {
    const kernels *best = NULL;
    for (const kernel_choice *c = kernel_choices; c->table; c++)
        if ((!name || strcmp(name, c->table->name) == 0) && c->usable()) best = c->table;
    return best;
}

const kernels *kernels_list(size_t i, int *usable) {
    const kernel_choice *c = kernel_choices;
    for (; c->table && i > 0; i--) c++;
    if (c->table && usable) *usable = c->usable();
    return c->table;
}
