/* json_output: what the tests of the evaluations share: the JSON that the command wrote, and a look-up in it by path. */
#ifndef SOTTO_TESTS_JSON_OUTPUT_H
#define SOTTO_TESTS_JSON_OUTPUT_H
#include "tests/cli.h" /* first: it asks for POSIX */
#include <cjson/cJSON.h>

/* The value at "name/index/name"; fails the test when there is none. */
static inline const cJSON *at(const cJSON *o, const char *path) {
    char copy[128];
    snprintf(copy, sizeof copy, "%s", path);
    for (char *name = strtok(copy, "/"); name && o; name = strtok(NULL, "/")) {
        o = cJSON_IsArray(o) ? cJSON_GetArrayItem(o, atoi(name)) : cJSON_GetObjectItemCaseSensitive(o, name);
    }
    if (!o) fail_msg("%s is not in the output", path);
    return o;
}

/* Runs a shell line as cli.h's `run`, which must say `said` and nothing but JSON; the caller deletes what was parsed. */
static inline cJSON *json_said(const char *args, const char *said) {
    expect(args, 0, said);
    cJSON *o = cJSON_Parse(output);
    if (!o) fail_msg("%s: not JSON: %.300s", args, output);
    return o;
}

#endif
