/* args: the command line of `sotto`: one table of options a command, from which parsing and --help both come. */
#ifndef SOTTO_HOST_ARGS_H
#define SOTTO_HOST_ARGS_H

enum { EXIT_OK = 0, EXIT_FAIL = 1, EXIT_USAGE = 2, EXIT_OVER = 3 };

typedef enum option_kind { OPTION_FLAG, OPTION_TEXT, OPTION_UINT, OPTION_INT, OPTION_REAL, OPTION_LIST } option_kind;
enum { OPTION_LIST_MAX = 8 };

typedef struct option_list { /* of an option that may be given several times */
    const char *item[OPTION_LIST_MAX];
    int count;
} option_list;

typedef struct option_row {
    const char *name; /* "--in" */
    option_kind kind;
    void *to;          /* int, const char *, unsigned long long, long long, double, option_list */
    const char *value; /* "FILE"; NULL for flags */
    const char *help;
} option_row;

typedef struct command_line {
    const char *command, *about; /* "run", "one line" */
    const char *operands;        /* "[FILE ...]"; NULL: none are taken */
    const option_row *rows;      /* ends with a NULL name */
    char **rest;                 /* operands found */
    int rest_count;
} command_line;

/* Fills the options' targets; prints help or a complaint itself. Returns -1 to go on, else the exit code. argv[0] is the command. */
int args_parse(command_line *c, int argc, char **argv);

/* One line on stderr, "sotto: ...", and the given exit code. */
int complain(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
