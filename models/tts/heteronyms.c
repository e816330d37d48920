/* heteronyms: the table and its rules.
 *
 * A verb cue is a word like "to", "will", "please", or the beginning of the clause when an object follows ("Record the show"); a
 * noun cue is an article, a possessive or a common adjective. Each entry of the main table has a usual reading and another one with
 * the rule that picks it. The few words that need more have rows in a first table: of these the first that applies decides.
 */
#include "models/tts/heteronyms.h"
#include <string.h>

enum rule {
    IF_VERB,    /* after a verb cue or at the beginning */
    IF_NOUN,    /* after an article or possessive */
    IF_PERFECT, /* after have, was, been ... */
    IF_STATE,   /* after is, very, so, get ...; or a noun cue */
    IF_AFTER,   /* before one of the words of `list` */
    IF_BEFORE,  /* right after one of them */
    IF_BEFORE2, /* two words after one of them */
    IF_AFTER2,  /* two words before one of them */
    IF_NEAR,    /* one of them is anywhere in the clause */
    IF_ACT,     /* after a verb cue and before one of them */
    IF_FIRST,   /* at the beginning of the clause */
    IF_PLURAL   /* right after a word that ends in s, and last of its phrase or before one of them: "the stories conflict" */
};

static const char verb_cues[] =
    "to will would can could should shall may might must please don't didn't doesn't won't can't i you we they let's not and then i'll you'll "
    "we'll they'll i'd you'd who";
static const char noun_cues[] =
    "a an the this that these those my your his her its our their some any no of in on for with by new each every another last next one "
    "first second daily good bad big small large old great little real slight sharp huge fresh major";
static const char perfect_cues[] = "have has had i've you've we've they've was were been be is are already just having";
static const char state_cues[] =
    "is are was were be been very so too how it's that's pretty quite really get gets getting got come comes came more as stay stays far not";
static const char objects[] =
    "the a an my your this that these those it them him her me us our his its all any every some each both everything to from";
static const char helpers[] =
    "to will would can could should shall may might must please do does did don't doesn't didn't won't can't couldn't wouldn't let's i'll "
    "you'll we'll they'll he'll she'll";
static const char live_nouns[] =
    "music show shows concert concerts stream streams news video videos tv television broadcast broadcasts audience band event events "
    "performance performances scores score coverage weather updates";

static const struct special {
    const char *word, *said;
    enum rule rule;
    const char *list; /* of the rules that have one */
} specials[] = {
    {"bow", "B AW1", IF_BEFORE, "took take takes taking"},
    {"close", "K L OW1 Z", IF_BEFORE2, "will would can could do does did don't should must may might"},
    {"close", "K L OW1 Z", IF_BEFORE, helpers},
    {"close", "K L OW1 S", IF_AFTER, "to by enough together"},
    {"desert", "D IH0 Z ER1 T", IF_BEFORE, "never"},
    {"content", "K AH0 N T EH1 N T", IF_BEFORE, "feel feels felt quite very seem seems am i'm he's she's we're they're"},
    {"conflict", "K AH0 N F L IH1 K T", IF_PLURAL, "with sometimes often"},
    {"contract", "K AH0 N T R AE1 K T", IF_AFTER, "when"},
    {"house", "HH AW1 Z", IF_BEFORE, "will can could would to must may"},
    {"lead", "L EH1 D", IF_BEFORE, "of contains contain"},
    {"lead", "L EH1 D", IF_NEAR, "metal metals pipe pipes paint poisoning gasoline batteries water toxic"},
    {"live", "L IH1 V", IF_BEFORE, helpers},
    {"live", "L AY1 V", IF_BEFORE, "is are was were going go goes went be being stay a the this our my your"},
    {"lives", "L AY1 V Z", IF_BEFORE, "the many all both several our their your my his her its of these those own people's"},
    {"protest", "P R AH0 T EH1 S T", IF_PLURAL, "against over outside"},
    {"read", "R IY1 D", IF_BEFORE, helpers},
    {"read", "R IY1 D", IF_BEFORE2, helpers},
    {"read", "R EH1 D", IF_BEFORE2, "have has had i've you've we've they've was were been having"},
    {"read", "R IY1 D", IF_FIRST, NULL},
    {"read", "R EH1 D", IF_BEFORE, "he she it who has"},
    {"read", "R EH1 D", IF_NEAR, "yesterday ago last earlier already once"},
    {"rebel", "R IH0 B EH1 L", IF_PLURAL, "against"},
    {"records", "R AH0 K AO1 R D Z", IF_BEFORE, "he she it that who"},
    {"subject", "S AH1 B JH IH0 K T", IF_AFTER, "to"},
    {"tear", "T IH1 R", IF_NEAR, "eye eyes face cheek cheeks gas single cry cried crying"},
    {"tear", "T EH1 R", IF_AFTER, "in up apart down off open it"},
    {"use", "Y UW1 S", IF_BEFORE, "full heavy frequent free personal commercial everyday common much energy power water phone daily"},
    {"used", "Y UW1 S T", IF_AFTER2, "it this that them him her the being having you me us"},
    {"used", "Y UW1 Z D", IF_BEFORE, "is are was were be been it's"},
    {"uses", "Y UW1 S AH0 Z", IF_BEFORE, "many several other new its common of the all has have two three some more their"},
    {"wind", "W AY1 N D", IF_ACT, "the it a your my this that back around through"},
    {"winds", "W AY1 N D Z", IF_AFTER, "up down through"},
    {"wound", "W AW1 N D", IF_BEFORE, "he she it they we i who has have had was were is are"},
};

static const struct heteronym {
    const char *word, *usual, *other;
    enum rule rule;
    const char *list; /* IF_AFTER */
} table[] = {
    {"abuse", "AH0 B Y UW1 S", "AH0 B Y UW1 Z", IF_VERB, NULL},
    {"address", "AE1 D R EH2 S", "AH0 D R EH1 S", IF_VERB, NULL},
    {"alternate", "AO1 L T ER0 N AH0 T", "AO1 L T ER0 N EY2 T", IF_VERB, NULL},
    {"approximate", "AH0 P R AA1 K S AH0 M AH0 T", "AH0 P R AA1 K S AH0 M EY2 T", IF_VERB, NULL},
    {"attribute", "AE1 T R AH0 B Y UW2 T", "AH0 T R IH1 B Y UW2 T", IF_VERB, NULL},
    {"bass", "B EY1 S", "B AE1 S", IF_NEAR, "fish fishing caught lake river sea boat cooked grilled cook"},
    {"bow", "B AW1", "B OW1", IF_NEAR, "arrow arrows tie tied ties hair ribbon violin cello knot wear wore gift rainbow"},
    {"close", "K L OW1 Z", "K L OW1 S", IF_STATE, NULL},
    {"combine", "K AH0 M B AY1 N", "K AA1 M B AY2 N", IF_NOUN, NULL},
    {"conduct", "K AH0 N D AH1 K T", "K AA1 N D AH0 K T", IF_NOUN, NULL},
    {"conflict", "K AA1 N F L IH0 K T", "K AH0 N F L IH1 K T", IF_VERB, NULL},
    {"console", "K AA1 N S OW0 L", "K AH0 N S OW1 L", IF_VERB, NULL},
    {"content", "K AA1 N T EH0 N T", "K AH0 N T EH1 N T", IF_PERFECT, NULL},
    {"contest", "K AA1 N T EH0 S T", "K AH0 N T EH1 S T", IF_VERB, NULL},
    {"contract", "K AA1 N T R AE2 K T", "K AH0 N T R AE1 K T", IF_VERB, NULL},
    {"contrast", "K AA1 N T R AE0 S T", "K AH0 N T R AE1 S T", IF_VERB, NULL},
    {"convert", "K AH0 N V ER1 T", "K AA1 N V ER0 T", IF_NOUN, NULL},
    {"coordinate", "K OW0 AO1 R D AH0 N AH0 T", "K OW0 AO1 R D AH0 N EY2 T", IF_VERB, NULL},
    {"decrease", "D IH0 K R IY1 S", "D IY1 K R IY2 S", IF_NOUN, NULL},
    {"delegate", "D EH1 L AH0 G AH0 T", "D EH1 L AH0 G EY2 T", IF_VERB, NULL},
    {"deliberate", "D IH0 L IH1 B ER0 AH0 T", "D IH0 L IH1 B ER0 EY2 T", IF_VERB, NULL},
    {"desert", "D EH1 Z ER0 T", "D IH0 Z ER1 T", IF_VERB, NULL},
    {"digest", "D AY0 JH EH1 S T", "D AY1 JH EH0 S T", IF_NOUN, NULL},
    {"discount", "D IH1 S K AW0 N T", "D IH0 S K AW1 N T", IF_VERB, NULL},
    {"dove", "D AH1 V", "D OW1 V", IF_AFTER, "into in off"},
    {"duplicate", "D UW1 P L AH0 K AH0 T", "D UW1 P L AH0 K EY2 T", IF_VERB, NULL},
    {"elaborate", "IH0 L AE1 B R AH0 T", "IH0 L AE1 B ER0 EY2 T", IF_VERB, NULL},
    {"entrance", "EH1 N T R AH0 N S", "IH0 N T R AE1 N S", IF_VERB, NULL},
    {"estimate", "EH1 S T AH0 M AH0 T", "EH1 S T AH0 M EY2 T", IF_VERB, NULL},
    {"excuse", "IH0 K S K Y UW1 Z", "IH0 K S K Y UW1 S", IF_NOUN, NULL},
    {"export", "EH1 K S P AO0 R T", "IH0 K S P AO1 R T", IF_VERB, NULL},
    {"graduate", "G R AE1 JH AH0 W AH0 T", "G R AE1 JH AH0 W EY2 T", IF_VERB, NULL},
    {"houses", "HH AW1 Z AH0 Z", "HH AW1 Z AH0 Z", IF_VERB, NULL},
    {"house", "HH AW1 S", "HH AW1 Z", IF_AFTER, "them him us"},
    {"import", "IH1 M P AO2 R T", "IH0 M P AO1 R T", IF_VERB, NULL},
    {"increase", "IH0 N K R IY1 S", "IH1 N K R IY2 S", IF_NOUN, NULL},
    {"insert", "IH0 N S ER1 T", "IH1 N S ER2 T", IF_NOUN, NULL},
    {"insult", "IH1 N S AH2 L T", "IH0 N S AH1 L T", IF_VERB, NULL},
    {"invalid", "IH0 N V AE1 L AH0 D", "IH1 N V AH0 L AH0 D", IF_AFTER, "chair"},
    {"lead", "L IY1 D", "L EH1 D", IF_AFTER, "pipe pipes paint poisoning free"},
    {"live", "L IH1 V", "L AY1 V", IF_AFTER, live_nouns},
    {"minute", "M IH1 N AH0 T", "M AY0 N UW1 T", IF_AFTER, "detail details amount amounts"},
    {"moderate", "M AA1 D ER0 AH0 T", "M AA1 D ER0 EY2 T", IF_VERB, NULL},
    {"object", "AA1 B JH EH0 K T", "AH0 B JH EH1 K T", IF_VERB, NULL},
    {"perfect", "P ER1 F IH2 K T", "P ER0 F EH1 K T", IF_VERB, NULL},
    {"permit", "P ER1 M IH2 T", "P ER0 M IH1 T", IF_VERB, NULL},
    {"present", "P R EH1 Z AH0 N T", "P R IY0 Z EH1 N T", IF_VERB, NULL},
    {"produce", "P R AH0 D UW1 S", "P R OW1 D UW0 S", IF_NOUN, NULL},
    {"progress", "P R AA1 G R EH2 S", "P R AH0 G R EH1 S", IF_VERB, NULL},
    {"project", "P R AA1 JH EH0 K T", "P R AA0 JH EH1 K T", IF_VERB, NULL},
    {"protest", "P R OW1 T EH2 S T", "P R AH0 T EH1 S T", IF_VERB, NULL},
    {"read", "R IY1 D", "R EH1 D", IF_PERFECT, NULL},
    {"rebel", "R EH1 B AH0 L", "R IH0 B EH1 L", IF_VERB, NULL},
    {"record", "R EH1 K ER0 D", "R AH0 K AO1 R D", IF_VERB, NULL},
    {"records", "R EH1 K ER0 D Z", "R AH0 K AO1 R D Z", IF_AFTER, "the it them every"},
    {"refund", "R IY1 F AH2 N D", "R IH0 F AH1 N D", IF_VERB, NULL},
    {"refuse", "R AH0 F Y UW1 Z", "R EH1 F Y UW2 Z", IF_NOUN, NULL},
    {"reject", "R IH0 JH EH1 K T", "R IY1 JH EH0 K T", IF_NOUN, NULL},
    {"research", "R IY1 S ER0 CH", "R IH0 S ER1 CH", IF_VERB, NULL},
    {"resume", "R IH0 Z UW1 M", "R EH1 Z AH0 M EY2", IF_NOUN, NULL},
    {"row", "R OW1", "R AW1", IF_AFTER, "broke"},
    {"separate", "S EH1 P ER0 AH0 T", "S EH1 P ER0 EY2 T", IF_VERB, NULL},
    {"subject", "S AH1 B JH IH0 K T", "S AH0 B JH EH1 K T", IF_VERB, NULL},
    {"suspect", "S AH0 S P EH1 K T", "S AH1 S P EH2 K T", IF_NOUN, NULL},
    {"tear", "T EH1 R", "T IH1 R", IF_NOUN, NULL},
    {"tears", "T IH1 R Z", "T EH1 R Z", IF_AFTER, "it them up apart"},
    {"transfer", "T R AE1 N S F ER0", "T R AE0 N S F ER1", IF_VERB, NULL},
    {"transport", "T R AE1 N S P AO0 R T", "T R AE0 N S P AO1 R T", IF_VERB, NULL},
    {"update", "AH1 P D EY2 T", "AH0 P D EY1 T", IF_VERB, NULL},
    {"upset", "AH0 P S EH1 T", "AH1 P S EH2 T", IF_NOUN, NULL},
    {"use", "Y UW1 Z", "Y UW1 S", IF_NOUN, NULL},
    {"used", "Y UW1 Z D", "Y UW1 S T", IF_AFTER, "to"},
    {"uses", "Y UW1 Z AH0 Z", "Y UW1 S AH0 Z", IF_NOUN, NULL},
    {"wind", "W IH1 N D", "W AY1 N D", IF_AFTER, "up down"},
    {"wound", "W UW1 N D", "W AW1 N D", IF_AFTER, "up around down"},
};

static int in_list(const char *word, size_t len, const char *list) {
    while (len > 0 && *list) {
        size_t size = strcspn(list, " ");
        if (size == len && memcmp(word, list, len) == 0) return 1;
        list += size + (list[size] == ' ');
    }
    return 0;
}

/* Is one of the list's words among the clause's? */
static int is_near(const char *text, const char *list) {
    while (text && *text) {
        size_t len = strcspn(text, " ,;:.!?");
        if (in_list(text, len, list) && len > 0) return 1;
        text += len;
        text += strspn(text, " ,;:.!?");
    }
    return 0;
}

/* A plural noun: a word in -s that is no small word, no possessive and no noun in -s or -ss. */
static int is_plural(const char *word, size_t len) {
    static const char not_plural[] = "is was this us its his has as does yes always perhaps news sales series sports business serious various";
    return len > 2 && word[len - 1] == 's' && word[len - 2] != 's' && word[len - 2] != '\'' && !in_list(word, len, not_plural);
}

/* A verb's place: after a cue, or first with an object after it (or nothing). */
static int is_verb(const heteronym_context *c) {
    if (c->before_len > 0) return in_list(c->before, c->before_len, verb_cues);
    return c->after_len == 0 || in_list(c->after, c->after_len, objects);
}

static int applies(enum rule rule, const char *list, const heteronym_context *c) {
    switch (rule) {
    case IF_VERB:
        return is_verb(c);
    case IF_NOUN:
        return in_list(c->before, c->before_len, noun_cues);
    case IF_PERFECT:
        return in_list(c->before, c->before_len, perfect_cues);
    case IF_STATE:
        return in_list(c->before, c->before_len, state_cues) || in_list(c->before, c->before_len, noun_cues);
    case IF_BEFORE:
        return in_list(c->before, c->before_len, list);
    case IF_BEFORE2:
        return in_list(c->before2, c->before2_len, list);
    case IF_AFTER2:
        return in_list(c->after2, c->after2_len, list);
    case IF_NEAR:
        return is_near(c->text, list);
    case IF_ACT:
        return is_verb(c) && in_list(c->after, c->after_len, list);
    case IF_FIRST:
        return c->before_len == 0;
    case IF_PLURAL:
        return is_plural(c->before, c->before_len) && (c->after_len == 0 || in_list(c->after, c->after_len, list));
    default:
        return in_list(c->after, c->after_len, list);
    }
}

const char *heteronyms_find(const char *word, size_t len, const heteronym_context *c) {
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++) {
        const struct special *s = &specials[i];
        if (strlen(s->word) == len && memcmp(s->word, word, len) == 0 && applies(s->rule, s->list, c)) return s->said;
    }
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct heteronym *h = &table[i];
        if (strlen(h->word) == len && memcmp(h->word, word, len) == 0) return applies(h->rule, h->list, c) ? h->other : h->usual;
    }
    return NULL;
}
