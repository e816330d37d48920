"""Golden vectors of the lexicon and the word model: thirty words and the trigrams of a few sentences, as asr_export.py writes them.

    python golden_lexicon.py --out ../../tests/golden      -> lexicon.gguf, lexicon.txt

Lines of lexicon.txt, fields apart by tabs:
    word    id    spelling      phones of a pronunciation (a line each)
    score   ids of the context, oldest first    id of the word    ln p
"""
import argparse
import pathlib

import gguf
import numpy as np

import asr_export
import asr_lexicon
import asr_phones
import asr_wordlm

SENTENCES = """please turn on the light
turn off the light
turn the light on
turn the red light off
read the red letter to me
i read two letters
set a timer for two minutes
set a timer for ten minutes
a timer for me too
i want a latte
i want two lattes to go
tell me the time
the time is ten to two
is the light on
go to the light
the letters tell the time
i'd like a latte""".splitlines()


class Small:
    """What asr_wordlm.fit asks of a text."""
    train, test, weight = {"all": SENTENCES}, {"all": SENTENCES[::3]}, {"all": 1.0}


def small(data=asr_phones.DATA):
    """Lexicon and word model of the thirty words, and the words."""
    words = asr_lexicon.choose({w for s in SENTENCES for w in s.split()}, {}, 0, data)
    lexicon, lm = asr_wordlm.fit(Small, words, 1200)
    return lexicon, dict(lm, weight=1.25, bonus=-0.5), words


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, default=asr_phones.DATA)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent / "../../tests/golden")
    args = parser.parse_args()
    lexicon, lm, words = small(args.data)
    writer = gguf.GGUFWriter(str(args.out / "lexicon.gguf"), "sotto-asr")
    writer.add_custom_alignment(64)
    writer.add_array("sotto.asr.phones", asr_phones.CLASSES)
    writer.add_uint32("sotto.asr.classes", len(asr_phones.CLASSES))
    asr_export.add_words(writer, lexicon, lm)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    names = asr_lexicon.spellings(lexicon)
    rows = [f"word\t{at}\t{names[at]}\t{' '.join(asr_phones.CLASSES[p] for p in phones)}" for at, phones, _ in sorted(asr_lexicon.walk(lexicon))]
    table, v = asr_wordlm.Table(lm), len(words)
    rng = np.random.default_rng(1)
    cases = {tuple(int(i) for i in g) for g in zip(rng.integers(0, v, 60), rng.integers(0, v, 60), rng.integers(0, v + 1, 60))}
    for s in SENTENCES:
        ids = [v + 1, *(names.index(w) for w in s.split()), v]
        cases |= {tuple(ids[max(0, i - n):i + 1]) for i in range(1, len(ids)) for n in (1, 2, 3)}
    cases |= {(v + 1, w) for w in range(v + 1)}
    for case in sorted(cases):
        rows.append(f"score\t{' '.join(map(str, case[:-1]))}\t{case[-1]}\t{table.score(case[:-1], case[-1]):.4f}")
    (args.out / "lexicon.txt").write_text("\n".join(rows) + "\n")
    print(len(words), "words,", len(cases), "scores,", (args.out / "lexicon.gguf").stat().st_size, "bytes")


if __name__ == "__main__":
    main()
