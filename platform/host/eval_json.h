/* eval_json: what the JSON of all evaluations shares. */
#ifndef SOTTO_HOST_EVAL_JSON_H
#define SOTTO_HOST_EVAL_JSON_H
#include "platform/host/eval_gates.h"
#include <cjson/cJSON.h>

void json_number(cJSON *to, const char *name, double value); /* null for NAN */
/* A model of a report at the end of the array `to`: what it is. */
cJSON *json_model(cJSON *to, const char *file, const char *version, double bytes, double arena, const char *kernels);
/* "gates": [{"gate", "op", "limit", "value", "pass"}] */
void json_gates(cJSON *to, const gate_list *g, gate_value value, const void *user);
/* Writes and frees `all`; path "-": stdout. Complains itself; 0 or an exit code. */
int json_write(cJSON *all, const char *path);

#endif
