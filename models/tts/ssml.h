/* ssml: marked-up text in, plain text for the clause splitter out, with marks that say where the way of speaking changes. One byte at a time.
 *
 * A subset of W3C SSML 1.1 (2010), read as it streams, in fixed memory:
 *
 *     speak  p  s                          the ends of p and s end a clause; p is followed by a longer pause
 *     break  time="500ms|1.5s"  strength="none|x-weak|weak|medium|strong|x-strong"          (default medium); the pause is exact, at most 10 s
 *     prosody  rate="80%|+20%|1.2|x-slow..x-fast"  pitch="+2st|-10%|+20Hz|180Hz|x-low..x-high"  volume="+3dB|silent|x-soft..x-loud"
 *     emphasis  level="strong|moderate|none|reduced"
 *     say-as  interpret-as="characters|spell-out|digits|telephone|cardinal|ordinal|date|time|currency|unit"  format=... of a date: mdy dmy ymd md ...
 *     phoneme  alphabet="ipa|x-arpabet"  ph="..."          sub  alias="..."
 *     &amp; &lt; &gt; &quot; &apos; &#233; &#xE9;   comments   CDATA
 *
 * Other elements and attributes are passed over and their text is spoken (ssml_odd names the first). What is no markup is text: "a < b", "AT&T".
 * Broken markup loses no text. Nesting of prosody and emphasis is bounded by SSML_DEPTH: further in, the way of speaking stays as it was.
 */
#ifndef SOTTO_MODELS_TTS_SSML_H
#define SOTTO_MODELS_TTS_SSML_H
#include <stddef.h>
#include <stdint.h>

enum {
    SSML_DEPTH = 8,
    SSML_TAG = 384,      /* bytes of a tag; a longer one is text */
    SSML_HELD = 96,      /* bytes of a say-as that is read whole; a longer one is plain text */
    SSML_REPLACED = 192, /* bytes of text that a sub or a phoneme may stand for; what is behind them is spoken */
    SSML_OUT = 1280,     /* text that one byte of input may make */
    SSML_MARKS = 48,     /* that wait for their clause; when it is full the newest gives way */
    SSML_ODD = 48
};

typedef enum ssml_mode {
    SSML_OFF,  /* all is text */
    SSML_AUTO, /* markup when the text begins with <speak or <?xml, blanks before it allowed */
    SSML_ON
} ssml_mode;

typedef struct ssml_way { /* of speaking */
    int16_t pitch, gain;  /* cents; hundredths of a decibel, ACOUSTIC_SILENT: silence */
    uint16_t rate;        /* percent */
} ssml_way;

typedef struct ssml_mark {
    uint32_t at;    /* bytes of text that are no blanks before it */
    ssml_way way;   /* from here on */
    uint16_t pause; /* ms, in front of the word here; 0: none asked for */
} ssml_mark;

typedef struct ssml_level {
    uint8_t element;
    ssml_way before; /* what is in force again when it ends */
} ssml_level;

typedef struct ssml {
    float base; /* Hz, the voice's usual pitch */
    uint8_t mode, state;
    uint8_t say, format;                     /* inside a say-as: its kind, how its date is written; 0: none */
    uint8_t mute;                            /* the element whose text something else was said for; 0: none */
    uint8_t gap;                             /* a blank must stand before the next word */
    uint8_t quote;                           /* inside a tag: the quote that is open */
    uint8_t depth;                           /* levels */
    uint16_t over;                           /* elements open beyond SSML_DEPTH */
    uint16_t muted;                          /* bytes left out so far */
    uint16_t len, held_len, out_at, out_len; /* bytes */
    uint16_t pause;                          /* ms, to come before the next word */
    uint8_t odd_told;                        /* `odd` was asked for */
    uint8_t soft;                            /* that pause only if there is a next word */
    uint8_t last[3];                         /* newest bytes of text, the newest last */
    ssml_way now, told;                      /* in force; of the newest mark */
    uint32_t dense;                          /* bytes of text so far that are no blanks */
    uint32_t first, count;                   /* marks that wait */
    ssml_level level[SSML_DEPTH];            /* [depth] */
    ssml_mark mark[SSML_MARKS];              /* a ring */
    char tag[SSML_TAG];                      /* [len] what may become a tag or an entity */
    char held[SSML_HELD];                    /* [held_len] of a say-as */
    char out[SSML_OUT];                      /* [out_at..out_len) text to be pulled */
    char odd[SSML_ODD];                      /* first thing that is not supported; "" none */
} ssml;

void ssml_reset(ssml *x, ssml_mode mode, float base_hz);
void ssml_push(ssml *x, char ch);                          /* only while ssml_pull gives nothing */
void ssml_finish(ssml *x);                                 /* the text has ended */
int ssml_pull(ssml *x, char *ch);                          /* 1 and a byte of plain text ('\n' ends a clause), 0 when more must be pushed first */
int ssml_next_mark(ssml *x, uint32_t end, ssml_mark *out); /* 1 and the next mark with at < end, else 0 */
/* The first thing in this text that is not supported ("audio", "prosody contour"), once; else NULL. Good until the reset. */
const char *ssml_odd(ssml *x);

#endif
