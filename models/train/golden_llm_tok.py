"""Golden cases of the two tokenizers: the shipped SPM-kind one and a tiny byte-level BPE (`gpt2` kind, pre-tokenizer `gpt-2`).

What: tests/golden/tok_spm.txt (ids from the shipped llm.gguf's vocabulary), tests/golden/tok_bpe.gguf (a vocabulary and
merges only, no tensors) with tests/golden/tok_bpe.txt.  A line is `escaped text<TAB>ids`; escapes: \\n \\t \\\\ and \\xHH for bytes.
Why: the reader's tokenizers must agree with llama.cpp (--check) and with Hugging Face's `tokenizers` on the BPE.

Run: python models/train/golden_llm_tok.py --work DIR [--check]
"""
import argparse
import pathlib

import gguf

import llm_tokenizer as tk

CASES = """set a timer for five minutes
what's the time in são paulo
<|user|>hello there<|say|>Hello! How can I help?<|end|>
<|user|>what is twelve times thirty<|call|>math expr=twelve times thirty<|result|>360<|say|>That's 360.<|end|>
<|user|>turn on the kitchen lights<|call|>light action=on place=kitchen<|result|>ok<|say|>The lights in the kitchen are on.<|end|>
<|user|><|user|><|end|>
<|user>not a control <|say|
a
 a
  two  spaces

 
   
A
The Quick Brown Fox Jumps Over The Lazy Dog
0123456789
10:42 am
16.09 kilometers
-12.5%
3 minutes 20 seconds
saturday november 21
can i have a large latte with some whole milk
duration=five minutes name=pasta
place=living room level=thirty percent
key=value=value= =value
timer_set timer_cancel timer_left alarm_set
o'clock i'd i'll don't rock'n'roll ' ''
zyzzyva quixotic zephyr
conservatory
supercalifragilisticexpialidocious
aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
lalalalalalalala
naïve café
日本語のテキスト
привет мир
🙂🙃
tab\there
line\nbreak
trailing space 
 leading and trailing 
comma,comma;semi:colon.dot!bang?question
(round) [square] {curly} <angle>
"quoted" 'single'
a/b\\c|d
x^2 + y_2 = z*3
$5.00 & £7
snake_case_name CamelCaseName kebab-case
the the the
theatre weather brother
it's its it 's
one two three four five six seven eight nine ten
eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty
half past six in the morning
turn the volume up by ten percent
error no timer
Sorry, that didn't work: unknown place.
\xff\xfe
\x00
\u2581
\u2581\u2581the
 \u2581 the
</s><s><unk>
<0x0A>
ﬁ ligature
e\u0301 combining
\u200bzero width
MiXeD cAsE wOrDs
http://example.org/a?b=c&d=e
...---...
!!!???
a,b , c ,d
i i i i
we're you're they've
what is fifteen percent of sixty four
how many teaspoons in two and a half cups
double shot dark roast twelve ounce cappuccino
with a little bit of almond milk and lots of brown sugar
set the thermostat to twenty one degrees
unlock the back door
roll three six sided dice
heads or tails
wake me up at seven thirty tomorrow
that's sixteen kilometers and ninety three meters
Ünïcödé
ß
\u00a0nbsp
1st 2nd 3rd
a1b2c3
2026-11-21T11:26:17
100000000
3.14159265358979
=
==
_
__
name=
=name
temp=twentytemp=
minutes.
Minutes
MINUTES
q
the quick<|end|>brown fox<|call|>""".split("\n")
TEXT = """the timer is set for five minutes and the lights in the kitchen are on
what time is it in the morning when the alarm rings at seven thirty
turn the volume up and set the light to thirty percent please
can you tell me how many kilometers there are in ten miles
I'd like a large latte with some whole milk, and you're welcome to it!
Numbers such as 10, 21 and 365 stand between words; so do 3.5 and 1,000.
The lazy dog sleeps while the quick brown fox jumps over it again and again."""


def unescape(text):
    """Case text to the string it stands for (bytes that are not UTF-8 are left out of the cases)."""
    return text.replace("\\t", "\t").replace("\\n", "\n").replace("\\\\", "\\")


def escape(text):
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def write_cases(path, encode, cases):
    rows = [escape(c) + "\t" + " ".join(map(str, encode(c))) for c in cases]
    path.write_text("\n".join(rows) + "\n")


CASES = [unescape(c) for c in CASES if "\\x" not in c and "\x00" not in c]


def train_bpe(size):
    from tokenizers import ByteLevelBPETokenizer
    bpe = ByteLevelBPETokenizer(add_prefix_space=False)
    bpe.train_from_iterator(TEXT.split("\n") * 3, vocab_size=size, min_frequency=2, special_tokens=["<|endoftext|>"],
        show_progress=False)
    return bpe


def write_bpe(path, bpe):
    import json
    model = json.loads(bpe._tokenizer.to_str())["model"]
    tokens = [t for t, _ in sorted(model["vocab"].items(), key=lambda x: x[1])]
    merges = [m if isinstance(m, str) else " ".join(m) for m in model["merges"]]
    w = gguf.GGUFWriter(path, "llama")
    w.add_name("golden byte-level BPE")
    w.add_string("general.version", "golden-1")
    w.add_license("Apache-2.0")
    w.add_custom_alignment(64)
    for add, value in ((w.add_context_length, 64), (w.add_embedding_length, 32), (w.add_block_count, 1),
        (w.add_feed_forward_length, 32), (w.add_head_count, 1),
                       (w.add_layer_norm_rms_eps, 1e-5), (w.add_vocab_size, len(tokens)), (w.add_tokenizer_model, "gpt2"),
                       (w.add_tokenizer_pre, "gpt-2"), (w.add_token_list, tokens),
                       (w.add_token_types, [3] + [1] * (len(tokens) - 1)), (w.add_token_merges, merges), (w.add_bos_token_id, 0),
                       (w.add_eos_token_id, 0), (w.add_add_bos_token, False)):
        add(value)
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


def check(path, encode, cases):
    """How many cases llama.cpp cuts alike, from the vocabulary alone."""
    import llama_cpp
    ll = llama_cpp.Llama(str(path), vocab_only=True, verbose=False)
    bad = [c for c in cases if ll.tokenize(c.encode(), add_bos=False, special=True) != encode(c)]
    print(f"llama.cpp on {path.name}: {len(cases) - len(bad)} of {len(cases)} equal", *map(repr, bad[:8]))


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--work", type=pathlib.Path, required=True)
    ap.add_argument("--out", type=pathlib.Path, default=pathlib.Path("tests/golden"))
    ap.add_argument("--check", action="store_true", help="compare with llama-cpp-python")
    args = ap.parse_args()
    tok = tk.Tokenizer.load(args.work / "tokenizer.json")
    write_cases(args.out / "tok_spm.txt", tok.encode, CASES)
    bpe = train_bpe(420)
    plain = [c for c in CASES if "<|" not in c]

    def encode(text):
        return bpe.encode(text).ids
    write_bpe(args.out / "tok_bpe.gguf", bpe)
    write_cases(args.out / "tok_bpe.txt", encode, plain)
    print(len(CASES), "SPM cases,", len(plain), "BPE cases,", (args.out / "tok_bpe.gguf").stat().st_size,
        "bytes of BPE vocabulary")
    if args.check:
        check(args.out / "tok_bpe.gguf", encode, plain)


if __name__ == "__main__":
    main()
