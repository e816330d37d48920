/* select_m7: the image is built for the core it runs on, so there is nothing to ask. */
#include "models/kernels/tables.h"

static int always(void) {
    return 1;
}

const kernel_choice kernel_choices[] = {
    {&kernels_ref, always},
    {&kernels_dsp, always},
    {NULL, NULL},
};
