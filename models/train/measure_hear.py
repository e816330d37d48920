"""Word error rate of `sotto hear` over a set of the speech manifest, and drink-order slots on barista-dev.

    python measure_hear.py --set speechocean --split dev
    python measure_hear.py --set libri --split dev
    python measure_hear.py --set barista-dev --split dev-only        (slots right, no WER: its text is the expected slots)

Runs the C program on the files, one utterance a file, and aligns its final transcripts with the references.
"""
import argparse
import csv
import json
import os
import re
import subprocess


def words(text):
    """Lower-case words with apostrophes; everything else separates."""
    return re.sub(r"[^a-z' ]+", " ", text.lower()).split()


def edits(ref, hyp):
    """Levenshtein distance over lists."""
    row = list(range(len(hyp) + 1))
    for i, r in enumerate(ref, 1):
        last, row[0] = row[0], i
        for j, h in enumerate(hyp, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (r != h))
    return row[-1]


def hear(sotto, files, extra):
    """File -> transcript, all turns of a file joined."""
    heard = {f: "" for f in files}
    for at in range(0, len(files), 100):
        out = subprocess.run([sotto, "hear", "--json", "--final", "--utterance", *extra, *files[at:at + 100]], capture_output=True, text=True, check=True)
        name = None
        for line in out.stdout.splitlines():
            event = json.loads(line)
            name = event.get("file", name)
            if event.get("event") == "final":
                heard[name] = (heard[name] + " " + event["text"]).strip()
    return heard


def rows_of(data, name, split):
    with open(os.path.join(data, "speech", "manifest.tsv"), newline="") as f:
        return [r for r in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE) if r["set"] == name and r["split"] == split]


def word_errors(rows, heard, path):
    wrong = total = perfect = 0
    for r in rows:
        ref, hyp = words(r["text"]), words(heard[path(r)])
        e = edits(ref, hyp)
        wrong, total, perfect = wrong + e, total + len(ref), perfect + (e == 0)
    return {"utterances": len(rows), "words": total, "wer": round(100 * wrong / total, 2), "perfect": perfect}


AMOUNT = "a little bit of|a bit of|some|a lot of|lots of"
SLOTS = [  # the domain's whole vocabulary, longest value first
    ("coffeeDrink", "house coffee|iced coffee|drip coffee|iced mocha|americano|cappuccino|espresso|latte|mocha|coffee"),
    ("size", "small|medium|large|eight ounce|twelve ounce|sixteen ounce|twenty ounce"),
    ("numberOfShots", "single shot|double shot|triple shot"),
    ("roast", "(?:light|medium|dark) roast"),
    ("milkAmount", f"(?:(?:{AMOUNT}) )?(?:skim milk|whole milk|soy milk|almond milk|cream|milk)"),
    ("sugarAmount", f"(?:(?:{AMOUNT}) )?(?:brown sugar|sugar|sweetener)"),
]


def slots_in(text):
    """Slots of a transcript by the domain's values; `medium` before roast is a roast."""
    found = {}
    for name, values in [SLOTS[3], *SLOTS[:3], *SLOTS[4:]]:
        m = re.search(rf"\b({values})\b", text)
        if m:
            found[name] = m.group(1)
            text = text[:m.start()] + " | " + text[m.end():]
    return found


def slot_figures(rows, heard, path):
    right = total = accepted = 0
    for r in rows:
        want = {k: v.strip() for k, v in json.loads(r["text"]).items()}
        got = slots_in(heard[path(r)])
        right += sum(got.get(k) == v for k, v in want.items())
        total += len(want)
        accepted += got == want
    return {"utterances": len(rows), "slots": total, "slots_right": round(100 * right / total, 2), "accepted": round(100 * accepted / len(rows), 2)}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", default=os.environ.get("SOTTO_DATA", "../shared/data"))
    p.add_argument("--sotto", default="build/sotto")
    p.add_argument("--set", required=True)
    p.add_argument("--split", required=True)
    p.add_argument("--beam", default="16")
    p.add_argument("--show", type=int, default=0, help="print this many references with their transcripts")
    a = p.parse_args()
    rows = rows_of(a.data, a.set, a.split)

    def path(r):
        return os.path.join(a.data, r["file"])
    heard = hear(a.sotto, [path(r) for r in rows], ["--beam", a.beam])
    for r in rows[:a.show]:
        print(f"{r['text']}\n    {heard[path(r)]}")
    figures = slot_figures if a.set == "barista-dev" else word_errors
    print(json.dumps({"set": a.set, "split": a.split, **figures(rows, heard, path)}))


if __name__ == "__main__":
    main()
