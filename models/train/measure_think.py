"""Exact tool calls of `sotto think` on a held-out list (user<TAB>expected call, or - for none), by tool.

    python measure_think.py [--list tests/golden/llm_heldout.tsv]

Each row is a conversation of its own, through the C program, greedy.
"""
import argparse
import collections
import json
import subprocess


def calls(sotto, texts, extra):
    """One call (or -) a text, in order."""
    out = subprocess.run([sotto, "think", "--json", "--fresh", *extra, *texts], capture_output=True, text=True, check=True)
    found, call = [], "-"
    for line in out.stdout.splitlines():
        event = json.loads(line)
        if event.get("event") == "tool-call":
            call = event["text"]
        if event.get("event") == "turn-done":
            found.append(call)
            call = "-"
    return found


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--list", default="tests/golden/llm_heldout.tsv")
    p.add_argument("--sotto", default="build/sotto")
    p.add_argument("--show", action="store_true", help="print what is wrong")
    a = p.parse_args()
    with open(a.list) as f:
        rows = [line.rstrip("\n").split("\t") for line in f if line.strip() and not line.startswith("#")]
    got = calls(a.sotto, [r[0] for r in rows], [])
    right, total = collections.Counter(), collections.Counter()
    for (text, want), have in zip(rows, got, strict=True):
        tool = want.split(" ")[0]
        total[tool] += 1
        right[tool] += have == want
        if a.show and have != want:
            print(f"{text}\n    expected {want}\n    got      {have}")
    by_tool = {t: f"{right[t]}/{total[t]}" for t in sorted(total)}
    print(json.dumps({"list": a.list, "rows": len(rows), "exact": round(100 * sum(right.values()) / len(rows), 2), "by_tool": by_tool}))


if __name__ == "__main__":
    main()
