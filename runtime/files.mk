CORE_SRC += runtime/base/arena.c
CORE_SRC += runtime/base/error.c
CORE_SRC += runtime/base/fmt.c
CORE_SRC += runtime/base/mathx.c
CORE_SRC += runtime/sotto.c runtime/config.c runtime/stream.c runtime/turn.c runtime/listen.c runtime/think.c runtime/speak.c
CORE_SRC += runtime/event.c runtime/spans.c runtime/model.c runtime/describe.c
