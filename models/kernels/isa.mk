# Kernel sources by machine (ARCH of the Makefile), and the flags each kernel file alone is compiled with.
KERNEL_COMMON := models/kernels/ref.c models/kernels/select.c
KERNEL_SRC_x86_64 := $(KERNEL_COMMON) models/kernels/select_ref.c
KERNEL_SRC_aarch64 := $(KERNEL_COMMON) models/kernels/select_ref.c
KERNEL_SRC_arm-m55 := $(KERNEL_COMMON) models/kernels/select_ref.c
