/* Base letters of accented Latin letters, by code point; written by hand rules over Unicode's decompositions. */
#ifndef SOTTO_MODELS_TTS_NORM_FOLD_TABLE_H
#define SOTTO_MODELS_TTS_NORM_FOLD_TABLE_H

/* U+00C0 .. U+017F */
static const char norm_latin[193] = "AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty"
                                    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlL"
                                    "lLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";

/* U+1E00 .. U+1EFF */
static const char norm_latin_more[257] = "AaBbBbBbCcDdDdDdDdDdEeEeEeEeEeFfGgHhHhHhHhHhIiIiKkKkKkLlLlLlLlMm"
                                         "MmMmNnNnNnNnOoOoOoOoPpPpRrRrRrRrSsSsSsSsSsTtTtTtTtUuUuUuUuUuVvVv"
                                         "WwWwWwWwWwXxXxYyZzZzZzhtwyas  S AaAaAaAaAaAaAaAaAaAaAaAaEeEeEeEe"
                                         "EeEeEeEeIiIiOoOoOoOoOoOoOoOoOoOoOoOoUuUuUuUuUuUuUuYyYyYyYy      ";

#endif
