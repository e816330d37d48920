"""Golden cases of the pre-tokenizers: tests/golden/tok_pre.txt, cut by llama.cpp on the vocabulary of tests/golden/tok_bpe.gguf.

What: for each pre-tokenizer name that models/llm/tok_split.c does (gpt-2, smollm, llama-bpe, qwen2), the BPE vocabulary is
written again under that name and every case is tokenized by llama.cpp. A line is `name<TAB>escaped text<TAB>ids`.
Why: llama.cpp is the independent author; the differences between the four lie in numbers, apostrophes and line ends.
Run: python models/train/golden_tok_pre.py --work DIR   (needs llama-cpp-python)
"""
import argparse
import pathlib

import gguf

CASES = ["a 5", "12345 apples", "in 2026, 3.14159 is 1st", "  12  34 ", "IT'S they'RE we'll I'M 'tis don't DON'T", "x=y; z==w!!\n\n\nnext line\r\n  more",
         "tabs\tand\t\ttabs", " leading", "trailing   ", "   ", "\n", " \n x", "word\n", "!\n\nA", "(a) [b] {c}", "$5.00 and 20%", "été naïve ß Ünï",
         "日本語 text", "привет, мир", "🙂 ok", "١٢٣ ½ Ⅷ", "a\u00a0b", "a\u3000b", "snake_case CamelCase", "http://x.org/a?b=1&c=22", "'s 's's'", "''", "x'", "...---...",
         "light lights thirty time gain again", "1 2  3   4", "a1b22c333d4444", "\u200bzero", "e\u0301x", "½a", "-1", " -1", "#42", " #tag", "\r\r\n", "end.\n"]
NAMES = ["gpt-2", "smollm", "llama-bpe", "qwen2"]


def escape(text):
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")


def write_as(source, path, name):
    """The vocabulary and merges of `source` under another pre-tokenizer name."""
    fields = {f.name: f for f in gguf.GGUFReader(source).fields.values()}
    w = gguf.GGUFWriter(path, "llama")
    w.add_context_length(64)
    w.add_embedding_length(32)
    w.add_block_count(1)
    w.add_feed_forward_length(32)
    w.add_head_count(1)
    w.add_layer_norm_rms_eps(1e-5)
    w.add_tokenizer_model("gpt2")
    w.add_tokenizer_pre(name)
    w.add_token_list(fields["tokenizer.ggml.tokens"].contents())
    w.add_token_types(fields["tokenizer.ggml.token_type"].contents())
    w.add_token_merges(fields["tokenizer.ggml.merges"].contents())
    w.add_bos_token_id(0)
    w.add_eos_token_id(0)
    w.add_add_bos_token(False)
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--work", type=pathlib.Path, required=True)
    ap.add_argument("--out", type=pathlib.Path, default=pathlib.Path("tests/golden"))
    args = ap.parse_args()
    import llama_cpp
    args.work.mkdir(parents=True, exist_ok=True)
    rows = []
    for name in NAMES:
        path = args.work / f"tok_{name}.gguf"
        write_as(args.out / "tok_bpe.gguf", path, name)
        ll = llama_cpp.Llama(str(path), vocab_only=True, verbose=False)
        rows += [f"{name}\t{escape(c)}\t{' '.join(map(str, ll.tokenize(c.encode(), add_bos=False, special=False)))}" for c in CASES]
    (args.out / "tok_pre.txt").write_text("\n".join(rows) + "\n")
    print(len(rows), "cases")


if __name__ == "__main__":
    main()
