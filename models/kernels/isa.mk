# Kernel sources by machine (ARCH of the Makefile), and the flags that each kernel file alone is compiled with.
KERNEL_COMMON := models/kernels/ref.c models/kernels/select.c
KERNEL_SRC_x86_64 := $(KERNEL_COMMON) models/kernels/select_x86.c models/kernels/avx2.c models/kernels/avx512vnni.c
KERNEL_SRC_aarch64 := $(KERNEL_COMMON) models/kernels/select_arm64.c models/kernels/neon.c models/kernels/neon_dot.c models/kernels/neon_i8mm.c
KERNEL_SRC_armv7 := $(KERNEL_COMMON) models/kernels/select_arm32.c models/kernels/neon32.c
HELIUM := helium helium_gemm helium_blocks helium_float helium_sound
KERNEL_SRC_arm-m55 := $(KERNEL_COMMON) models/kernels/select_m55.c $(HELIUM:%=models/kernels/%.c)
KERNEL_SRC_arm-m7 := $(KERNEL_COMMON) models/kernels/select_m7.c models/kernels/dsp.c
KERNEL_SRC_$(ARCH) ?= $(KERNEL_COMMON) models/kernels/select_ref.c

KERNEL_CFLAGS_avx2 := -O3 -mavx2 -mf16c
KERNEL_CFLAGS_avx512vnni := -O3 -mavx2 -mf16c -mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512vnni
KERNEL_CFLAGS_neon := -O3
KERNEL_CFLAGS_neon_dot := -O3 -march=armv8.2-a+dotprod
KERNEL_CFLAGS_neon_i8mm := -O3 -march=armv8.2-a+dotprod+i8mm
KERNEL_CFLAGS_neon32 := -O3 -march=armv7-a -mfpu=neon
KERNEL_CFLAGS_dsp := -O2

# MVE floats flush denormals: on this core the compiler must not turn scalar float code into vectors by itself.
ifeq ($(ARCH),arm-m55)
KERNEL_CFLAGS_ref := -fno-tree-vectorize
$(foreach file,$(HELIUM),$(eval KERNEL_CFLAGS_$(file) := -O2 -fno-tree-vectorize))
endif
