/* voice_group: the shipped pack as it is, opened for a group of tests and closed after it. */
#ifndef SOTTO_TESTS_VOICE_GROUP_H
#define SOTTO_TESTS_VOICE_GROUP_H
#include "tests/voice.h"

static voice_pack pack;

static int open_pack(void **state) {
    (void)state;
    voice_open(&pack);
    return 0;
}

static int close_pack(void **state) {
    (void)state;
    voice_close(&pack);
    return 0;
}

#endif
