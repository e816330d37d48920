/* kernels_bare: the checks of kernels_check.h without a test library, for machines under emulation: arm64 on Linux, and a bare
 * Cortex-M55 with semihosting (tests/check/emulated.sh builds and runs both). Prints a line a table; exit 1 when bits differ.
 */
#include "tests/kernels_check.h"
#include <stdio.h>

static uint64_t memory[CHECK_AREAS][CHECK_AREA / 8 + 16];

/* No pages to guard with here: 64 bytes on either side keep overlong reads inside. */
static uint8_t *check_area(int i) {
    return (uint8_t *)memory[i] + 64;
}

int main(void) {
    int usable = 0, bad = 0;
    const kernels *k, *ref = kernels_list(0, NULL);
    for (size_t i = 1; (k = kernels_list(i, &usable)) != NULL; i++) {
        check c = {.k = k, .ref = ref, .seed = 7};
        if (!usable) continue;
        check_vectors(&c, 1);
        check_i8(&c, 1);
        check_q(&c, 1);
        bad |= c.failed != 0;
        printf("%s: %u comparisons, %u differ %s %u %u %u\n", k->name, (unsigned)c.runs, (unsigned)c.failed, c.first, (unsigned)c.first_size[0],
               (unsigned)c.first_size[1], (unsigned)c.first_size[2]);
    }
    printf("chosen: %s\n", kernels_select(NULL)->name);
    return bad;
}
