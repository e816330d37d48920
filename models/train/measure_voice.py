"""Measures the shipped voice: how well it is understood, how near it is to the recordings, what it looks and sounds like.

    python models/train/measure_voice.py --work DIR [--name vocoder] [--sotto build/sotto] [--limit N] [--card models/packs/nano]

The 50 held-out sentences of the voice and the 100 replies of tests/golden/tts_replies.tsv are spoken from text by `sotto say`, by flite (slt)
and by espeak-ng, and heard by one independent ear (measure_ear.py) beside the recordings and copy-synthesis. The recordings are the reference;
copy-synthesis (vocoder_eval.py: the checkpoint WORK/NAME.pt, int8, free-running pulses as in C) and the full synthesis are held against them
(measure_distance.py). Prints a table for the model's card and writes it to OUT/voice.md, everything to OUT/voice.json; with --card also
plots and three samples into that folder (measure_plots.py). OUT (default WORK/measure) keeps the waves, and what was heard of each, so that a
second run hears only what is new. Needs flite and espeak-ng. pip: pocketsphinx pesq pystoi soundfile scipy matplotlib.
"""
import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import soundfile

import measure_distance as distance
import measure_ear
import tts_data

ROOT = Path(__file__).resolve().parents[2]
REPLIES = ROOT / "tests" / "golden" / "tts_replies.tsv"
ORDERS = {1: "unigram", 2: "bigram", 3: "trigram"}
RIVALS = {"flite slt": ["flite", "-voice", "slt", "-t", "TEXT", "-o", "FILE"],
          "espeak-ng": ["espeak-ng", "-v", "en-us", "-w", "FILE", "TEXT"]}


def sentences(args):
    """[{set, id, text, ways, path}] of held-out clips and replies; ways: word lists, any of which is right."""
    clips = {stem: (path, text) for stem, path, text in tts_data.clips(args.data)}
    rows = [{"set": "heldout", "id": s, "text": clips[s][1], "ways": [measure_ear.plain(clips[s][1])], "path": clips[s][0]}
            for s in tts_data.heldout()]
    lines = [line.split("\t") for line in REPLIES.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    return rows + [{"set": "replies", "id": f"reply{i:03d}", "text": text, "ways": [w.split() for w in spoken.split(" | ")]}
                   for i, (text, spoken, _) in enumerate(lines)]


def run(line):
    """stdout of a command that must succeed."""
    done = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"measure_voice: {shlex.join(line)}: exit code {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def speak(command, text, path):
    """Runs a synthesizer; the wave of `path`."""
    run([str(path) if a == "FILE" else text if a == "TEXT" else a for a in command])
    return tts_data.read_wave(path)


def own_voice(args):
    """The command line of our voice."""
    return [args.sotto, "say", *(["--pack", args.pack] if args.pack else []), *shlex.split(args.say), "--out", "FILE", "TEXT"]


def spoken_by(name, command, row, out, again):
    """The wave of one sentence, from OUT when it is there and need not be made again."""
    folder = out / name.replace(" ", "-")
    folder.mkdir(exist_ok=True)
    path = folder / f"{row['id']}.wav"
    if again:
        path.unlink(missing_ok=True)
    return tts_data.read_wave(path) if path.exists() else speak(command, row["text"], path)


def make_copies(args, out):
    """Copy-synthesis of the held-out clips as OUT/copy/STEM.wav, by the recipe's own evaluation."""
    run([sys.executable, str(Path(__file__).with_name("vocoder_eval.py")), "--data", args.data, "--work", args.work, "--name", args.name,
         "--limit", str(args.limit), "--wavs", str(out / "copy")])


def own_ear(args, rows, out):
    """{set: figures} of `sotto eval tts`: our recogniser on the voice and on the recordings, speed, cost."""
    path = out / "heldout.tsv"
    lines = [f"{r['text']}\t{Path(r['path']).resolve()}" for r in rows if r["set"] == "heldout"]
    path.write_text("#columns text\tfile\n" + "\n".join(lines) + "\n", encoding="utf-8")
    lists = {"heldout": path, "replies": REPLIES}
    pack = ["--pack", args.pack] if args.pack else []
    return {s: json.loads(run([args.sotto, "eval", "tts", str(lists[s]), "--json", "-", "--limit", str(args.limit), *pack, *shlex.split(args.say)]))["slices"]["all"]
            for s in ("heldout", "replies") if any(r["set"] == s for r in rows)}


def listen(args, rows, out):
    """{set: {voice: [(errors, words)]}} and what was heard; `own` and `copy` waves are kept in the rows."""
    ear = measure_ear.Ear(args.data, out, [w for r in sentences(args) for w in r["ways"]], args.order)
    voices = {"sotto": own_voice(args), **RIVALS}
    rates, heard = {}, []
    for row in rows:
        waves = {}
        if row["set"] == "heldout":
            row["natural"] = waves["recordings"] = tts_data.read_wave(row["path"])
            if not args.no_copy:
                row["copy"] = waves["copy-synthesis"] = soundfile.read(out / "copy" / f"{row['id']}.wav", dtype="float32")[0]
        for name, command in voices.items():
            waves[name] = spoken_by(name, command, row, out, again=name == "sotto")
        row["sotto"] = waves["sotto"]
        said = {name: ear.hear(wave) for name, wave in waves.items()}
        for name, words in said.items():
            rates.setdefault(row["set"], {}).setdefault(name, []).append(measure_ear.judge(row["ways"], words))
        heard.append({"set": row["set"], "text": row["text"], **{name: " ".join(words) for name, words in said.items()}})
        ear.close()
        print(row["id"], "|", row["text"], "|", " ".join(said["sotto"]), flush=True)
    return rates, heard, ear.size


def figures(args, rows, rates, size):
    own = [r for r in rows if r["set"] == "heldout"]
    result = {"order": args.order, "sentences": size[0], "distractors": size[1], "eval": own_ear(args, rows, Path(args.out)),
              "wer": {s: {v: measure_ear.interval(x) for v, x in by.items()} for s, by in rates.items()},
              "sotto_less": {s: {v: measure_ear.interval(by["sotto"], x) for v, x in by.items() if v != "sotto"} for s, by in rates.items()},
              "reading": distance.mean_reading([distance.reading_scores(r["natural"], r["sotto"]) for r in own])}
    if not args.no_copy:
        result["copy"] = distance.mean_copy([distance.copy_scores(r["natural"], r["copy"]) for r in own])
    return result


def percent(cell, sign=""):
    """A rate with its interval."""
    return "" if cell is None else f"{100 * cell[0]:{sign}.1f} % ({100 * cell[1]:{sign}.1f} to {100 * cell[2]:{sign}.1f})"


def table(result, counts):
    """Markdown for the card."""
    sets = [s for s in ("heldout", "replies") if s in result["wer"]]
    names = {"heldout": f"{counts['heldout']} held-out sentences", "replies": f"{counts.get('replies', 0)} replies"}
    lines = [f"Word errors by an independent ear (PocketSphinx, {ORDERS[result['order']]} over {result['sentences']} sentences and "
             f"{result['distractors']} distractors), 95 % interval:", "", "| voice | " + " | ".join(names[s] for s in sets) + " |", "|---" * (len(sets) + 1) + "|"]
    for voice in result["wer"]["heldout"]:
        lines.append(f"| {voice} | " + " | ".join(percent(result["wer"][s].get(voice)) for s in sets) + " |")
    for voice in result["sotto_less"]["heldout"]:
        lines.append(f"| sotto less {voice} | " + " | ".join(percent(result["sotto_less"][s].get(voice), "+") for s in sets) + " |")
    lines += ["", "| | |", "|---|---|"]
    for s in sets:
        e = result["eval"][s]
        natural = "" if e["natural_wer"] is None else f", {100 * e['natural_wer']:.1f} % on the recordings (ratio {e['ratio']:.2f})"
        own = percent((e["wer"], e["wer_low"], e["wer_high"]))
        lines.append(f"| our own recogniser, {names[s]} | word errors {own}{natural} |")
    e = result["eval"][sets[-1]]
    lines.append(f"| {names[sets[-1]]}: speed | of processor time: RTF {e['rtf_cpu']:.4f}, first samples {e['first_cpu_p50']:.2f} ms (p50) and "
                 f"{e['first_cpu_p95']:.2f} ms (p95) after the text is complete; {e['macs']:.1f} M multiply-accumulates a second of speech |")
    lines.append(f"| {names[sets[-1]]}: sound | {e['wpm']:.0f} words a minute, peak {e['peak']:.1f} dBFS, mean {e['level']:.1f} dBFS, "
                 f"{100 * e['clipped']:.3f} % of samples clipped |")
    if "copy" in result:
        c = result["copy"]
        lines.append(f"| copy-synthesis, held out | PESQ-WB {c['pesq_wb']:.3f}, STOI {c['stoi']:.4f}, multi-resolution STFT distance "
                     f"{c['convergence']:.3f} (convergence) + {c['log_l1']:.3f} (log magnitude) |")
    r = result["reading"]
    lines.append(f"| full synthesis against the recordings, warped in time | mel-cepstral distortion {r['mcd']:.2f} dB, F0 RMSE {r['f0_hz']:.1f} Hz "
                 f"({r['f0_cents']:.0f} cents), voicing differs in {100 * r['voicing']:.1f} % of frames, {r['length']:.2f} times as long |")
    return "\n".join(lines) + "\n"


def arguments():
    parser = tts_data.arguments(__doc__, "work-tts")
    parser.add_argument("--name", default="vocoder", help="checkpoint WORK/NAME.pt of the vocoder, for copy-synthesis")
    parser.add_argument("--out", help="folder for waves and figures (default WORK/measure)")
    parser.add_argument("--sotto", default=str(ROOT / "build" / "sotto"), help="the command")
    parser.add_argument("--pack", help="model pack of the command (default its own)")
    parser.add_argument("--say", default="", help="more options of how the voice speaks (--say=\"--voice 1\"), in one string")
    parser.add_argument("--limit", type=int, default=1000, help="sentences of each list")
    parser.add_argument("--order", type=int, default=3, choices=(1, 2, 3), help="of the ear's n-gram: the lower, the less it knows beforehand")
    parser.add_argument("--sets", default="heldout,replies", help="lists to measure; the held-out sentences are always in it")
    parser.add_argument("--no-copy", action="store_true", help="leave copy-synthesis out")
    parser.add_argument("--card", help="folder that plots and samples are written to")
    args = parser.parse_args()
    args.limit = max(1, args.limit)
    args.out = args.out or str(Path(args.work) / "measure")
    return args


def main():
    args = arguments()
    for tool in ("flite", "espeak-ng", args.sotto):
        if not shutil.which(tool):
            raise SystemExit(f"measure_voice: {tool}: not found")
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    everything = sentences(args)
    wanted = {"heldout"} | set(args.sets.split(","))
    rows = [r for s in ("heldout", "replies") if s in wanted for r in [x for x in everything if x["set"] == s][:args.limit]]
    if not args.no_copy:
        make_copies(args, out)
    rates, heard, size = listen(args, rows, out)
    result = figures(args, rows, rates, size)
    text = table(result, {s: len(next(iter(by.values()))) for s, by in rates.items()})
    (out / "voice.md").write_text(text, encoding="utf-8")
    (out / "voice.json").write_text(json.dumps({**result, "heard": heard}, indent=1), encoding="utf-8")
    if args.card:
        import measure_plots
        measure_plots.make(rows, args.card, lambda text, path: speak(own_voice(args), text, path))
    print("\n" + text)


if __name__ == "__main__":
    main()
