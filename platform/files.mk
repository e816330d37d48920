HOST_SRC += platform/host/main.c platform/host/args.c platform/host/show.c platform/host/kv_estimate.c platform/host/pack.c platform/host/loop.c platform/host/lines.c platform/host/live.c
HOST_SRC += platform/host/cmd_run.c platform/host/cmd_hear.c platform/host/cmd_think.c platform/host/cmd_say.c platform/host/cmd_plan.c
HOST_SRC += platform/host/cmd_inspect.c platform/host/cmd_bench.c platform/host/cmd_devices.c
PLATFORM_SRC += platform/posix/log.c platform/posix/clock.c platform/posix/map.c platform/posix/trace.c platform/posix/resample.c
PLATFORM_SRC += platform/posix/wav_read.c platform/posix/wav_write.c platform/posix/device.c platform/posix/device_list.c
PLATFORM_SRC += platform/posix/tools.c platform/posix/tools_words.c platform/posix/tools_when.c platform/posix/tools_math.c platform/posix/tools_units.c
PLATFORM_SRC += platform/posix/tools_time.c platform/posix/tools_places.c platform/posix/tools_timer.c platform/posix/tools_home.c platform/posix/tools_order.c
