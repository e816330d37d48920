/* tools_order: drink orders, each slot checked against the menu. The words stay as said; what is not on the menu is "not available". */
#include "platform/tools/tools_job.h"
#include <string.h>

static const char *const DRINKS[] = {"americano",   "cappuccino", "coffee", "drip coffee", "espresso", "house coffee",
                                     "iced coffee", "iced mocha", "latte",  "mocha",       NULL};
static const char *const SIZES[] = {"small", "medium", "large", "eight ounce", "twelve ounce", "sixteen ounce", "twenty ounce", NULL};
static const char *const SHOTS[] = {"single shot", "double shot", "triple shot", NULL};
static const char *const ROASTS[] = {"light roast", "medium roast", "dark roast", NULL};
static const char *const MILKS[] = {"milk", "skim milk", "whole milk", "soy milk", "almond milk", "cream", NULL};
static const char *const SUGARS[] = {"sugar", "brown sugar", "sweetener", NULL};
static const char *const AMOUNTS[] = {"a little bit of ", "a bit of ", "some ", "a lot of ", "lots of "};

typedef struct slot {
    const char *key;
    const char *const *menu;
    int measured; /* an amount may stand before it */
} slot;

static const slot SLOTS[] = {{"drink", DRINKS, 0}, {"size", SIZES, 0}, {"shots", SHOTS, 0},
                             {"roast", ROASTS, 0}, {"milk", MILKS, 1}, {"sugar", SUGARS, 1}};

static int on_menu(const slot *s, const char *said) {
    for (size_t i = 0; s->measured && i < sizeof AMOUNTS / sizeof AMOUNTS[0]; i++) {
        size_t n = strlen(AMOUNTS[i]);
        if (strncmp(said, AMOUNTS[i], n) != 0) continue;
        said += n;
        break;
    }
    for (const char *const *m = s->menu; *m; m++)
        if (strcmp(*m, said) == 0) return 1;
    return 0;
}

int job_order(job *j) {
    for (size_t i = 0; i < sizeof SLOTS / sizeof SLOTS[0]; i++) {
        const char *said = job_arg(j, SLOTS[i].key);
        if (*said && !on_menu(&SLOTS[i], said)) return job_say(j, "error not available");
    }
    return job_ok(j);
}
