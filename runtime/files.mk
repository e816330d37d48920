CORE_SRC += runtime/base/arena.c
CORE_SRC += runtime/base/error.c
CORE_SRC += runtime/base/fmt.c
CORE_SRC += runtime/base/mathx.c
