"""Greedy tokens of the shipped llm.gguf in llama.cpp, kept as golden so that tests/test_interop.c checks them without it.

What: each prompt is cut into tokens and continued greedily by llama.cpp (f32 cache, one thread) up to <|end|> or <|result|>;
tests/golden/llm_interop.txt gets a line with the file's FNV-1a-64 and size, then `prompt<TAB>prompt ids<TAB>greedy ids<TAB>gap` lines;
gap is the least distance between the two best logits on the way: below some hundredths, rounding decides.
With --adapter a LoRA file is worn, and the hash is of both files' bytes, the adapter's last (tests/test_lora.c).
Why: ours must load unchanged in other GGUF runtimes and say the same. Run it again whenever the weights change.
Run: python models/train/interop_llama_cpp.py [--model models/packs/nano/llm.gguf]   (needs llama-cpp-python)
"""
import argparse
import pathlib

import numpy as np

import llm_llamacpp

ASKS = """what time is it
what's the time in tokyo right now
set a timer for twenty minutes
set a tea timer for three and a half minutes
how long is left on the timer
cancel the timer please
wake me at six forty five tomorrow
what is seven times eight
how much is a hundred and twenty divided by five
convert twelve inches to centimeters
how many pounds are in three kilograms
flip a coin
roll two dice
turn on the kitchen light
dim the lights in the bedroom to thirty percent
lock the front door
set the thermostat to twenty degrees
make it a bit warmer in here
i would like a large latte with oat milk please
can i get a small black coffee with two sugars
turn it up a bit
mute
say that again
hello there
who are you
what can you do for me
tell me a joke
what day is it tomorrow
good night
the purple elephant sings under water""".split("\n")
ANSWERED = """what time is it<|call|>time<|result|>10:42 am<|say|>
set a timer for twenty minutes<|call|>timer_set duration=twenty minutes<|result|>ok<|say|>
what is seven times eight<|call|>math expr=seven times eight<|result|>56<|say|>
flip a coin<|call|>coin<|result|>tails<|say|>
turn on the kitchen light<|call|>light action=on place=kitchen<|result|>ok<|say|>
cancel the timer please<|call|>timer_cancel<|result|>error no timer<|say|>
convert twelve inches to centimeters<|call|>convert amount=twelve from=inches to=centimeters<|result|>30.48 centimeters<|say|>
lock the front door<|call|>switch device=front door action=lock<|result|>ok<|say|>""".split("\n")
LONG = "hello there<|say|>Hello! How can I help?<|end|><|user|>what time is it<|call|>time<|result|>7:05 pm<|say|>It is 7:05 pm.<|end|><|user|>set a timer for one hour"


def fnv(data):
    h = 14695981039346656037
    for b in data:
        h = ((h ^ b) * 1099511628211) & 0xFFFFFFFFFFFFFFFF
    return h


def greedy(ll, ids, most, stops):
    """Greedy continuation of ids, the stop token with it, and the least gap between the two best logits."""
    row, gap = [], np.inf
    ll.reset()
    ll.eval(ids)
    while len(row) < most:
        logits = np.array(ll.scores[ll.n_tokens - 1])
        best = np.sort(logits)[-2:]
        gap = min(gap, float(best[1] - best[0]))
        row.append(int(logits.argmax()))
        if row[-1] in stops:
            break
        ll.eval(row[-1:])
    return row, gap


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--model", type=pathlib.Path, default=pathlib.Path("models/packs/nano/llm.gguf"))
    ap.add_argument("--out", type=pathlib.Path, default=pathlib.Path("tests/golden/llm_interop.txt"))
    ap.add_argument("--adapter", type=pathlib.Path, help="LoRA GGUF over the model")
    ap.add_argument("--most", type=int, default=40, help="tokens a prompt")
    args = ap.parse_args()
    data = args.model.read_bytes() + (args.adapter.read_bytes() if args.adapter else b"")
    ll = llm_llamacpp.open_model(args.model, 512, args.adapter)
    begin = "<s>" if ll.metadata.get("tokenizer.ggml.add_bos_token") == "true" else ""
    stops = {ll.tokenize(s.encode(), add_bos=False, special=True)[0] for s in ("<|end|>", "<|result|>")}
    rows, gaps = [f"{fnv(data):016x} {len(data)}"], []
    for text in [begin + "<|user|>" + t for t in ASKS + ANSWERED + [LONG]]:
        ids = ll.tokenize(text.encode(), add_bos=False, special=True)
        row, gap = greedy(ll, ids, args.most, stops)
        gaps.append(gap)
        rows.append("\t".join([text, " ".join(map(str, ids)), " ".join(map(str, row)), "%.4f" % gap]))
        print("%6.3f  %s  ->  %s" % (gap, text[-60:], ll.detokenize(row, special=True).decode(errors="replace")))
    args.out.write_text("\n".join(rows) + "\n")
    print(len(rows) - 1, "prompts; least gap between the two best logits: %.3f" % min(gaps))


if __name__ == "__main__":
    main()
