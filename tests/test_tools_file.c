/* test_tools_file: tools of the user's own: what is declared, every mistake told by line and column, commands filled and run. */
#define _POSIX_C_SOURCE 200809L
#include "tests/llm_common.h"
#include <unistd.h>
#include "platform/host/tools_file.h"
#include "platform/posix/spawn.h"

static tools_file file;
static char text[65536];
static platform_error err;

static int parse(const char *source) {
    snprintf(text, sizeof text, "%s", source);
    err.text[0] = 0;
    return tools_file_parse(&file, "home.tools", text, &err);
}

static void bad(const char *source, const char *said) {
    if (parse(source) == 0) fail_msg("taken: %s", source);
    if (!strstr(err.text, said)) fail_msg("%s: expected \"%s\" in: %s", source, said, err.text);
    assert_int_equal(strncmp(err.text, "home.tools:", 11), 0);
}

static void test_declared(void **state) {
    (void)state;
    assert_int_equal(parse("# mine\nonly\r\ntool garage_door # the big one\n    action = open | close|half-way\n\tplace? =  text\n\n"
                           "    run ./garage.sh {action} \"--at={place}\" \"two words\"   # comment\n    say \"The \\\"door\\\" is {action}[ in "
                           "{place}]: #{result}\"\n"
                           "tool feed\n  amount=number\n  shell echo \"$SOTTO_ARG_AMOUNT\" | awk '{print $1}'\ntool ping\n"),
                     0);
    assert_int_equal(file.count, 3);
    assert_int_equal(file.only, 1);
    const sotto_tool_info *t = &file.tool[0];
    assert_string_equal(t->name, "garage_door");
    assert_int_equal(t->args, 2);
    assert_string_equal(t->arg[0].name, "action");
    assert_string_equal(t->arg[0].words, "open close half-way");
    assert_false(t->arg[0].optional || t->arg[0].number || t->arg[1].number);
    assert_string_equal(t->arg[1].name, "place");
    assert_null(t->arg[1].words);
    assert_true(t->arg[1].optional);
    assert_string_equal(t->say, "The \"door\" is {action}[ in {place}]: #{result}");
    assert_int_equal(file.command[0].argc, 4);
    assert_string_equal(file.command[0].argv[2], "--at={place}");
    assert_string_equal(file.command[0].argv[3], "two words");
    assert_true(file.tool[1].arg[0].number);
    assert_string_equal(file.command[1].shell, "echo \"$SOTTO_ARG_AMOUNT\" | awk '{print $1}'");
    assert_true(file.command[2].argc == 0 && !file.command[2].shell && file.tool[2].args == 0);
}

static void test_mistakes(void **state) {
    (void)state;
    bad("", "no tool is declared");
    bad("garage\n", "home.tools:1:1: expected `tool NAME`");
    bad("  run x\n", "home.tools:1:3: expected `tool NAME` first");
    bad("tool\n", "1:1: expected `tool NAME`");
    bad("tool Garage\n", "1:6: expected a name");
    bad("tool a b\n", "1:6: expected a name");
    bad("tool a\ntool b\ntool a\n", "home.tools:3:6: this tool is declared twice");
    bad("tool a\n  x = \n", "2:6: expected a word");
    bad("tool a\n  x = on | \n", "expected a word");
    bad("tool a\n  x = on off\n", "2:10: expected | between words");
    bad("tool a\n  x = On\n", "2:7: expected a word");
    bad("tool a\n  x = on+off\n", "2:9: expected a word");
    bad("tool a\n  x = text\n  x? = number\n", "3:3: this argument is declared twice");
    bad("tool a\n  result = text\n", "2:3: `result` is what the command prints");
    bad("tool a\n  a=text\n  b=text\n  c=text\n  d=text\n  e=text\n  f=text\n  g=text\n  h=text\n  i=text\n", "10:3: too many arguments");
    bad("tool a\n  walk home\n", "2:3: expected `NAME = words`");
    bad("tool a\n  run\n", "2:6: expected a command");
    bad("tool a\n  run ./a {x}\n", "2:11: expected an argument declared above");
    bad("tool a\n  x = text\n  run {x}\n", "3:7: expected a command that does not depend");
    bad("tool a\n  x = text\n  run a {x\n", "3:9: expected }");
    bad("tool a\n  run a \"b\n", "2:9: expected a \"");
    bad("tool a\n  run a \"b\"c\n", "2:12: expected a space");
    bad("tool a\n  run a\n  shell b\n", "3:9: this tool has a command");
    bad("tool a\n  x = text\n  shell echo {x}\n", "3:14: values do not get into a shell's line");
    bad("tool a\n  say hello\n", "2:7: expected the reply between");
    bad("tool a\n  say \"\"\n", "expected a reply of 1 to 255");
    bad("tool a\n  say \"a\" b\n", "2:11: expected nothing behind");
    bad("tool a\n  say \"{y}\"\n", "2:8: expected an argument declared above, or {result}");
    bad("tool a\n  say \"a\"\n  say \"b\"\n", "3:7: this tool has a reply");
    bad("tool abcdefghijklmnopqrstuvwxyz0123456789\n", "1:6: expected a name");
}

static void test_limits(void **state) {
    (void)state;
    char source[8192] = "";
    for (int i = 0; i < 33; i++) sprintf(source + strlen(source), "tool t%d\n", i);
    bad(source, "home.tools:33:6: too many tools, expected at most 32");
    strcpy(source, "tool a\n  run");
    for (int i = 0; i < 25; i++) strcat(source, " x");
    bad(source, "2:55: too many words, expected at most 24");
    strcpy(source, "tool a\n  x = w");
    for (int i = 0; i < 60; i++) strcat(source, " | word");
    bad(source, "2:7: too many words, expected at most 255 bytes");
}

/* ---- commands ---- */

static int call(const char *name, const char *key, const char *value, char *result) {
    sotto_call c = {.name = name, .count = key != NULL, .arg = {{key, value}}};
    return tools_file_run(&file, &c, result, 256);
}

static void test_commands(void **state) {
    (void)state;
    char result[256];
    assert_int_equal(parse("tool args\n  x? = text\n  run printf %s, a {x} \"-{x}-\" \"\" \n"
                           "tool lines\n  shell printf 'one\\ttwo\\nthree\\n'\n"
                           "tool env\n  x = text\n  shell echo \"$SOTTO_TOOL:$SOTTO_ARG_X\"\n"
                           "tool fails\n  run sh -c \"echo no; exit 3\"\n"
                           "tool silent\n  run true\ntool nothing\ntool missing\n  run ./no/such/program\ntool killed\n  shell kill -9 $$\n"
                           "tool long\n  shell yes abcdefgh | head -c 100000 | tr -d '\\n'\n"),
                     0);
    assert_int_equal(call("args", "x", "b; rm -rf $HOME `id`", result), 0);
    assert_string_equal(result, "a,b; rm -rf $HOME `id`,-b; rm -rf $HOME `id`-,,"); /* one argument, whatever is in it */
    assert_int_equal(call("args", NULL, NULL, result), 0);
    assert_string_equal(result, "a,--,,");
    assert_int_equal(call("args", "x", "-rf", result), -1);
    assert_string_equal(result, "error args: the value \"-rf\" begins with -");
    assert_int_equal(call("args", "x", "-5", result), 0);
    assert_int_equal(call("lines", NULL, NULL, result), 0);
    assert_string_equal(result, "one two");
    assert_int_equal(call("env", "x", "two words", result), 0);
    assert_string_equal(result, "env:two words");
    assert_int_equal(call("fails", NULL, NULL, result), -1);
    assert_non_null(strstr(result, "exit status 3"));
    assert_int_equal(call("silent", NULL, NULL, result), 0);
    assert_string_equal(result, "ok");
    assert_int_equal(call("nothing", NULL, NULL, result), 0);
    assert_string_equal(result, "ok");
    assert_int_equal(call("missing", NULL, NULL, result), -1);
    assert_non_null(strstr(result, "cannot be run"));
    assert_int_equal(call("killed", NULL, NULL, result), -1);
    assert_non_null(strstr(result, "signal 9"));
    assert_int_equal(call("long", NULL, NULL, result), 0);
    assert_int_equal(strlen(result), 255);
    assert_int_equal(call("unknown", NULL, NULL, result), -1);
}

/* What takes too long is stopped with all that it started; a child that goes on in the background is not waited for. */
static void test_time(void **state) {
    (void)state;
    char sh[] = "sh", option[] = "-c", slow[] = "sleep 60 & sleep 60", leaves[] = "echo done; sleep 60 & exit 0", line[64];
    char *more[] = {NULL}, *stopped[] = {sh, option, slow, NULL}, *left[] = {sh, option, leaves, NULL};
    uint64_t from = platform_now();
    assert_int_equal(spawn_line(stopped, more, 200, line, sizeof line, &err), -1);
    assert_string_equal(err.text, "sh: did not end within 200 ms and was stopped");
    assert_int_equal(spawn_line(left, more, 5000, line, sizeof line, &err), 0);
    assert_string_equal(line, "done");
    assert_true(platform_now() - from < 3000000000u);
}

static void test_files(void **state) {
    (void)state;
    char path[] = "/tmp/sotto-tools-XXXXXX", result[256];
    assert_int_equal(tools_file_open(&file, "/tmp/no/such.tools", &err), -1);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    static const char source[] = "tool a\n  run ./sotto-tools-none\n";
    assert_int_equal(write(fd, source, sizeof source - 1), (ssize_t)sizeof source - 1);
    close(fd);
    assert_int_equal(tools_file_open(&file, path, &err), 0);
    assert_string_equal(file.folder, "/tmp"); /* commands with a / are sought beside the file */
    assert_int_equal(call("a", NULL, NULL, result), -1);
    assert_non_null(strstr(result, "/tmp/./sotto-tools-none"));
    tools_file_close(&file);
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_declared), cmocka_unit_test(test_mistakes), cmocka_unit_test(test_limits),
                                       cmocka_unit_test(test_commands), cmocka_unit_test(test_time),     cmocka_unit_test(test_files)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
