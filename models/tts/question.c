/* question: the rule. Word lists and the places of commas; no grammar.
 *
 * In this order: a tag at the end rises; "or" with a real choice falls; a last part that begins with a verb ("if it rains, should I
 * call?") rises; a wh-word at the head of the first or of the last part falls; everything else rises. Intonation after Quirk et al.,
 * A Comprehensive Grammar of the English Language, 11.4 to 11.20.
 */
#include "models/tts/question.h"
#include <string.h>

static const char wh_words[] =
    "what where who why how when which whose whom what's where's who's why's how's when's what're where're who're how're what'll who'll "
    "where'll what'd where'd how'd who'd why'd";
static const char openers[] =
    "and but so or then okay ok well oh hi hello hey sorry now alright right yes no sure great thanks please just hm hmm excuse me pardon "
    "also actually anyway";
static const char prepositions[] = "at for to in from by with on of since until till about under over after before through during into";
static const char verbs[] =
    "is are am was were do does did have has had can could will would shall should may might must isn't aren't wasn't weren't don't doesn't "
    "didn't haven't hasn't hadn't can't couldn't won't wouldn't shouldn't mustn't ain't";
static const char pronouns[] = "i you he she it we they there this that";
static const char tags[] = "right okay ok huh yeah yes no correct eh please";
static const char loose_ends[] = "so two something anything more less three four whatever somewhere someone similar other"; /* after "or" */

enum { WORDS = 64 }; /* of a question that are looked at; more never decide */

typedef struct heard { /* the words of a question */
    const char *at[WORDS];
    unsigned char len[WORDS];
    int count, last; /* words; index where the last part (after a comma) begins */
} heard;

static int is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '\'';
}

static void hear(heard *h, const char *text, size_t len) {
    int comma = 0;
    h->count = h->last = 0;
    for (size_t i = 0; i < len && h->count < WORDS;) {
        size_t from = i;
        while (i < len && is_word(text[i])) i++;
        if (i > from) {
            if (comma) h->last = h->count;
            comma = 0;
            h->at[h->count] = text + from;
            h->len[h->count++] = (unsigned char)(i - from > 255 ? 255 : i - from);
        } else {
            comma |= text[i] == ',' || text[i] == ';' || text[i] == ':';
            i++;
        }
    }
}

static int in(const heard *h, int word, const char *list) {
    if (word < 0 || word >= h->count) return 0;
    while (*list) {
        size_t size = strcspn(list, " ");
        if (size == h->len[word] && memcmp(h->at[word], list, size) == 0) return 1;
        list += size + (list[size] == ' ');
    }
    return 0;
}

/* "isn't it", "don't you", "right": the part that asks for a yes. */
static int is_tag(const heard *h) {
    int words = h->count - h->last;
    if (h->last == 0) return 0;
    if (words == 1) return in(h, h->last, tags);
    return words <= 3 && in(h, h->last, verbs) && in(h, h->count - 1, pronouns);
}

/* "tea or coffee", "on or off"; not "a minute or two", "or something". */
static int has_choice(const heard *h) {
    for (int i = 0; i + 1 < h->count; i++)
        if (in(h, i, "or") && !in(h, i + 1, loose_ends)) return 1;
    return 0;
}

/* A wh-word heads the words from `at`, after openers and one preposition. */
static int asks_what(const heard *h, int at) {
    while (at < h->count && in(h, at, openers)) at++;
    if (in(h, at, prepositions)) at++;
    return in(h, at, wh_words);
}

int question_rises(const char *text, size_t len) {
    heard h;
    hear(&h, text, len);
    int first = 0;
    while (first < h.count && in(&h, first, openers)) first++;
    if (h.count == 0 || is_tag(&h)) return 1;
    if (has_choice(&h)) return 0;
    if (h.last > 0 && in(&h, h.last, verbs)) return 1;
    if (h.count - first == 1 && in(&h, first, "what")) return 1; /* "What?": say it again */
    return !(asks_what(&h, 0) || (h.last > 0 && !in(&h, first, verbs) && asks_what(&h, h.last)));
}
