"""Golden vectors of the Llama decoder: a tiny random GQA model made by `transformers`, written as GGUF.

What: `tests/golden/llama_{f32,f16,q8_0,q4_0}.gguf` (same weights, four types) with, for each, the logits of a fixed
token row and the greedy continuation as PyTorch computes them from the *stored* (dequantised) weights; and vectors of
layer 0 (RMSNorm, attention, SwiGLU, RoPE) for the F32 file.  Shapes are listed in tests/golden/llama_README.txt.
Why: any public Llama GGUF must load unchanged; transformers is the independent author of the numbers.

The rotary halves of Hugging Face are re-ordered to the interleaved pairs of GGUF's `llama` architecture:
row (h, 2 i + s) of the GGUF matrix is row (h, s * head_dim / 2 + i) of the transformers one.

Run: python models/train/golden_llama.py            (writes tests/golden; --check also compares with llama-cpp-python)
"""
import argparse
import pathlib

import gguf
import numpy as np
import torch
from transformers import LlamaConfig, LlamaForCausalLM

CONTROLS = ["<|user|>", "<|call|>", "<|result|>", "<|say|>", "<|end|>"]
PIECES = ["th", "he", "in", "er", "an", "re", "on", "at", "\u2581t", "\u2581th", "\u2581the", "\u2581a", "ing", "\u2581s", "ou"]
D, LAYERS, HEADS, KV, FFN, CONTEXT, PROMPT, GREEDY = 32, 2, 4, 2, 32, 256, 24, 24
TYPES = {"f32": gguf.GGMLQuantizationType.F32, "f16": gguf.GGMLQuantizationType.F16,
         "q8_0": gguf.GGMLQuantizationType.Q8_0, "q4_0": gguf.GGMLQuantizationType.Q4_0}


def vocabulary():
    """64 SPM pieces: 3 specials, 5 turn controls, 41 characters, 15 merges (scores: the earlier, the better)."""
    t = gguf.TokenType
    chars = ["\u2581"] + list("abcdefghijklmnopqrstuvwxyz'0123456789.,?")
    tokens = ["<unk>", "<s>", "</s>"] + CONTROLS + PIECES + chars
    types = [t.UNKNOWN, t.CONTROL, t.CONTROL] + [t.CONTROL] * 5 + [t.NORMAL] * (len(tokens) - 8)
    scores = [0.0] * 8 + [-float(i) for i in range(len(tokens) - 8)]
    return tokens, [int(x) for x in types], scores


def interleave(w, heads):
    """HF rows (heads, 2, half) to GGUF rows (heads, half, 2)."""
    return w.reshape(heads, 2, w.shape[0] // heads // 2, *w.shape[1:]).swapaxes(1, 2).reshape(w.shape)


def halves(w, heads):
    """The inverse of `interleave`."""
    return w.reshape(heads, w.shape[0] // heads // 2, 2, *w.shape[1:]).swapaxes(1, 2).reshape(w.shape)


def make_model(vocab, seed):
    torch.manual_seed(seed)
    config = LlamaConfig(vocab_size=vocab, hidden_size=D, intermediate_size=FFN, num_hidden_layers=LAYERS,
                         num_attention_heads=HEADS, num_key_value_heads=KV, max_position_embeddings=CONTEXT,
                         rms_norm_eps=1e-5, tie_word_embeddings=False, attn_implementation="eager")
    config.rope_parameters = {"rope_type": "default", "rope_theta": 10000.0}
    model = LlamaForCausalLM(config).float().eval()
    with torch.no_grad():
        for name, p in model.named_parameters():
            p.copy_(1 + 0.2 * torch.randn_like(p) if p.dim() == 1 else torch.randn_like(p) * (1.0 if "embed" in name else 0.2))
    return model


def tensor_names():
    """(GGUF name, transformers name, heads to re-order or 0) of every tensor."""
    rows = [("token_embd.weight", "model.embed_tokens.weight", 0), ("output_norm.weight", "model.norm.weight", 0),
            ("output.weight", "lm_head.weight", 0)]
    layer = [("attn_norm", "input_layernorm", 0), ("attn_q", "self_attn.q_proj", HEADS), ("attn_k", "self_attn.k_proj", KV),
             ("attn_v", "self_attn.v_proj", 0), ("attn_output", "self_attn.o_proj", 0),
             ("ffn_norm", "post_attention_layernorm", 0), ("ffn_gate", "mlp.gate_proj", 0), ("ffn_up", "mlp.up_proj", 0),
             ("ffn_down", "mlp.down_proj", 0)]
    for i in range(LAYERS):
        rows += [(f"blk.{i}.{g}.weight", f"model.layers.{i}.{h}.weight", n) for g, h, n in layer]
    return rows


def write_gguf(path, model, kind):
    """Write the file; return a state dict of the weights as stored, in transformers' order."""
    tokens, types, scores = vocabulary()
    w = gguf.GGUFWriter(path, "llama")
    w.add_name("golden " + kind)
    w.add_string("general.version", "golden-1")
    w.add_license("Apache-2.0")
    w.add_custom_alignment(64)
    w.add_context_length(CONTEXT)
    w.add_embedding_length(D)
    w.add_block_count(LAYERS)
    w.add_feed_forward_length(FFN)
    w.add_head_count(HEADS)
    w.add_head_count_kv(KV)
    w.add_rope_dimension_count(D // HEADS)
    w.add_rope_freq_base(10000.0)
    w.add_layer_norm_rms_eps(1e-5)
    w.add_vocab_size(len(tokens))
    w.add_tokenizer_model("llama")
    w.add_token_list(tokens)
    w.add_token_scores(scores)
    w.add_token_types(types)
    w.add_bos_token_id(1)
    w.add_eos_token_id(7)
    w.add_unk_token_id(0)
    w.add_add_bos_token(False)
    w.add_add_space_prefix(True)
    state, stored = model.state_dict(), {}
    for name, source, heads in tensor_names():
        x = state[source].numpy()
        x = interleave(x, heads) if heads else x
        qtype = TYPES[kind] if x.ndim == 2 else TYPES["f32"]
        q = gguf.quants.quantize(np.ascontiguousarray(x), qtype)
        back = gguf.quants.dequantize(q, qtype).reshape(x.shape).astype(np.float32)
        stored[source] = torch.from_numpy(halves(back, heads) if heads else back)
        w.add_tensor(name, q, raw_dtype=qtype)
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()
    return stored


@torch.no_grad()
def greedy(model, ids, n):
    row = list(ids)
    for _ in range(n):
        row.append(int(model(torch.tensor([row])).logits[0, -1].argmax()))
    return row[len(ids):]


@torch.no_grad()
def layer_vectors(model, ids):
    """Layer 0: inputs and outputs of each block, and q before and after RoPE in the interleaved order."""
    out, layer = {}, model.model.layers[0]

    def keep(name):
        def hook(_m, args, kwargs, y):
            x = args[0] if args else kwargs["hidden_states"]
            out[name + "_in"], out[name + "_out"] = x[0].clone(), (y[0] if isinstance(y, tuple) else y)[0].clone()
        return hook
    parts = {"norm": layer.input_layernorm, "attn": layer.self_attn, "ffn": layer.mlp}
    hooks = [m.register_forward_hook(keep(k), with_kwargs=True) for k, m in parts.items()]
    model(torch.tensor([ids]))
    for h in hooks:
        h.remove()
    hd = D // HEADS
    q = layer.self_attn.q_proj(out["attn_in"]).view(len(ids), HEADS, 2, hd // 2)
    angle = torch.arange(len(ids)).double()[:, None] * 10000.0 ** (-torch.arange(0, hd, 2).double() / hd)
    c, s = angle.cos().float()[:, None], angle.sin().float()[:, None]
    a, b = q[:, :, 0], q[:, :, 1]
    out["rope_in"] = q.transpose(2, 3).reshape(len(ids), D)
    out["rope_out"] = torch.stack([a * c - b * s, a * s + b * c], -1).reshape(len(ids), D)
    return out


def check(path, ids, want, tokens):
    """Compare with llama.cpp; returns the largest logit difference and whether the greedy tokens agree."""
    import llm_llamacpp
    model = llm_llamacpp.open_model(path, CONTEXT)
    diff = np.abs(llm_llamacpp.logits(model, ids) - want).max()
    return diff, llm_llamacpp.greedy(model, ids, len(tokens)) == tokens


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--out", type=pathlib.Path, default=pathlib.Path("tests/golden"))
    ap.add_argument("--seed", type=int, default=5)
    ap.add_argument("--check", action="store_true", help="compare with llama-cpp-python")
    args = ap.parse_args()
    torch.set_num_threads(1)
    vocab = len(vocabulary()[0])
    model = make_model(vocab, args.seed)
    ids = np.random.RandomState(args.seed).randint(8, vocab, PROMPT).tolist()
    (args.out / "llama_prompt.txt").write_text(" ".join(map(str, ids)) + "\n")
    for kind in TYPES:
        path = args.out / f"llama_{kind}.gguf"
        model.load_state_dict(write_gguf(path, make_model(vocab, args.seed), kind))
        with torch.no_grad():
            logits = model(torch.tensor([ids])).logits[0].numpy().astype("<f4")
        logits.tofile(args.out / f"llama_{kind}_logits.f32")
        tokens = greedy(model, ids, GREEDY)
        (args.out / f"llama_{kind}_greedy.txt").write_text(" ".join(map(str, tokens)) + "\n")
        top = np.sort(logits, 1)
        print(kind, path.stat().st_size, "bytes; logit rms %.3f, least top-2 gap %.3f" % (logits.std(), (top[:, -1] - top[:,
            -2]).min()))
        if kind == "f32":
            for name, x in layer_vectors(model, ids).items():
                x.numpy().astype("<f4").tofile(args.out / f"llama_l0_{name}.f32")
        if args.check:
            print("  llama.cpp: largest logit difference %.2e, greedy equal %s" % check(path, ids, logits, tokens))


if __name__ == "__main__":
    main()
