"""The recogniser's classes: the blank and the 39 phones of ARPABET without stress, and how words are spelt in them (CMUdict).

    python asr_phones.py --data DIR WORD ...      prints pronunciations
"""
import argparse
import functools
import os
import pathlib

PHONES = "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH".split()
CLASSES = ["<blank>", *PHONES]
ID = {p: i for i, p in enumerate(CLASSES)}
DATA = pathlib.Path(os.environ.get("SOTTO_DATA", pathlib.Path(__file__).parent / "../../../shared/data"))
# Words of our own sentences that CMUdict lacks.
EXTRA = {"cortado": "K AO R T AA D OW", "macchiato": "M AA K IY AA T OW", "unmute": "AH N M Y UW T", "wifi": "W AY F AY", "ok": "OW K EY",
         "barista": "B AH R IY S T AH", "playlist": "P L EY L IH S T", "smartphone": "S M AA R T F OW N", "cappuccinos": "K AE P AH CH IY N OW Z",
         "americano": "AH M EH R AH K AA N OW", "americanos": "AH M EH R AH K AA N OW Z"}


@functools.lru_cache(maxsize=2)
def dictionary(data=DATA):
    """word -> list of pronunciations, each a tuple of class numbers; the usual one first."""
    out = {}
    for line in (pathlib.Path(data) / "text/cmudict.dict").read_text().splitlines():
        word, *phones = line.split("#")[0].split()
        said = tuple(ID[p.rstrip("012")] for p in phones)
        known = out.setdefault(word.split("(")[0], [])
        if said not in known:
            known.append(said)
    for word, phones in EXTRA.items():
        out.setdefault(word, [tuple(ID[p] for p in phones.split())])
    return out


def spell(text, data=DATA):
    """Class numbers of a normalised sentence, or None when a word is unknown. A possessive of a known word is known too."""
    words, out = dictionary(data), []
    for word in text.split():
        if word in words:
            out += words[word][0]
        elif word.endswith("'s") and word[:-2] in words:
            stem = words[word[:-2]][0]
            hiss, voiceless = {ID[p] for p in ("S", "Z", "SH", "ZH", "CH", "JH")}, {ID[p] for p in ("P", "T", "K", "F", "TH")}
            out += [*stem, ID["AH"], ID["Z"]] if stem[-1] in hiss else [*stem, ID["S"] if stem[-1] in voiceless else ID["Z"]]
        else:
            return None
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, default=DATA)
    parser.add_argument("words", nargs="+")
    args = parser.parse_args()
    for word in args.words:
        for said in dictionary(args.data).get(word, []):
            print(word, *(CLASSES[i] for i in said))


if __name__ == "__main__":
    main()
