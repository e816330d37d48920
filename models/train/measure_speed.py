"""Decode and prefill rates beside llama.cpp's: the same GGUF, one thread, one run, rounds of the two in turn.

    python models/train/measure_speed.py --bench build/tests/bench_llm models/packs/nano/llm.gguf

Both fill an empty cache with 192 tokens, then take 64 more one by one, so the cache ends at 256 rows.  Rates are tokens per CPU
second; the line of each is its median over the rounds, the ratio is the median of the rounds' ratios.  llama.cpp runs with flash
attention off and on, F16 K/V (its default), and counts with whichever is faster.  Its weight re-packing is off: see llm_llamacpp.py.
`--random FILE` writes a Llama of 135 M random Q8_0 weights first (never to be committed).
"""
import argparse
import statistics
import subprocess
import sys
import time

PREFILL, DECODE, CONTEXT = 192, 64, 256


class Sotto:
    def __init__(self, bench, path, kind, batch):
        self.name = f"sotto, K/V {kind}"
        self.process = subprocess.Popen([bench, path, "", str(batch), kind, "pipe"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        print(self.process.stdout.readline().strip())

    def round(self):
        self.process.stdin.write(f"{PREFILL} {DECODE}\n")
        self.process.stdin.flush()
        return tuple(map(float, self.process.stdout.readline().split()))


class Peer:
    """One context of llama.cpp, through its C interface."""

    def __init__(self, path, flash):
        from llama_cpp import llama_cpp as low
        self.low, self.name = low, f"llama.cpp, flash attention {'on' if flash else 'off'}"
        self.quiet = low.llama_log_callback(lambda level, text, data: None)
        low.llama_log_set(self.quiet, None)
        low.llama_backend_init()
        model = low.llama_model_default_params()
        model.use_extra_bufts = False
        self.model = low.llama_model_load_from_file(str(path).encode(), model)
        if not self.model:
            sys.exit(f"{path}: llama.cpp cannot load it")
        context = low.llama_context_default_params()
        context.n_ctx, context.n_batch, context.n_ubatch = CONTEXT, CONTEXT, CONTEXT
        context.n_threads = context.n_threads_batch = 1
        context.flash_attn_type = 1 if flash else 0
        self.context = low.llama_init_from_model(self.model, context)
        vocabulary = low.llama_vocab_n_tokens(low.llama_model_get_vocab(self.model))
        self.tokens = [(i * 31 + 7) % vocabulary for i in range(CONTEXT)]

    def take(self, tokens):
        low = self.low
        row = (low.llama_token * len(tokens))(*tokens)
        if low.llama_decode(self.context, low.llama_batch_get_one(row, len(tokens))) != 0:
            sys.exit("llama.cpp refused a batch")
        low.llama_synchronize(self.context)

    def round(self):
        self.low.llama_memory_clear(self.low.llama_get_memory(self.context), True)
        start = time.process_time()
        self.take(self.tokens[:PREFILL])
        middle = time.process_time()
        for token in self.tokens[PREFILL:PREFILL + DECODE]:
            self.take([token])
        return PREFILL / (middle - start), DECODE / (time.process_time() - middle)


def write_random(path):
    """SmolLM-135M's shape (tied embeddings, GQA 9:3) with random weights."""
    import gguf
    import numpy as np
    vocabulary, dim, layers, heads, kv, head, ffn = 49152, 576, 30, 9, 3, 64, 1536
    random = np.random.default_rng(1)
    w = gguf.GGUFWriter(str(path), "llama")
    for add, value in [(w.add_name, "random 135M"), (w.add_context_length, 2048), (w.add_embedding_length, dim), (w.add_block_count, layers),
                       (w.add_feed_forward_length, ffn), (w.add_head_count, heads), (w.add_head_count_kv, kv), (w.add_layer_norm_rms_eps, 1e-5),
                       (w.add_rope_freq_base, 1e4), (w.add_rope_dimension_count, head), (w.add_vocab_size, vocabulary), (w.add_file_type, 7)]:
        add(value)
    w.add_tokenizer_model("llama")
    pieces = [b"<unk>", b"<s>", b"</s>"] + [f"<0x{i:02X}>".encode() for i in range(256)]
    w.add_token_list(pieces + [b"t%d" % i for i in range(vocabulary - len(pieces))])
    w.add_token_scores([0.0] * vocabulary)
    w.add_token_types([2, 3, 3] + [6] * 256 + [1] * (vocabulary - len(pieces)))
    w.add_bos_token_id(1), w.add_eos_token_id(2), w.add_unk_token_id(0)

    def matrix(name, rows, cols):
        values = random.integers(-127, 128, size=(rows, cols // 32, 32), dtype=np.int8).view(np.uint8)
        scale = np.full((rows, cols // 32, 1), 1 / (73 * cols ** 0.5), dtype=np.float16).view(np.uint8)
        w.add_tensor(name + ".weight", np.concatenate([scale, values], axis=2).reshape(rows, cols // 32 * 34), raw_dtype=gguf.GGMLQuantizationType.Q8_0)

    matrix("token_embd", vocabulary, dim)
    w.add_tensor("output_norm.weight", np.ones(dim, np.float32))
    for i in range(layers):
        for name in "attn_norm", "ffn_norm":
            w.add_tensor(f"blk.{i}.{name}.weight", np.ones(dim, np.float32))
        for name, rows, cols in [("attn_q", heads * head, dim), ("attn_k", kv * head, dim), ("attn_v", kv * head, dim), ("attn_output", dim, heads * head),
                                 ("ffn_gate", ffn, dim), ("ffn_up", ffn, dim), ("ffn_down", dim, ffn)]:
            matrix(f"blk.{i}.{name}", rows, cols)
    w.write_header_to_file(), w.write_kv_data_to_file(), w.write_tensors_to_file(), w.close()


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("file", help="llama GGUF")
    p.add_argument("--bench", required=True, help="the program bench_llm")
    p.add_argument("--rounds", type=int, default=7)
    p.add_argument("--batch", type=int, default=8, help="tokens that share one pass over the weights in sotto")
    p.add_argument("--kinds", default="i8,f16", help="K/V kinds of sotto")
    p.add_argument("--random", action="store_true", help="write a 135 M file of random weights to FILE first")
    a = p.parse_args()
    if a.random:
        write_random(a.file)
    ours = [Sotto(a.bench, a.file, kind, a.batch) for kind in a.kinds.split(",")]
    peers = [Peer(a.file, flash) for flash in (False, True)]
    rates = {x.name: [] for x in ours + peers}
    for x in ours + peers:
        x.round()
    for _ in range(a.rounds):
        for x in ours + peers:
            rates[x.name].append(x.round())
    median = statistics.median
    for name, rows in rates.items():
        print(f"{name:32} prefill {median(r[0] for r in rows):8.0f}  decode {median(r[1] for r in rows):8.0f} tok/s")
    best = [[max(rates[p.name][i][which] for p in peers) for i in range(a.rounds)] for which in (0, 1)]
    for x in ours:
        ratio = [median(r[which] / b for r, b in zip(rates[x.name], best[which])) for which in (0, 1)]
        print(f"{x.name} over the faster llama.cpp: prefill {ratio[0]:.2f}x, decode {ratio[1]:.2f}x")


if __name__ == "__main__":
    main()
