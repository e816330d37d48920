"""Speech of voices that no training hears, for the regression gate of `make test` and for the pack's self-check.

    python golden_hear.py --out ../../tests/golden/hear --check ../packs/nano/check-asr.opus [--work DIR]

Forty sentences of our own, spoken by the synthesizers of asr_synth.HELD_OUT, each voice eight of them: Ogg Opus 24 kb/s, 16 kHz mono, with
manifest.tsv beside them. With --work DIR the sentences are compared with the training texts of asr_data.py (synth.txt, corpus.txt): none may be there.
"""
import argparse
import json
import pathlib

import numpy as np
import soundfile

from asr_data import questions
from asr_synth import HELD_OUT, speak_many
from asr_words import normalise

BITS, MOST = 24000, 250000  # libsndfile: bits a second = (1 - level) * 250000 + 6000
SENTENCES = [  # kind, text as a person writes it, slots of a drink order
    ("command", "Please switch the porch light off before midnight.", None),
    ("command", "Could you open the curtains in the dining room?", None),
    ("command", "Make the hallway lamp purple.", None),
    ("command", "Set the thermostat to 19 degrees.", None),
    ("command", "Turn up the volume in the garage.", None),
    ("command", "Close every window in the attic.", None),
    ("command", "Start the dishwasher in the basement.", None),
    ("command", "Is the oven still on?", None),
    ("order", "I'll have a twenty ounce dark roast drip coffee with lots of cream.",
     {"size": "twenty ounce", "roast": "dark roast", "coffeeDrink": "drip coffee", "milkAmount": "lots of cream"}),
    ("order", "Let me get a medium iced mocha with a bit of almond milk.",
     {"size": "medium", "coffeeDrink": "iced mocha", "milkAmount": "a bit of almond milk"}),
    ("order", "Make us one small americano and some brown sugar.",
     {"size": "small", "coffeeDrink": "americano", "sugarAmount": "some brown sugar"}),
    ("order", "One triple shot cappuccino with whole milk, please.",
     {"numberOfShots": "triple shot", "coffeeDrink": "cappuccino", "milkAmount": "whole milk"}),
    ("order", "Could we have a sixteen ounce house coffee with sweetener?",
     {"size": "sixteen ounce", "coffeeDrink": "house coffee", "sugarAmount": "sweetener"}),
    ("order", "Bring me a light roast espresso, double shot.",
     {"roast": "light roast", "coffeeDrink": "espresso", "numberOfShots": "double shot"}),
    ("order", "My friend wants a large latte with skim milk and sugar.",
     {"size": "large", "coffeeDrink": "latte", "milkAmount": "skim milk", "sugarAmount": "sugar"}),
    ("order", "Get her an eight ounce mocha with a little bit of soy milk.",
     {"size": "eight ounce", "coffeeDrink": "mocha", "milkAmount": "a little bit of soy milk"}),
    ("number", "What is 37 times 14?", None),
    ("number", "How much is 812 minus 265?", None),
    ("number", "Add 58 and 93 for me.", None),
    ("number", "Divide 640 by 16.", None),
    ("number", "Change 85 kilometers into miles.", None),
    ("number", "How many grams are there in 11 pounds?", None),
    ("number", "Roll 3 dice with 20 sides.", None),
    ("number", "My room number is 4 0 9.", None),
    ("time", "Set a timer for 35 minutes and 20 seconds.", None),
    ("time", "Wake me at 6:45 on Thursday.", None),
    ("time", "Cancel the alarm for 8:10.", None),
    ("time", "Remind me in 2 hours and 15 minutes.", None),
    ("time", "What time will it be in Lisbon at noon?", None),
    ("time", "The meeting moved to half past 11.", None),
    ("time", "How long is left on the soup timer?", None),
    ("time", "Which day is the 22 of March?", None),
    ("read", "The old boat lay upside down on the sand.", None),
    ("read", "She put the letter back without a word.", None),
    ("read", "Two boys ran along the wall and laughed.", None),
    ("read", "He had never seen so many birds at once.", None),
    ("read", "The road turned north and left the river behind.", None),
    ("read", "Nobody knew where the money had gone.", None),
    ("read", "After dinner they walked home in the rain.", None),
    ("read", "My brother keeps a little shop near the station.", None),
]
CHECK = ("festival cmu_us_slt_arctic_hts", "set a timer for ten minutes")


def write(path, x):
    x = np.pad(x / np.abs(x).max() * 0.5, (3200, 6400))
    soundfile.write(path, x, 16000, format="OGG", subtype="OPUS", compression_level=1 - (BITS - 6000) / MOST)


def assert_unheard(work):
    known = questions()
    for name in ("synth.txt", "corpus.txt"):
        known |= set((work / name).read_text().splitlines())
    heard = [text for _, text, _ in SENTENCES if normalise(text) in known]
    assert not heard, f"in the training texts: {heard}"
    print(f"none of {len(SENTENCES)} sentences is among {len(known)} training texts")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--check", type=pathlib.Path, help="the sound of the pack's self-check")
    parser.add_argument("--work", type=pathlib.Path, help="work folder of asr_data.py")
    args = parser.parse_args()
    if args.work:
        assert_unheard(args.work)
    voices = [HELD_OUT[i % len(HELD_OUT)] for i in range(len(SENTENCES))]
    sounds = speak_many([(normalise(text), voice, 1.0, 1.0) for (_, text, _), voice in zip(SENTENCES, voices)])
    rows = ["file\tset\tkind\tvoice\ttext\tslots"]
    for i, ((kind, text, slots), voice, x) in enumerate(zip(SENTENCES, voices, sounds)):
        name = f"{kind}_{i % 8 + 1}.opus"
        write(args.out / name, x)
        rows.append("\t".join([name, "golden", kind, voice.replace(" ", "_"), text, json.dumps(slots) if slots else ""]))
    (args.out / "manifest.tsv").write_text("\n".join(rows) + "\n")
    if args.check:
        write(args.check, speak_many([(CHECK[1], CHECK[0], 1.0, 1.0)])[0])
    print(sum(p.stat().st_size for p in args.out.glob("*.opus")), "bytes of sound in", args.out)


if __name__ == "__main__":
    main()
