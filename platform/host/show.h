/* show: events, stage tables and statistics as text for people or as JSON Lines for programs. Lines that the firmware prints too come from
 * platform/show_text.h. */
#ifndef SOTTO_HOST_SHOW_H
#define SOTTO_HOST_SHOW_H
#include "runtime/sotto.h"
#include <stdio.h>

void show_json_text(FILE *to, const char *text); /* with its quotes */
void show_event(FILE *to, const sotto_event *e); /* one line, colour on a terminal */
void show_event_json(FILE *to, const sotto_event *e);
/* DESIGN §6: each span with its time, its budget and whether it held. */
void show_stages(FILE *to, const sotto_statistics *s, const uint64_t *budget_ns);
/* One JSON object a turn, one line. */
void show_turn_json(FILE *to, const sotto_statistics *s, const uint64_t *budget_ns, const char *transcript, const char *reply);
void show_percentiles(FILE *to, const sotto_statistics *s, const uint64_t *budget_ns);
void show_percentiles_json(FILE *to, const sotto_statistics *s, const uint64_t *budget_ns);
/* Real-time factors and token rates of everything so far. */
void show_rates(FILE *to, const sotto_statistics *s);
void show_rates_json(FILE *to, const sotto_statistics *s);

#endif
