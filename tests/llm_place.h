/* llm_place: a language model in two blocks of just the size that its layout counts. */
#ifndef SOTTO_TESTS_LLM_PLACE_H
#define SOTTO_TESTS_LLM_PLACE_H
#include "tests/llm_common.h"
#include "models/llm/llm.h"

/* Ready to run; the caller frees *state and *scratch. */
static inline void llm_place(llm *m, const llm_limits *limits, void **state, void **scratch) {
    arena count, a;
    arena_begin(&count, NULL, 0);
    llm_layout(m, &count, limits);
    a = heap_arena(&count);
    *state = a.base;
    llm_layout(m, &a, limits);
    assert_true(!a.failed && a.peak == count.peak);
    arena_begin(&count, NULL, 0);
    llm_scratch(m, &count);
    a = heap_arena(&count);
    *scratch = a.base;
    llm_scratch(m, &a);
    assert_true(!a.failed && a.peak == count.peak);
    llm_reset(m);
}

#endif
