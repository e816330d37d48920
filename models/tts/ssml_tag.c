/* ssml_tag: what each element does. See ssml.h for the list.
 *
 * Rates and relative pitches multiply along the nesting (SSML 1.1, 3.2.4); labels and absolute values replace.
 */
#include "models/tts/acoustic.h"
#include "models/tts/phonemes.h"
#include "models/tts/ssml_inside.h"
#include "models/tts/blank.h"
#include "runtime/base/mathx.h"
#include <string.h>

enum element { NONE, SPEAK, P, S, BREAK, PROSODY, EMPHASIS, SAY_AS, PHONEME, SUB, PLAIN /* known, and nothing to do */ };
enum {
    VALUE = 384,
    BREAK_MAX = ACOUSTIC_PAUSE_MAX,
    PARAGRAPH = 700 /* ms */,
    PITCH_MOST = 1200,
    GAIN_LEAST = ACOUSTIC_SILENT,
    GAIN_MOST = 1200,
    RATE_LEAST = 25,
    RATE_MOST = 400
};

static const struct {
    const char *name;
    uint8_t id;
} elements[] = {
    {"speak", SPEAK},     {"p", P},       {"s", S},         {"break", BREAK}, {"prosody", PROSODY}, {"emphasis", EMPHASIS}, {"say-as", SAY_AS},
    {"phoneme", PHONEME}, {"sub", SUB},   {"token", PLAIN}, {"w", PLAIN},     {"mark", PLAIN},      {"meta", PLAIN},        {"metadata", PLAIN},
    {"paragraph", P},     {"sentence", S}};

typedef struct label {
    const char *name;
    int value;
} label;

static const label strengths[] = {{"none", 1}, {"x-weak", 100}, {"weak", 200}, {"medium", 400}, {"strong", 700}, {"x-strong", 1200}, {NULL, 0}};
static const label rates[] = {{"x-slow", 55}, {"slow", 75}, {"medium", 100}, {"default", 100}, {"fast", 130}, {"x-fast", 170}, {NULL, 0}};
static const label pitches[] = {{"x-low", -600}, {"low", -300}, {"medium", 0}, {"default", 0}, {"high", 300}, {"x-high", 600}, {NULL, 0}};
static const label volumes[] = {{"silent", GAIN_LEAST}, {"x-soft", -1200}, {"soft", -600},  {"medium", 0},
                                {"default", 0},         {"loud", 400},     {"x-loud", 800}, {NULL, 0}};

int ssml_is_name(ssml_text t, const char *name) {
    return strlen(name) == t.len && memcmp(name, t.at, t.len) == 0;
}

static const label *label_find(const label *list, ssml_text t) {
    for (; list->name; list++)
        if (ssml_is_name(t, list->name)) return list;
    return NULL;
}

/* ---- attributes ---- */

static void skip_spaces(ssml_text *t) {
    while (t->len && is_blank(*t->at)) t->at++, t->len--;
}

static ssml_text take_name(ssml_text *t) {
    ssml_text name = {t->at, 0};
    while (t->len && !is_blank(*t->at) && *t->at != '=' && *t->at != '/') t->at++, t->len--, name.len++;
    return name;
}

/* The next name="value" (or name=value); 0 when there are no more. */
static int next_attribute(ssml_text *t, ssml_text *name, ssml_text *value) {
    while (t->len && (is_blank(*t->at) || *t->at == '/' || *t->at == '=')) t->at++, t->len--;
    *name = take_name(t);
    *value = (ssml_text){t->at, 0};
    skip_spaces(t);
    if (!name->len) return 0;
    if (!t->len || *t->at != '=') return 1;
    t->at++, t->len--;
    skip_spaces(t);
    const char quote = t->len && (*t->at == '"' || *t->at == '\'') ? *t->at : 0;
    if (quote) t->at++, t->len--;
    value->at = t->at;
    while (t->len && (quote ? *t->at != quote : !is_blank(*t->at))) t->at++, t->len--, value->len++;
    if (t->len) t->at++, t->len--;
    while (value->len && is_blank(*value->at)) value->at++, value->len--;
    while (value->len && is_blank(value->at[value->len - 1])) value->len--;
    return 1;
}

static ssml_text attribute(ssml_text attributes, const char *wanted) {
    ssml_text name, value;
    while (next_attribute(&attributes, &name, &value))
        if (ssml_is_name(name, wanted)) return value;
    return (ssml_text){"", 0};
}

/* Attributes of prosody that mean something but not here. */
static void note_others(ssml *x, ssml_text attributes) {
    ssml_text name, value;
    while (next_attribute(&attributes, &name, &value))
        if (!ssml_is_name(name, "rate") && !ssml_is_name(name, "pitch") && !ssml_is_name(name, "volume"))
            ssml_strange(x, "prosody", name.at, name.len);
}

/* Its entities decoded. */
static size_t decode_value(char out[VALUE], ssml_text t) {
    size_t n = 0;
    for (size_t i = 0; i < t.len && n + 4 <= VALUE; i++) {
        const char *end = t.at[i] == '&' ? memchr(t.at + i, ';', t.len - i) : NULL;
        const size_t used = end ? ssml_decode(t.at + i + 1, (size_t)(end - (t.at + i)) - 1, out + n) : 0;
        if (used)
            n += used, i = (size_t)(end - t.at);
        else
            out[n++] = t.at[i];
    }
    return n;
}

/* "+12.5st" -> 12.5, sign '+' or '-' or 0, the unit behind it; 0 when it does not begin with a number. */
static int read_number(ssml_text t, float *value, char *sign, ssml_text *unit) {
    size_t i = 0, digits = 0;
    float v = 0, part = 1;
    *sign = t.len && (*t.at == '+' || *t.at == '-') ? t.at[i++] : 0;
    for (; i < t.len && t.at[i] >= '0' && t.at[i] <= '9'; i++, digits++) v = v < 1e6f ? v * 10 + (float)(t.at[i] - '0') : v;
    if (i < t.len && t.at[i] == '.')
        for (i++; i < t.len && t.at[i] >= '0' && t.at[i] <= '9'; i++, digits++) v += (float)(t.at[i] - '0') * (part *= 0.1f);
    *value = *sign == '-' ? -v : v;
    *unit = (ssml_text){t.at + i, t.len - i};
    return digits > 0;
}

static int within(float v, int least, int most) {
    return v < (float)least ? least : v > (float)most ? most : (int)mathx_round_even(v);
}

static int cents_of(float ratio) {
    return within(ratio > 0.01f ? mathx_log(ratio) * (1200.0f / 0.69314718f) : -10000, -PITCH_MOST, PITCH_MOST);
}

/* ---- prosody ---- */

static void set_rate(ssml *x, ssml_text t) {
    float v;
    char sign;
    ssml_text unit;
    const label *l = label_find(rates, t);
    if (l) {
        x->now.rate = (uint16_t)l->value;
    } else if (read_number(t, &v, &sign, &unit) && (unit.len == 0 || ssml_is_name(unit, "%"))) {
        if (unit.len == 0) v *= 100;
        x->now.rate = (uint16_t)within((float)x->now.rate * (sign ? 100 + v : v) / 100, RATE_LEAST, RATE_MOST);
    } else if (t.len) {
        ssml_strange(x, "prosody rate", t.at, t.len);
    }
}

static void set_pitch(ssml *x, ssml_text t) {
    float v, cents = 0;
    char sign;
    ssml_text unit;
    const label *l = label_find(pitches, t);
    if (l) {
        x->now.pitch = (int16_t)l->value;
        return;
    }
    if (!read_number(t, &v, &sign, &unit)) {
        if (t.len) ssml_strange(x, "prosody pitch", t.at, t.len);
        return;
    }
    const int hertz = ssml_is_name(unit, "Hz") || ssml_is_name(unit, "hz");
    if (hertz && !sign)
        x->now.pitch = 0, cents = (float)cents_of(v / x->base);
    else if (hertz)
        cents = (float)cents_of(1 + v / x->base);
    else if (ssml_is_name(unit, "st"))
        cents = 100 * v;
    else if (ssml_is_name(unit, "%"))
        cents = (float)cents_of(sign ? 1 + v / 100 : v / 100);
    else
        ssml_strange(x, "prosody pitch", t.at, t.len);
    x->now.pitch = (int16_t)within((float)x->now.pitch + cents, -PITCH_MOST, PITCH_MOST);
}

static void set_volume(ssml *x, ssml_text t) {
    float v;
    char sign;
    ssml_text unit;
    const label *l = label_find(volumes, t);
    if (l)
        x->now.gain = (int16_t)l->value;
    else if (read_number(t, &v, &sign, &unit) && (ssml_is_name(unit, "dB") || ssml_is_name(unit, "db")))
        x->now.gain = (int16_t)within((float)x->now.gain + 100 * v, GAIN_LEAST, GAIN_MOST);
    else if (t.len)
        ssml_strange(x, "prosody volume", t.at, t.len);
}

static void emphasize(ssml *x, ssml_text level) {
    static const struct {
        const char *name;
        int rate, pitch, gain;
    } levels[] = {{"strong", 85, 200, 300}, {"moderate", 92, 100, 150}, {"none", 100, 0, 0}, {"reduced", 110, -100, -300}};
    size_t i = level.len ? 0 : 1;
    while (level.len && i < 3 && !ssml_is_name(level, levels[i].name)) i++;
    x->now.rate = (uint16_t)within((float)(x->now.rate * levels[i].rate) / 100, RATE_LEAST, RATE_MOST);
    x->now.pitch = (int16_t)within((float)(x->now.pitch + levels[i].pitch), -PITCH_MOST, PITCH_MOST);
    x->now.gain = (int16_t)within((float)(x->now.gain + levels[i].gain), GAIN_LEAST, GAIN_MOST);
}

static int enter(ssml *x, uint8_t element) {
    if (x->depth == SSML_DEPTH) {
        if (x->over < UINT16_MAX) x->over++;
        ssml_strange(x, "", "nesting deeper than 8", 21);
        return 0;
    }
    x->level[x->depth++] = (ssml_level){element, x->now};
    return 1;
}

static void leave(ssml *x, uint8_t element) {
    if (x->over) {
        x->over--;
        return;
    }
    for (int i = x->depth; i-- > 0;) {
        if (x->level[i].element != element) continue;
        x->now = x->level[i].before;
        x->depth = (uint8_t)i;
        return;
    }
}

/* ---- elements ---- */

static void set_break(ssml *x, ssml_text attributes) {
    const ssml_text time = attribute(attributes, "time"), strength = attribute(attributes, "strength");
    const label *l = label_find(strengths, strength.len ? strength : (ssml_text){"medium", 6});
    float v, ms = l ? (float)l->value : 400;
    char sign;
    ssml_text unit;
    if (time.len) {
        if (read_number(time, &v, &sign, &unit) && sign != '-' && (ssml_is_name(unit, "s") || ssml_is_name(unit, "ms")))
            ms = unit.len == 1 ? 1000 * v : v;
        else
            ssml_strange(x, "break time", time.at, time.len);
    } else if (!l) {
        ssml_strange(x, "break strength", strength.at, strength.len);
    }
    const int sum = within(ms + (x->soft ? 0 : (float)x->pause), 1, BREAK_MAX);
    x->pause = (uint16_t)sum;
    x->soft = 0;
}

/* The end of a sentence or a paragraph, also a forgotten one. */
static void end_part(ssml *x, int paragraph) {
    if (x->say) ssml_say_end(x);
    x->say = x->mute = 0;
    if (!x->dense) return;
    ssml_end_clause(x);
    if (paragraph && !x->pause) x->pause = PARAGRAPH, x->soft = 1;
}

static void open_phoneme(ssml *x, ssml_text attributes) {
    char text[VALUE];
    uint8_t phones[G2P_WORD];
    const ssml_text ph = attribute(attributes, "ph");
    const size_t n = decode_value(text, ph);
    if (!n || memchr(text, '{', n) || memchr(text, '}', n) || phonemes_parse(text, n, phones, G2P_WORD) <= 0) {
        ssml_strange(x, "phoneme ph", ph.at, ph.len);
        return;
    }
    x->gap = 1;
    ssml_emit(x, '{');
    ssml_emit_text(x, text, n);
    ssml_emit(x, '}');
    x->gap = 1;
    x->mute = PHONEME;
    x->muted = 0;
}

static void open_sub(ssml *x, ssml_text attributes) {
    char text[VALUE];
    const ssml_text alias = attribute(attributes, "alias");
    const size_t n = decode_value(text, alias);
    if (!n) {
        ssml_strange(x, "sub", "without an alias", 16);
        return;
    }
    x->gap = 1;
    ssml_emit_text(x, text, n);
    x->gap = 1;
    x->mute = SUB;
    x->muted = 0;
}

static void open_say_as(ssml *x, ssml_text attributes) {
    const ssml_text kind = attribute(attributes, "interpret-as");
    if (x->say) ssml_say_end(x);
    if (!ssml_say_known(kind)) ssml_strange(x, "say-as", kind.at, kind.len);
    x->say = ssml_say_kind_of(kind);
    x->format = ssml_say_format(attribute(attributes, "format"));
    x->held_len = 0;
    x->gap = 1;
}

static void open_element(ssml *x, uint8_t id, ssml_text attributes) {
    switch (id) {
    case P:
    case S:
        end_part(x, id == P);
        break;
    case BREAK:
        set_break(x, attributes);
        break;
    case PROSODY:
        note_others(x, attributes);
        if (!enter(x, id)) break;
        set_rate(x, attribute(attributes, "rate"));
        set_pitch(x, attribute(attributes, "pitch"));
        set_volume(x, attribute(attributes, "volume"));
        break;
    case EMPHASIS:
        if (enter(x, id)) emphasize(x, attribute(attributes, "level"));
        break;
    case SAY_AS:
        open_say_as(x, attributes);
        break;
    case PHONEME:
        open_phoneme(x, attributes);
        break;
    case SUB:
        open_sub(x, attributes);
        break;
    default:
        break;
    }
}

static void close_element(ssml *x, uint8_t id) {
    if (id == P || id == S || id == SPEAK) end_part(x, id == P);
    if (id == PROSODY || id == EMPHASIS) leave(x, id);
    if (id == SAY_AS && x->say) {
        ssml_say_end(x);
        x->say = 0;
        x->gap = 1;
    }
}

void ssml_tag(ssml *x, const char *tag, size_t len) {
    const int closing = len && *tag == '/', alone = len > 1 && tag[len - 1] == '/';
    ssml_text t = {tag + closing, len - (size_t)closing};
    if (len && (*tag == '!' || *tag == '?')) return;
    const ssml_text name = take_name(&t);
    uint8_t id = NONE;
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
        if (ssml_is_name(name, elements[i].name)) id = elements[i].id;
    if (x->mute) {
        if (closing && id == x->mute) x->mute = 0;
        if (id != P && id != S && id != SPEAK) return;
    }
    if (id == NONE && !closing) ssml_strange(x, "", name.at, name.len);
    if (x->say && id != SAY_AS) ssml_say_end(x);
    if (!closing) open_element(x, id, t);
    if ((closing || alone) && id != BREAK) {
        if (id == x->mute) x->mute = 0;
        close_element(x, id);
    }
}
