/* spell: letters to the recogniser's phones (see spell.h). */
#include "runtime/spell.h"
#include <string.h>

/* The phone without its stress is the class's name. */
static int same_phone(const char *name, gguf_text class_name) {
    size_t len = strlen(name);
    if (len > 0 && name[len - 1] >= '0' && name[len - 1] <= '9') len--;
    return class_name.len == len && memcmp(class_name.at, name, len) == 0;
}

void spell_init(spell_book *x, const g2p *g, const gguf *ear) {
    gguf_value names;
    memset(x, 0, sizeof *x);
    if (gguf_find(ear, "sotto.asr.phones", &names) != 0 || names.type != GGUF_ARRAY || names.element != GGUF_STRING) return;
    const uint8_t *at = names.at;
    for (uint32_t c = 0; c < names.count && c < 256; c++) {
        gguf_text name = gguf_next_text(&at);
        for (uint32_t p = PHONE_FIRST_CONSONANT; p < PHONE_COUNT; p++)
            if (same_phone(phoneset_name[p], name)) x->klass[p] = (uint8_t)c;
    }
    x->g = g;
}

uint32_t spell_word(void *user, const char *word, uint32_t len, uint8_t *phone, uint32_t room) {
    const spell_book *x = user;
    uint8_t sound[G2P_WORD];
    if (!x->g) return 0;
    int n = g2p_word(x->g, word, len, sound, G2P_WORD);
    if (n <= 0 || (uint32_t)n > room) return 0;
    for (int i = 0; i < n; i++)
        if ((phone[i] = x->klass[sound[i]]) == 0) return 0;
    return (uint32_t)n;
}
