"""Golden vectors of adapters (LoRA, Hu et al. 2021) on the random model of golden_llama.py.

What: tests/golden/lora_all.gguf adapts all seven matrices of both layers (rank 4, F16, alpha 8) and names its base, llama_f32.gguf;
lora_some.gguf adapts q and v of layer 1 alone (rank 3, A in Q8_0, B in F32) and has neither alpha nor base, as a public file may.  With each: logits of the prompt and
the greedy continuation as PyTorch computes them from the base with W + alpha/rank * B A in the place of W, all as stored.
Why: public adapter files must load unchanged; transformers and llama.cpp are the independent authors of the numbers.

Run: python models/train/golden_lora.py [--check]            (after golden_llama.py; --check asks llama-cpp-python too)
"""
import argparse
import pathlib
import zlib

import gguf
import numpy as np
import torch

import golden_llama as base

ROWS = {"attn_q": base.D, "attn_k": base.D // base.HEADS * base.KV, "attn_v": base.D // base.HEADS * base.KV, "attn_output": base.D, "ffn_gate": base.FFN,
        "ffn_up": base.FFN, "ffn_down": base.D}
COLS = {name: base.FFN if name == "ffn_down" else base.D for name in ROWS}
FILES = {"all": ([(i, n) for i in range(base.LAYERS) for n in ROWS], 4, 8.0, "F16", "F16", True),
         "some": ([(1, "attn_q"), (1, "attn_v")], 3, None, "Q8_0", "F32", False)}


def weights_crc32(path):
    """What sotto.adapter.base_crc32 holds: CRC-32 of all bytes behind the tensor list."""
    reader = gguf.GGUFReader(path)
    return zlib.crc32(pathlib.Path(path).read_bytes()[reader.data_offset:])


def write(path, pairs, alpha, crc):
    """pairs {(layer, name): (a, type, b, type)}; returns them as stored."""
    w, stored = gguf.GGUFWriter(path, "llama"), {}
    w.add_type("adapter")
    w.add_string("adapter.type", "lora")
    w.add_name("golden " + path.stem)
    if alpha is not None:
        w.add_float32("adapter.lora.alpha", alpha)
    if crc is not None:
        w.add_uint32("sotto.adapter.base_crc32", crc)
    for (layer, name), (a, a_type, b, b_type) in pairs.items():
        for half, x, kind in (("a", a, a_type), ("b", b, b_type)):
            kind = gguf.GGMLQuantizationType[kind]
            q = gguf.quants.quantize(np.ascontiguousarray(x), kind)
            stored[layer, name, half] = gguf.quants.dequantize(q, kind).reshape(x.shape).astype(np.float32)
            w.add_tensor(f"blk.{layer}.{name}.weight.lora_{half}", q, raw_dtype=kind)
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()
    return stored


def merged(model, stored, rank, alpha):
    """The base's state with the adapter added to its matrices."""
    state = {k: v.clone() for k, v in model.state_dict().items()}
    for name, source, heads in base.tensor_names():
        if not name.startswith("blk."):
            continue
        layer, part = int(name.split(".")[1]), name.split(".")[2]
        if (layer, part, "a") not in stored:
            continue
        delta = (alpha / rank if alpha else 1.0) * stored[layer, part, "b"] @ stored[layer, part, "a"]
        state[source] += torch.from_numpy(base.halves(delta, heads) if heads else delta)
    return state


def check(model_path, path, ids, want, tokens):
    import llm_llamacpp
    model = llm_llamacpp.open_model(model_path, base.CONTEXT, path)
    return np.abs(llm_llamacpp.logits(model, ids) - want).max(), llm_llamacpp.greedy(model, ids, len(tokens)) == tokens


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--out", type=pathlib.Path, default=pathlib.Path("tests/golden"))
    ap.add_argument("--seed", type=int, default=5, help="that of golden_llama.py")
    ap.add_argument("--check", action="store_true", help="compare with llama-cpp-python")
    args = ap.parse_args()
    torch.set_num_threads(1)
    vocab, r = len(base.vocabulary()[0]), np.random.RandomState(7)
    model, model_path = base.make_model(vocab, args.seed), args.out / "llama_f32.gguf"
    ids = [int(x) for x in (args.out / "llama_prompt.txt").read_text().split()]
    for kind, (places, rank, alpha, a_type, b_type, named) in FILES.items():
        path = args.out / f"lora_{kind}.gguf"
        pairs = {(i, n): (r.randn(rank, COLS[n]).astype(np.float32) * 0.2, a_type, r.randn(ROWS[n], rank).astype(np.float32) * 0.15, b_type) for i, n in places}
        stored = write(path, pairs, alpha, weights_crc32(model_path) if named else None)
        tuned = base.make_model(vocab, args.seed)
        tuned.load_state_dict(merged(model, stored, rank, alpha))
        with torch.no_grad():
            logits = tuned(torch.tensor([ids])).logits[0].numpy().astype("<f4")
            plain = model(torch.tensor([ids])).logits[0].numpy()
        logits.tofile(args.out / f"lora_{kind}_logits.f32")
        tokens = base.greedy(tuned, ids, base.GREEDY)
        (args.out / f"lora_{kind}_greedy.txt").write_text(" ".join(map(str, tokens)) + "\n")
        print(kind, path.stat().st_size, "bytes; logit rms %.3f, moved by the adapter %.3f" % (logits.std(), (logits - plain).std()))
        if args.check:
            print("  llama.cpp: largest logit difference %.2e, greedy equal %s" % check(model_path, path, ids, logits, tokens))


if __name__ == "__main__":
    main()
