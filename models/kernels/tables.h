/* tables: what the kernel files and the choice among them share; nothing outside models/kernels includes this. */
#ifndef SOTTO_MODELS_KERNELS_TABLES_H
#define SOTTO_MODELS_KERNELS_TABLES_H
#include "models/kernels/kernels.h"

extern const kernels kernels_ref;
extern const kernels kernels_avx2;
extern const kernels kernels_avx512vnni;
extern const kernels kernels_neon;
extern const kernels kernels_neon_dot;
extern const kernels kernels_neon_i8mm;
extern const kernels kernels_neon32;
extern const kernels kernels_helium;
extern const kernels kernels_dsp;

typedef struct kernel_choice {
    const kernels *table;
    int (*usable)(void); /* 1 when the machine it runs on has every instruction of the table, and the OS saves the registers */
} kernel_choice;

/* Slowest first, [0] is ref; one select_<machine>.c defines it. Ends with a NULL table. */
extern const kernel_choice kernel_choices[];

#endif
