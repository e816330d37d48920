"""Forms of one word: how models/tts/forms.c says "thermostat's" when the lexicon holds "thermostat", and the other way round.

A form cuts letters off the end of the word and puts others there; when the lexicon holds that word, its sound is changed as
the ending says. The first form that finds its word wins; the order and the rules are those of the table in forms.c.
"""
HISS, DULL = {"S", "Z", "SH", "ZH", "CH", "JH"}, {"P", "T", "K", "F", "TH"}
SHORTEST = 3                                     # letters that are left after the cut


def add_s(phones):
    """forms_add_s of forms.h."""
    return phones + (("IH0", "Z") if phones[-1] in HISS else ("S",) if phones[-1] in DULL else ("Z",))


def cut_s(phones):
    """The sound without the ending that add_s gives; None when it has none."""
    for count in (2, 1):
        if len(phones) > count and add_s(phones[:-count]) == phones:
            return phones[:-count]
    return None


def add_d(phones):
    if phones[-1] in ("T", "D"):
        return phones + ("IH0", "D")
    return phones + (("T",) if phones[-1] in DULL | HISS - {"Z", "ZH", "JH"} else ("D",))


def add_ing(phones):
    return phones + ("IH0", "NG")


def add_ly(phones):
    return phones + (("IY0",) if phones[-1] == "L" else ("L", "IY0"))


def same(phones):
    return phones


FORMS = (("'s", "", add_s), ("'s", "s", same), ("ies", "y", add_s), ("s", "", add_s), ("s", "'s", same), ("ied", "y", add_d),
         ("ed", "", add_d), ("ed", "e", add_d), ("ing", "", add_ing), ("ing", "e", add_ing), ("ly", "", add_ly),
         ("", "'s", cut_s), ("", "s", cut_s))


def fits(cut, put, stem):
    """A plain s is an ending after most letters only."""
    return len(stem) >= SHORTEST and not ("s" in (cut, put) and stem[-1] in "su'")


def from_kin(word, lexicon, forms=FORMS):
    """(phones, the kin) of a word by the lexicon's word of the same stem, or (None, None)."""
    for cut, put, sound in forms:
        stem = word[:len(word) - len(cut)]
        if word.endswith(cut) and fits(cut, put, stem) and stem + put in lexicon:
            phones = sound(lexicon[stem + put])
            if phones:
                return phones, stem + put
    return None, None
