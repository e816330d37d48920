/* commands: each `sotto NAME` is one function in its own file; argv[0] is the command's name. Returns the exit code. */
#ifndef SOTTO_HOST_COMMANDS_H
#define SOTTO_HOST_COMMANDS_H

int command_run(int argc, char **argv);
int command_hear(int argc, char **argv);
int command_think(int argc, char **argv);
int command_say(int argc, char **argv);
int command_plan(int argc, char **argv);
int command_inspect(int argc, char **argv);
int command_bench(int argc, char **argv);
int command_eval(int argc, char **argv);
int command_pack(int argc, char **argv);
int command_grammar(int argc, char **argv);
int command_devices(int argc, char **argv);

#endif
