"""What the endless cache costs: perplexity of sinks + window, of a window alone, and of recomputing the window for every token.

One endless text of dialogues of the model's own kind, made with a seed that no training used, goes through the C runtime
(tests/measure_cache.c).  Streaming predicts every token; recomputing (the bound of Xiao et al. 2023, StreamingLLM) costs a
whole window a token, so it is done for every --every-th token; what is compared is compared on those tokens, and its level is
that of streaming times the difference.  Three means are given: over what the model says itself (calls and replies); over the
user's words, each among the tokens that go on with them, which is what training asks for (llm_train.py); over all tokens.  The
text's first token, when the file asks for one, is the first sink; "first" is recomputing with that token in front.

Run: make build/tests/measure_cache && python models/train/measure_cache.py --work DIR [--card models/packs/nano/llm.md --png
models/packs/nano/cache.png]        (again: only what is missing)
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
HEAD = "## The endless cache"
MEANS = {"said": "calls and replies", "user": "the user's words", "all": "all tokens"}
HALF = ("i8",)  # kinds that are measured with half the rows too


def make_text(path, data, seed, dialogues):
    """One dialogue a line; the first token and dialogues with a table of their own tools (only possible after it) are left out."""
    work = path.parent / "dialogues"
    subprocess.run([sys.executable, "models/train/llm_data.py", "--work", work, "--data", data, "--seed", str(seed), "--dialogues",
        str(dialogues)], check=True, stdout=subprocess.DEVNULL)
    text = "".join(p.read_text() for p in sorted(work.glob("train*.txt")))
    rows = [line for line in (x.removeprefix("<s>") for x in text.splitlines()) if line.startswith("<|user|>")]
    path.write_text("\n".join(rows) + "\n")
    return len(rows)


def plan(every, first, rows):
    """[(name, mode, kind, sinks, window, every)] for caches of `rows` rows, and of half as many."""
    half = rows // 2
    shapes = [(kv, s, rows - s) for kv in KINDS for s in (4, 0)] + [(kv, s, half - s) for kv in HALF for s in (4, 0)]
    runs = [(f"stream-{kv}-{s}-{w}", "stream", kv, s, w, 1) for kv, s, w in shapes]
    runs += [(f"recompute-{kv}-0-{rows}", "recompute", kv, 0, rows, every * (1 if kv == "f32" else 4)) for kv in KINDS]
    runs.append((f"recompute-f32-0-{half}", "recompute", "f32", 0, half, every))
    if first:
        runs.append((f"first-f32-0-{rows}", "first", "f32", 0, rows, every))
    return runs


def measure(args, run):
    """-ln p [2, tokens] (NaN where not asked for): among all tokens, among those that go on with the user's words."""
    name, mode, kv, sinks, window, every = run
    path = args.work / f"{name}.{every}.{args.tokens}.f32"
    if not path.exists() or path.stat().st_mtime < args.model.stat().st_mtime:
        part = path.with_suffix(".part")
        subprocess.run([args.program, "ppl", args.model, args.text, part, mode, kv, str(sinks), str(window), str(every), str(args.tokens)],
            check=True, stderr=subprocess.DEVNULL)
        part.rename(path)
    return np.fromfile(path, "<f4").astype(np.float64).reshape(2, -1)


def excess(x, reference, keep, seed=1):
    """(how much larger the perplexity is than the reference's on the tokens of both, 95 % interval of it by 200 blocks of neighbours)."""
    d = (x - reference)[keep & ~np.isnan(reference)]
    blocks = [b.mean() for b in np.array_split(d, min(200, len(d)))]
    draws = np.random.RandomState(seed).choice(blocks, (1000, len(blocks))).mean(1)
    low, high = np.percentile(draws, (2.5, 97.5))
    return tuple(float(np.expm1(v)) for v in (d.mean(), low, high))


def level(x, base, keep):
    """ln perplexity of a run that looked at some tokens only: the base's over all, and what differs on those."""
    seen = keep & ~np.isnan(x)
    return base[keep].mean() + (x - base)[seen].mean()


def perplexity(name, got, keep):
    """By the run's own mean where it saw all; else by differences from a run like it: recomputing to its f32, that to streaming."""
    mode, kv, sinks, window = name.split("-")
    if mode == "stream":
        return float(np.exp(got[name][keep].mean()))
    like = f"4-{int(window) - 4}"
    base, wide = got.get(f"stream-f32-{like}", got[f"stream-i8-{like}"]), got[f"{mode}-f32-{sinks}-{window}"]
    return float(np.exp(level(wide, base, keep) + np.nanmean((got[name] - wide)[keep])))


def row_of(name, views):
    """One line of the table: perplexities, and against recomputing in f32 with as many rows."""
    mode, _, sinks, window = name.split("-")
    row = {"cache": name, "perplexity": {m: perplexity(name, *v) for m, v in views.items()}}
    for key in ("recompute", "first"):
        other = f"{key}-f32-0-{int(sinks) + int(window)}"
        if mode == "stream" and other in views["all"][0]:
            row["over_" + key] = {m: excess(got[name], got[other], keep) for m, (got, keep) in views.items()}
    return row


def percent(v):
    return f"{100 * v[0]:+.2f} % ({100 * v[1]:+.1f} … {100 * v[2]:+.1f})"


def label(name):
    mode, kv, s, w = name.split("-")
    text = {"stream": f"{s} sinks + {w}" if s != "0" else f"window {w} alone", "recompute": f"{w} recomputed",
        "first": f"first token + {int(w) - 1} recomputed"}[mode]
    return f"{text}, {kv.replace('i8', 'int8')}"


def table(result):
    """Markdown: perplexities, what they are over recomputing, time and bytes."""
    out = [f"| cache | {' | '.join(MEANS.values())} |", "|---" * (1 + len(MEANS)) + "|"]
    for r in result["rows"]:
        out.append(f"| {label(r['cache'])} | {' | '.join('%.4f' % r['perplexity'][m] for m in MEANS)} |")
    for key, what in (("over_recompute", "recomputing as many rows"), ("over_first", "recomputing with the first token in front")):
        rows = [r for r in result["rows"] if key in r]
        if rows:
            out += ["", f"| over {what} | {' | '.join(MEANS.values())} |", "|---" * (1 + len(MEANS)) + "|"]
        out += [f"| {label(r['cache'])} | {' | '.join(percent(r[key][m]) for m in MEANS)} |" for r in rows]
    n = result["cache_rows"]
    out += ["", f"| K/V | bytes a token | {n} rows | a token, streaming | a token, recomputing {n} rows | times |", "|---|---|---|---|---|---|"]
    for t in result["times"]:
        out.append(f"| {t['kv'].replace('i8', 'int8')} | {t['bytes_a_token']:,} | {t['cache_bytes']:,} | {t['stream_us']:.0f} µs | "
            f"{t['recompute_us'] / 1000:.1f} ms | {t['times']:.0f} |")
    return "\n".join(out)


def section(result):
    """The model card's part: what was measured, the plot, the tables."""
    n, k, rows = result["tokens"], result["every"], result["cache_rows"]
    return f"""{HEAD}

One text of {n:,} tokens without end ({result["said"]:,} of calls and replies, {result["user"]:,} of the user's words), made by the
generators with seed {result["seed"]}, which no training used. Streaming predicts every token; recomputing fills an empty cache with the last {rows} ({rows // 2}) tokens for every {k}th token (f16 and int8: every
{4 * k}th). What is "over" is over the same tokens, with the 95 % interval; perplexities of recomputing are those of streaming in f32 ({rows // 2}: int8) times
that difference, those of f16 and int8 likewise from f32's. "First token": `<s>`, with which training rows begin, stays in front.
The user's words are counted among the tokens that go on with them, as in training; over all tokens they also bear that the model is taught to
answer wherever they end, and tools' results were not trained for at all. Again: `make cache-cost`.

![perplexity along the conversation](cache.png)

{table(result)}

Time: medians of one run on one thread ({result["times"][0]["kernels"]} kernels), processor time. With a K/V head for each query head
a token would take {result["times"][0]["bytes_with_all_heads"] // result["times"][0]["bytes_a_token"]} times the bytes.
"""


def put_section(path, text):
    """Replaces the part under HEAD, or adds it at the end."""
    old = path.read_text()
    at = old.find(HEAD)
    end = old.find("\n## ", at + 1) if at >= 0 else -1
    before = old[:at] if at >= 0 else old.rstrip("\n") + "\n\n"
    path.write_text(before + text + (old[end:] if end >= 0 else ""))


def running(x, base, keep, block):
    """Perplexity of each block of tokens."""
    parts = [slice(i, i + block) for i in range(0, len(x) - block + 1, block)]
    return [float(np.exp(level(x[p], base[p], keep[p]))) for p in parts]


def plot(path, views, block, rows):
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot as plt
    lines = [(f"stream-i8-0-{rows}", "C3", "-"), (f"recompute-f32-0-{rows}", "0.6", "-"), (f"first-f32-0-{rows}", "k", "--"),
        (f"stream-f16-4-{rows - 4}", "C0", "-"), (f"stream-i8-4-{rows - 4}", "C2", ":")]
    figure, axes = plt.subplots(1, 2, figsize=(11, 4))
    for axis, mean in zip(axes, ("said", "user"), strict=True):
        got, mask = views[mean]
        for name, colour, style in (x for x in lines if x[0] in got):
            y = running(got[name], got[f"stream-f32-4-{rows - 4}"], mask, block)
            axis.plot((np.arange(len(y)) + 1) * block / 1000, y, style, color=colour, label=label(name), linewidth=1.6)
        low, high = axis.get_ylim()
        axis.set_yscale("log" if high > 4 * low else "linear")
        axis.set(title=MEANS[mean], xlabel="thousand tokens of one conversation", ylabel=f"perplexity of each {block // 1000} thousand")
        axis.grid(alpha=0.3, which="both")
    axes[0].legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=72)


def parse():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--data", default=os.environ.get("SOTTO_DATA", "../shared/data"))
    ap.add_argument("--work", type=pathlib.Path, required=True)
    ap.add_argument("--model", type=pathlib.Path, default=pathlib.Path("models/packs/nano/llm.gguf"))
    ap.add_argument("--program", default="build/tests/measure_cache")
    ap.add_argument("--tokens", type=int, default=200000)
    ap.add_argument("--rows", type=int, default=256, help="rows of the cache, sinks and all; half as many are measured too")
    ap.add_argument("--every", type=int, default=50, help="recompute for each this many-th token (f16 and int8: four times as many)")
    ap.add_argument("--seed", type=int, default=4242)
    ap.add_argument("--dialogues", type=int, default=5000)
    ap.add_argument("--jobs", type=int, default=1)
    ap.add_argument("--block", type=int, default=20000, help="tokens a point of the plot")
    ap.add_argument("--card", type=pathlib.Path, help="model card whose part on the cache is written anew")
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
    # Times first and alone: other runs would share the machine's caches.
    times = [json.loads(subprocess.run([args.program, "speed", args.model, args.text, kv, "4", str(args.rows - 4)],
        check=True, capture_output=True).stdout)
        for kv in KINDS]
    runs = plan(args.every, facts["first_token"], args.rows)
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        got = dict(zip((r[0] for r in runs), pool.map(lambda r: measure(args, r), runs), strict=True))
    kind = np.fromfile(classes, np.uint8)[:args.tokens]
    views = {"said": (0, kind == 1), "user": (1, kind == 2), "all": (0, np.arange(args.tokens) > 0)}
    views = {m: ({name: x[part] for name, x in got.items()}, keep & (np.arange(args.tokens) > 0)) for m, (part, keep) in views.items()}
    plot(args.png or args.work / "cache.png", views, args.block, args.rows)
    result = {"tokens": args.tokens, "said": int((kind == 1).sum()), "user": int((kind == 2).sum()), "every": args.every, "cache_rows": args.rows,
        "seed": args.seed, "rows": [row_of(name, views) for name in got], "times": times}
    (args.work / "cache.json").write_text(json.dumps(result, indent=1) + "\n")
    if args.card:
        put_section(args.card, section(result))
    print(table(result))


if __name__ == "__main__":
    main()
