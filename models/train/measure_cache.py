"""What the endless cache costs: perplexity of sinks + window, of a window alone, and of recomputing the window for every token.

One endless text of dialogues of the model's own kind, made with a seed that no training used, goes through the C runtime
(tests/measure_cache.c).  Streaming predicts every token; recomputing (the bound of Xiao et al. 2023, StreamingLLM) costs a
whole window a token, so it is done for every --every-th token, and what is compared is compared on those tokens.  Two means are
given: over all tokens, and over those that the model says itself (calls and replies).  The text's first token, when the file
asks for one, is the first sink; "first" is recomputing with that token kept in front.

Run: make build/tests/measure_cache && python models/train/measure_cache.py --work DIR        (again: only what is missing)
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys

import numpy as np

KINDS = ("f32", "f16", "i8")
HALF = ("f32", "i8")  # kinds that are measured with half the rows too


def make_text(path, data, seed, dialogues):
    """One dialogue a line; the first token and dialogues with a table of their own tools (only possible after it) are left out."""
    work = path.parent / "dialogues"
    subprocess.run([sys.executable, "models/train/llm_data.py", "--work", work, "--data", data, "--seed", str(seed), "--dialogues",
        str(dialogues)], check=True, stdout=subprocess.DEVNULL)
    text = "".join(p.read_text() for p in sorted(work.glob("train*.txt")))
    rows = [line for line in (x.removeprefix("<s>") for x in text.splitlines()) if line.startswith("<|user|>")]
    path.write_text("\n".join(rows) + "\n")
    return len(rows)


def plan(every, first):
    """[(name, mode, kind, sinks, window, every)]."""
    shapes = [(kv, s, w) for kv in KINDS for s, w in ((4, 252), (0, 256))] + [(kv, s, w) for kv in HALF for s, w in ((4, 124), (0, 128))]
    runs = [(f"stream-{kv}-{s}-{w}", "stream", kv, s, w, 1) for kv, s, w in shapes]
    runs += [(f"recompute-{kv}-0-256", "recompute", kv, 0, 256, every * (1 if kv == "f32" else 4)) for kv in KINDS]
    runs.append(("recompute-f32-0-128", "recompute", "f32", 0, 128, every))
    if first:
        runs.append(("first-f32-0-256", "first", "f32", 0, 256, every))
    return runs


def measure(args, run):
    """-ln p of each token (NaN where not asked for), from DIR/NAME.f32 or the C program."""
    name, mode, kv, sinks, window, every = run
    path = args.work / f"{name}.{every}.{args.tokens}.f32"
    if not path.exists() or path.stat().st_mtime < args.model.stat().st_mtime:
        part = path.with_suffix(".part")
        subprocess.run([args.program, "ppl", args.model, args.text, part, mode, kv, str(sinks), str(window), str(every), str(args.tokens)],
            check=True, stderr=subprocess.DEVNULL)
        part.rename(path)
    return np.fromfile(path, "<f4").astype(np.float64)


def perplexity(x, keep):
    x = x[keep & ~np.isnan(x)]
    return float(np.exp(x.mean()))


def excess(x, reference, keep, seed=1):
    """(how much larger the perplexity is than the reference's on the tokens of both, 95 % interval of it by 200 blocks of neighbours)."""
    d = (x - reference)[keep & ~np.isnan(reference)]
    blocks = [b.mean() for b in np.array_split(d, min(200, len(d)))]
    draws = np.random.RandomState(seed).choice(blocks, (1000, len(blocks))).mean(1)
    low, high = np.percentile(draws, (2.5, 97.5))
    return tuple(float(np.expm1(v)) for v in (d.mean(), low, high))


def row_of(name, got, keep, said, rows):
    """One line of the table: perplexities, and against recomputing f32 with as many rows."""
    mode, kv, sinks, window = name.split("-")
    x, reference = got[name], got.get(f"recompute-f32-0-{rows}")
    row = {"cache": name, "all": perplexity(x, keep), "said": perplexity(x, said), "tokens": int((~np.isnan(x)).sum())}
    if reference is not None and mode == "stream":
        row["over_recompute"] = {"all": excess(x, reference, keep), "said": excess(x, reference, said)}
        tail = keep.copy()
        tail[:len(keep) * 3 // 4] = False
        row["over_recompute"]["all_last_quarter"] = excess(x, reference, tail)
    if "first-f32-0-256" in got and mode == "stream" and rows == 256:
        row["over_first"] = {"all": excess(x, got["first-f32-0-256"], keep), "said": excess(x, got["first-f32-0-256"], said)}
    return row


def percent(v):
    return f"{100 * v[0]:+.2f} % ({100 * v[1]:+.2f} … {100 * v[2]:+.2f})"


def table(rows, times):
    """Markdown."""
    out = ["| cache | K/V | perplexity, all tokens | calls and replies | over recomputing, all | … calls and replies | tokens predicted |",
        "|---|---|---|---|---|---|---|"]
    for r in rows:
        mode, kv, s, w = r["cache"].split("-")
        name = {"stream": f"{s} sinks + {w}" if s != "0" else f"window {w} alone", "recompute": f"recomputed, {w}",
            "first": f"recomputed, first token + {int(w) - 1}"}[mode]
        over = r.get("over_recompute")
        cells = [percent(over["all"]), percent(over["said"])] if over else ["", ""]
        out.append(f"| {name} | {kv} | {r['all']:.3f} | {r['said']:.4f} | {cells[0]} | {cells[1]} | {r['tokens']} |")
    out += ["", "| K/V | bytes a token | 4 + 252 rows | a token, streaming | a token, recomputing 256 rows | times |", "|---|---|---|---|---|---|"]
    for t in times:
        out.append(f"| {t['kv']} | {t['bytes_a_token']} | {t['cache_bytes']} | {t['stream_us']:.0f} µs | {t['recompute_us'] / 1000:.1f} ms | "
            f"{t['times']:.0f} |")
    return "\n".join(out)


def running(x, keep, block):
    """Perplexity of each block of tokens."""
    parts = [slice(i, i + block) for i in range(0, len(x) - block + 1, block)]
    return [perplexity(x[p], keep[p]) for p in parts]


def plot(path, got, keep, said, block):
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot as plt
    lines = [("stream-i8-0-256", "window 256 alone, int8", "C3", "-"), ("recompute-f32-0-256", "256 recomputed for each token, f32", "k", "--"),
        ("stream-f16-4-252", "4 sinks + 252, f16", "C0", "-"), ("stream-i8-4-252", "4 sinks + 252, int8", "C2", ":")]
    figure, axes = plt.subplots(1, 2, figsize=(11, 4))
    for axis, mask, title in zip(axes, (keep, said), ("all tokens", "calls and replies"), strict=True):
        for name, label, colour, style in lines:
            y = running(got[name], mask, block)
            axis.plot((np.arange(len(y)) + 1) * block / 1000, y, style, color=colour, label=label, linewidth=1.6)
        low, high = axis.get_ylim()
        axis.set_yscale("log" if high > 4 * low else "linear")
        axis.set(title=title, xlabel="thousand tokens of one conversation", ylabel=f"perplexity of each {block // 1000} thousand")
        axis.grid(alpha=0.3, which="both")
    axes[0].legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=90)


def parse():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--data", default=os.environ.get("SOTTO_DATA", "../shared/data"))
    ap.add_argument("--work", type=pathlib.Path, required=True)
    ap.add_argument("--model", type=pathlib.Path, default=pathlib.Path("models/packs/nano/llm.gguf"))
    ap.add_argument("--program", default="build/tests/measure_cache")
    ap.add_argument("--tokens", type=int, default=200000)
    ap.add_argument("--every", type=int, default=20, help="recompute for each this many-th token (f16 and int8: four times as many)")
    ap.add_argument("--seed", type=int, default=4242)
    ap.add_argument("--dialogues", type=int, default=5000)
    ap.add_argument("--jobs", type=int, default=1)
    ap.add_argument("--block", type=int, default=10000, help="tokens a point of the plot")
    ap.add_argument("--png", type=pathlib.Path, help="where the plot goes (default: DIR/cache.png)")
    return ap.parse_args()


def main():
    args = parse()
    args.work.mkdir(parents=True, exist_ok=True)
    args.text = args.work / "stream.txt"
    if not args.text.exists():
        make_text(args.text, args.data, args.seed, args.dialogues)
    classes = args.work / "classes.u8"
    facts = json.loads(subprocess.run([args.program, "text", args.model, args.text, classes], check=True, capture_output=True).stdout)
    if facts["tokens"] < args.tokens:
        sys.exit(f"{args.text} has {facts['tokens']} tokens, expected at least {args.tokens}: make more --dialogues")
    # Times first and alone: the other runs would share the caches of the machine.
    times = [json.loads(subprocess.run([args.program, "speed", args.model, args.text, kv, "4", "252"], check=True, capture_output=True).stdout)
        for kv in KINDS]
    runs = plan(args.every, facts["first_token"])
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        got = dict(zip((r[0] for r in runs), pool.map(lambda r: measure(args, r), runs), strict=True))
    said = np.fromfile(classes, np.uint8)[:args.tokens] == 1
    keep = np.arange(args.tokens) > 0
    rows = [row_of(name, got, keep, said, sum(map(int, name.split("-")[2:]))) for name in got]
    plot(args.png or args.work / "cache.png", got, keep, said, args.block)
    result = {"tokens": args.tokens, "said": int(said.sum()), "every": args.every, "rows": rows, "times": times}
    (args.work / "cache.json").write_text(json.dumps(result, indent=1) + "\n")
    print(table(rows, times))
    for r in rows:
        for key in ("over_recompute", "over_first"):
            if key in r:
                print(r["cache"], key, {k: percent(v) for k, v in r[key].items()})


if __name__ == "__main__":
    main()
