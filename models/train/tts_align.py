"""Phone durations of the voice by forced alignment with PocketSphinx (an independent, BSD-licensed ear).

Two passes a clip: the word pass picks pronunciations and pauses, the phone pass places the borders (10 ms frames,
the same hop as ours). Stress comes from CMUdict's entry with the same phones. The result, WORK/align.json, maps a stem
to phone ids, durations in frames (they sum to the frame count) and a score; clips with an unknown word are left out.

    python models/train/tts_align.py --work DIR [--data DIR]       needs tts_data.py's cache; pip: pocketsphinx
"""
import json
import re
from pathlib import Path

import numpy as np

import tts_data

NAMES = (["PAD", "SIL", "SP", "QUE", "WB"] + "B CH D DH F G HH JH K L M N NG P R S SH T TH V W Y Z ZH".split()
         + [v + s for v in "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split() for s in "012"])
IDS = {name: i for i, name in enumerate(NAMES)}
SIL, SP, QUE, WB = 1, 2, 3, 4


def stressed(data):
    """word -> list of pronunciations with stress marks (CMUdict)."""
    table = {}
    with open(Path(data) / "text" / "cmudict.dict", encoding="utf-8") as file:
        for line in file:
            part = line.split("#")[0].split()
            table.setdefault(re.sub(r"\(\d+\)$", "", part[0]), []).append(part[1:])
    return table


def bare(phones):
    return [p.rstrip("012") for p in phones]


def with_stress(word, phones, table):
    """Aligned bare phones -> symbols of the inventory."""
    for entry in table.get(word, []):
        if bare(entry) == phones:
            return entry
    for entry in table.get(word, []):
        if len(entry) == len(phones):
            return [p + e[-1] if p + "0" in IDS and e[-1] in "012" else p + "0" if p + "0" in IDS else p
                    for p, e in zip(phones, entry)]
    first = True
    out = []
    for p in phones:
        vowel = p + "0" in IDS
        out.append(p + ("1" if first else "0") if vowel else p)
        first = first and not vowel
    return out


def make_decoder(model):
    from pocketsphinx import Config, Decoder
    return Decoder(Config(hmm=str(model), dict=str(Path(model) / "cmudict-en-us.dict"), lm=None, loglevel="FATAL", cmn="batch",
                          beam=1e-48, wbeam=1e-40, pbeam=1e-48))


def passes(decoder, pcm, text):
    """Word pass, then phone pass: the library's alignment, or None when a pass fails."""
    try:
        decoder.set_align_text(text)
        for again in range(2):
            decoder.start_utt()
            decoder.process_raw(pcm.tobytes(), no_search=False, full_utt=True)
            decoder.end_utt()
            if not again:
                decoder.set_alignment()
        return decoder.get_alignment()
    except RuntimeError:
        return None


def align(decoder, pcm, text):
    """[(word, [(phone, start, frames)], score)] of 16-bit PCM, or None when the text cannot be aligned.

    The clip is put between stretches of faint noise, because the aligner wants silence at both ends; its phone pass
    gives up now and then on word borders of its own word pass, so other lengths and gains are tried."""
    random = np.random.default_rng(1)
    for pad, gain in ((20, 1.0), (0, 1.0), (11, 0.7), (33, 1.0), (16, 0.5), (25, 1.3), (7, 0.9), (40, 0.6)):
        ends = random.normal(0, 8, (2, pad * tts_data.HOP))
        result = passes(decoder, np.concatenate([ends[0], pcm * gain, ends[1]]).astype(np.int16), text)
        if result:
            return [(w.name, [(p.name, *inside(p.start, p.duration, pad)) for p in w], w.score) for w in result]
    return None


def inside(start, frames, pad):
    """Start and length without the part before the clip."""
    first = max(start - pad, 0)
    return first, max(start + frames - pad - first, 0)


def quiet(mel):
    """(frames before the first, after the last) that is within 36 dB of the clip's loud frames."""
    power = np.log(np.exp(mel).sum(axis=1))
    loud = np.flatnonzero(power > np.percentile(power, 95) - 36 / 4.343)
    return int(loud[0]), int(len(mel) - 1 - loud[-1])


def move(durations, edge, inner, frames):
    """The silence at an edge takes `frames` in all, from or to its neighbour (which keeps 2 frames)."""
    shift = min(frames - durations[edge], durations[inner] - 2)
    if shift > 0:
        durations[edge] += shift
        durations[inner] -= shift


def sequence(aligned, table, mel):
    """(ids, durations) of one clip: pauses in place, word boundaries with no frames."""
    ids, durations, last_was_word = [], [], False
    for word, phones, _ in aligned:
        frames = sum(p[2] for p in phones)
        if phones[0][0] in ("SIL", "+NSN+", "+SPN+") or word in ("<sil>", "<s>", "</s>"):
            last_was_word = False
            if ids and ids[-1] == SP:
                durations[-1] += frames
            elif frames or not ids:
                ids.append(SP)
                durations.append(frames)
            continue
        if last_was_word:
            ids.append(WB)
            durations.append(0)
        names = with_stress(re.sub(r"\(\d+\)$", "", word), [p[0] for p in phones], table)
        ids += [IDS[n] for n in names]
        durations += [p[2] for p in phones]
        last_was_word = True
    ids, durations = ends(ids, durations, len(mel))
    before, after = quiet(mel)
    move(durations, 0, 1, before)
    move(durations, -1, -2, after)
    return ids, durations


def ends(ids, durations, count):
    """SIL at both ends, durations brought to `count` frames."""
    for side in (0, len(ids)):
        edge = 0 if side == 0 else -1
        if ids[edge] == SP:
            ids[edge] = SIL
        else:
            ids.insert(side, SIL)
            durations.insert(side, 0)
    over = sum(durations) - count
    durations[-1] = max(durations[-1] - over, 0) if over > 0 else durations[-1] - over
    durations[-2] -= sum(durations) - count
    return ids, durations


def main():
    args = tts_data.arguments(__doc__, "work-tts").parse_args()
    table = stressed(args.data)
    decoder = make_decoder(Path(args.data) / "pocketsphinx-en-us")
    out, skipped = {}, []
    for index, (stem, _, text) in enumerate(tts_data.clips(args.data)):
        item = tts_data.load(args.work, stem)
        spoken = [w.strip("'") if w.strip("'") in table else w for w in tts_data.words(text) if w[0].isalpha() or w[0] == "'"]
        aligned = align(decoder, item["wave"], " ".join(spoken))
        if not aligned:
            skipped.append(stem)
            continue
        ids, durations = sequence(aligned, table, item["mel"])
        if min(durations) < 0:
            skipped.append(stem)
            continue
        score = float(np.mean([w[2] for w in aligned]))
        out[stem] = {"ids": ids, "dur": durations, "score": score}
        if index % 100 == 0:
            print(index, stem, len(ids), score, flush=True)
    Path(args.work, "align.json").write_text(json.dumps(out))
    print("aligned", len(out), "left out", len(skipped), skipped)


if __name__ == "__main__":
    main()
