/* eval_slots: orders and commands judged by their slots: name and value, the value being the words as said.
 *
 * A reference is a JSON object of strings ({"size": "large", "milkAmount": "some soy milk"}). An utterance is accepted when its slots are exactly
 * those. Slots come from the recogniser's own intent when it has a grammar, else they are looked for in the dictated words: the longest of all the
 * values that the references of the manifest name, first, each word used once, one value a slot.
 */
#ifndef SOTTO_HOST_EVAL_SLOTS_H
#define SOTTO_HOST_EVAL_SLOTS_H
#include "platform/platform.h"

enum { SLOT_NAME = 32, SLOT_VALUE = 96, SLOTS_MOST = 16 };

typedef struct slot {
    char name[SLOT_NAME], value[SLOT_VALUE];
} slot;

typedef struct slot_set {
    uint32_t count;
    slot at[SLOTS_MOST];
} slot_set;

typedef struct slot_values { /* every slot and value that the references name, longest value first */
    slot *at;                /* [count] */
    uint32_t count, room;
} slot_values;

/* A JSON object of strings; values are normalised. -1 with the reason. */
int slots_parse(slot_set *s, const char *json, platform_error *e);
/* Adds one; 0, or -1 when it does not fit. Name and value are taken as they are. */
int slots_add(slot_set *s, const char *name, const char *value);
const char *slots_value(const slot_set *s, const char *name);    /* NULL: not there */
uint32_t slots_right(const slot_set *want, const slot_set *got); /* of want, how many got has with the same value */
int slots_equal(const slot_set *a, const slot_set *b);

int slot_values_add(slot_values *v, const slot_set *s); /* 0, or -1 when out of memory */
void slot_values_sort(slot_values *v);
void slot_values_free(slot_values *v);
void slot_values_find(const slot_values *v, const char *text, slot_set *out);

#endif
