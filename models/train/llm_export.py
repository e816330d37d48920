"""Write the trained assistant as GGUF v3: `llama` architecture, Q8_0 matrices, F32 norms, SPM-kind tokenizer in the file.

Keys and tensor names are the public ones, so other GGUF runtimes load the file unchanged; --check asks llama.cpp for the
tokens of the golden strings and for greedy replies, and compares both with ours.

Run: python models/train/llm_export.py --work DIR --out models/packs/nano/llm.gguf [--check] [--golden tests/golden]
"""
import argparse
import pathlib

import gguf
import numpy as np
import torch

import llm_model
import llm_tokenizer as tk

Q8, F32 = gguf.GGMLQuantizationType.Q8_0, gguf.GGMLQuantizationType.F32
TEMPLATE = ("{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}<|user|>{{ m['content'] }}"
            "{% elif m['role'] == 'assistant' %}<|say|>{{ m['content'] }}<|end|>{% endif %}{% endfor %}")
PROMPTS = ["set a timer for five minutes", "what is twelve times thirty", "what time is it in tokyo",
    "turn on the kitchen lights", "hello",
           "can i have a large latte with some whole milk", "how many kilometers is ten miles", "will it rain tomorrow",
           "wake me up at half past six on monday", "lock the front door"]


def load(work, name="last.pt"):
    """(model in eval mode, checkpoint) of a work folder."""
    saved = torch.load(work / name, map_location="cpu")
    model = llm_model.Model(llm_model.Config(**saved["config"]))
    model.load_state_dict(saved["model"])
    return model.eval(), saved


def round_weights(model):
    """Replace each matrix by what Q8_0 stores; the model then computes what the file holds."""
    with torch.no_grad():
        for p in model.parameters():
            if p.dim() == 2:
                q = gguf.quants.quantize(p.numpy(), Q8)
                p.copy_(torch.from_numpy(gguf.quants.dequantize(q, Q8)))
    return model


def add_tokenizer(w, tok):
    w.add_tokenizer_model("llama")
    w.add_token_list(tok.tokens)
    w.add_token_scores(tok.scores)
    w.add_token_types(tok.types)
    w.add_bos_token_id(1)
    w.add_eos_token_id(tk.END)
    w.add_eot_token_id(tk.CALL)  # servers do not show control tokens: they stop at these two, and the runtime asks on
    w.add_uint32("tokenizer.ggml.eom_token_id", tk.RESULT)
    w.add_unk_token_id(0)
    w.add_add_bos_token(True)
    w.add_add_eos_token(False)
    w.add_add_space_prefix(False)
    w.add_chat_template(TEMPLATE)


def write(path, model, tok, version, call_bias=0.0):
    c = model.c
    w = gguf.GGUFWriter(path, "llama")
    w.add_name("Sotto nano assistant")
    w.add_string("general.version", version)
    w.add_license("Apache-2.0")
    w.add_description("Small tool-using voice assistant: user text in, a tool call or a short reply out")
    w.add_custom_alignment(64)
    w.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    w.add_context_length(c.context)
    w.add_embedding_length(c.width)
    w.add_block_count(c.layers)
    w.add_feed_forward_length(c.ffn)
    w.add_head_count(c.heads)
    w.add_head_count_kv(c.kv_heads)
    w.add_rope_dimension_count(c.width // c.heads)
    w.add_rope_freq_base(c.theta)
    w.add_layer_norm_rms_eps(c.eps)
    w.add_vocab_size(c.vocab)
    if call_bias:
        w.add_float32("sotto.llm.call_bias", call_bias)
    add_tokenizer(w, tok)
    for name, p in model.state_dict().items():
        x = p.float().numpy()
        kind = Q8 if x.ndim == 2 else F32
        w.add_tensor(name, gguf.quants.quantize(x, kind), raw_dtype=kind)
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


def check(path, model, tok, cases):
    """Tokens and greedy replies of llama.cpp against ours; returns the counts that agree."""
    import llm_llamacpp
    ll = llm_llamacpp.open_model(path, model.c.context)
    same = sum(ll.tokenize(c.encode(), add_bos=False, special=True) == tok.encode(c) for c in cases)
    print(f"llama.cpp: tokens of {same} of {len(cases)} strings equal")
    agree, diff = 0, 0.0
    for user in PROMPTS:
        ids = [tk.BOS] + tok.encode(f"<|user|>{user}")
        ours = llm_model.greedy(model, ids, 48, (tk.END, tk.RESULT))
        theirs = llm_llamacpp.greedy(ll, ids, 48, (tk.END, tk.RESULT))
        with torch.no_grad():
            diff = max(diff, float(np.abs(llm_llamacpp.logits(ll, ids) - model(torch.tensor([ids]))[0].numpy()).max()))
        agree += ours == theirs
        print(("  = " if ours == theirs else "  X ") + tok.decode(ids + theirs))
    print(f"llama.cpp: greedy tokens of {agree} of {len(PROMPTS)} prompts equal; largest logit difference {diff:.3f}")


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--work", type=pathlib.Path, required=True)
    ap.add_argument("--out", type=pathlib.Path, default=pathlib.Path("models/packs/nano/llm.gguf"))
    ap.add_argument("--golden", type=pathlib.Path, default=pathlib.Path("tests/golden"))
    ap.add_argument("--version", default="nano-2")
    ap.add_argument("--call-bias", type=float, default=0.0, help="nats added to the call against the reply at the head of an answer")
    ap.add_argument("--check", action="store_true", help="compare with llama-cpp-python")
    args = ap.parse_args()
    torch.set_num_threads(1)
    tok = tk.Tokenizer.load(args.work / "tokenizer.json")
    model, saved = load(args.work)
    write(args.out, model, tok, args.version, args.call_bias)
    print(f"{args.out}: {args.out.stat().st_size} bytes, {saved['done']['tokens']} tokens trained")
    if args.check:
        import golden_llm_tok
        check(args.out, round_weights(model), tok, golden_llm_tok.CASES)


if __name__ == "__main__":
    main()
