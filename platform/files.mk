HOST_SRC += platform/host/main.c platform/host/args.c platform/host/show.c platform/host/kv_estimate.c platform/host/pack.c platform/host/loop.c platform/host/live.c
HOST_SRC += platform/host/cmd_run.c platform/host/cmd_hear.c platform/host/cmd_think.c platform/host/cmd_say.c platform/host/cmd_plan.c
HOST_SRC += platform/host/cmd_inspect.c platform/host/cmd_bench.c platform/host/cmd_devices.c
