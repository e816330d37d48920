"""Writes a checkpoint as asr.gguf: int8 rows with scales and row sums, the rest float32 (names: runtime/README.md, section asr).

    python asr_export.py --checkpoint DIR/last.pt --lexicon DIR/lexicon.npz --lm DIR/wordlm.npz --out models/packs/nano/asr.gguf
"""
import argparse
import pathlib

import gguf
import numpy as np
import torch

import asr_eval
import asr_mel
import asr_phones
from asr_model import Linear, quantize_rows

LICENCE = "Weights: Apache-2.0 project weights; data and licences in asr.md"


def add_linear(writer, name, layer):
    if getattr(writer, "keep_float", False):  # --float: to measure what int8 costs
        add_floats(writer, f"{name}.weight", layer.weight)
        add_floats(writer, f"{name}.bias", layer.bias)
        return
    q, scale = quantize_rows(layer.weight.detach().float())
    q = q.to(torch.int8).numpy()
    writer.add_tensor(f"{name}.weight", q)
    writer.add_tensor(f"{name}.scale", scale.numpy().astype(np.float32))
    writer.add_tensor(f"{name}.rowsum", q.sum(axis=1, dtype=np.int32))
    writer.add_tensor(f"{name}.bias", layer.bias.detach().float().numpy())


def add_floats(writer, name, value):
    writer.add_tensor(name, np.ascontiguousarray(value.detach().float().numpy()))


def add_norm(writer, name, layer):
    add_floats(writer, f"{name}.weight", layer.weight)
    add_floats(writer, f"{name}.bias", layer.bias)


def add_subsample(writer, sub):
    convs = [("sub.conv", sub.conv)] + [(f"sub.depth.{i}", d) for i, d in enumerate(sub.depth)]
    for name, conv in convs:  # [channels, 1, 3, 3] -> [9 taps x channels]
        add_floats(writer, f"{name}.weight", conv.weight.flatten(1).T)
        add_floats(writer, f"{name}.bias", conv.bias)
    for i, point in enumerate(sub.point):
        add_linear(writer, f"sub.point.{i}", point)
    add_linear(writer, "sub.out", sub.out)


def add_block(writer, name, block):
    for part in ("ff1", "ff2"):
        feed = getattr(block, part)
        add_norm(writer, f"{name}.{part}.norm", feed.norm)
        add_linear(writer, f"{name}.{part}.up", feed.up)
        add_linear(writer, f"{name}.{part}.down", feed.down)
    add_norm(writer, f"{name}.att.norm", block.att.norm)
    add_linear(writer, f"{name}.att.qkv", block.att.qkv)
    add_linear(writer, f"{name}.att.out", block.att.out)
    add_norm(writer, f"{name}.conv.norm", block.conv.norm)
    add_linear(writer, f"{name}.conv.up", block.conv.up)
    add_floats(writer, f"{name}.conv.depth.weight", block.conv.depth)
    add_floats(writer, f"{name}.conv.depth.bias", block.conv.depth_bias)
    add_norm(writer, f"{name}.conv.mid", block.conv.mid)
    add_linear(writer, f"{name}.conv.down", block.conv.down)
    add_norm(writer, f"{name}.norm", block.norm)


def write(path, model, mean, istd, version, name="nano", lexicon=None, lm=None, keep_float=False):
    """The whole file. model: a Recognizer; mean, istd: [bands] tensors; lexicon, lm: the arrays of asr_wordlm.py's files,
    lm also with `weight` and `bonus`; keep_float: linear layers as they were trained, to measure what int8 costs."""
    c = model.config
    writer = gguf.GGUFWriter(str(path), "sotto-asr")
    writer.keep_float = keep_float
    writer.add_custom_alignment(64)
    writer.add_name(name)
    writer.add_version(version)
    writer.add_license(LICENCE)
    for key, value in (("sample_rate", asr_mel.RATE), ("n_fft", asr_mel.NFFT), ("win", asr_mel.WIN), ("hop", asr_mel.HOP), ("bands", c.bands)):
        writer.add_uint32(f"sotto.mel.{key}", value)
    for key, value in (("fmin", asr_mel.FMIN), ("fmax", asr_mel.FMAX), ("floor", asr_mel.FLOOR)):
        writer.add_float32(f"sotto.mel.{key}", value)
    for key in ("channels", "dim", "heads", "ff", "blocks", "kernel", "classes", "split", "chunk", "left"):
        writer.add_uint32(f"sotto.asr.{key}", getattr(c, key))
    writer.add_float32("sotto.asr.theta", c.theta)
    writer.add_float32("sotto.asr.blank", getattr(model, "blank_taken", 0.0))
    writer.add_array("sotto.asr.phones", asr_phones.CLASSES[:c.classes])
    add_floats(writer, "mel.mean", mean)
    add_floats(writer, "mel.istd", istd)
    add_subsample(writer, model.sub)
    for i, block in enumerate(model.blocks):
        add_block(writer, f"blk.{i}", block)
    add_linear(writer, "head", model.head)
    if lexicon is not None:
        add_words(writer, lexicon, lm)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def add_words(writer, lexicon, lm):
    """What the beam search knows: the lexicon (asr_lexicon.py) and the word model (asr_wordlm.py)."""
    writer.add_uint32("sotto.asr.words", int(lexicon["words"]))
    writer.add_uint32("sotto.asr.lm.order", int(lm["order"]))
    writer.add_float32("sotto.asr.lm.weight", float(lm["weight"]))
    writer.add_float32("sotto.asr.lm.bonus", float(lm["bonus"]))
    writer.add_tensor("lex.node", lexicon["node"].view(np.int32))
    writer.add_tensor("lex.text", lexicon["text"].view(np.int8))
    writer.add_tensor("lex.block", lexicon["block"].view(np.int32))
    writer.add_tensor("lm.unigram", lm["unigram"].view(np.int8))
    writer.add_tensor("lm.slot", lm["slot"].view(np.int8))


def rescore(model, blank, prior):
    """Scores for the search instead of posteriors: the blank's less `blank`, the phones' less `prior` [classes]; in the head's bias."""
    with torch.no_grad():
        bias = model.head.bias.view(model.config.split, -1)
        bias[:, 0] -= blank
        model.blank_taken = blank
        if prior is not None:
            bias[:, 1:] -= torch.from_numpy(prior[1:])


def macs_per_second(model):
    """Multiply-accumulates of one second of speech: linear layers, convolutions, attention over chunk + left context."""
    c, rate = model.config, 12.5
    point = c.channels * c.channels * (c.bands // 4 * 25 + c.bands // 8 * rate)
    convs = 9 * c.channels * (c.bands // 2 * 50 + c.bands // 4 * 25 + c.bands // 8 * rate)
    rest = sum(m.weight.numel() for name, m in model.named_modules() if isinstance(m, Linear) and ".point." not in name and name != "aid") * rate
    return point + convs + rest + c.blocks * rate * (2 * c.dim * (c.chunk + c.left) + c.kernel * c.dim)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--version", default="1")
    parser.add_argument("--lexicon", type=pathlib.Path, required=True, help="lexicon.npz of asr_wordlm.py")
    parser.add_argument("--lm", type=pathlib.Path, required=True, help="wordlm.npz of the same run")
    parser.add_argument("--lm-weight", type=float, default=1.0, help="of ln p in the beam search")
    parser.add_argument("--lm-bonus", type=float, default=0.0, help="natural logarithm, for each word")
    parser.add_argument("--blank", type=float, default=0.0, help="taken from the score of the blank, natural logarithm")
    parser.add_argument("--prior", type=pathlib.Path, help="ln of each class's share of the frames (asr_prior.py)")
    parser.add_argument("--prior-scale", type=float, default=0.0, help="of it, taken from the scores of the phones (Miao et al. 2015)")
    parser.add_argument("--chunk", type=int, help="encoder frames that see each other, when not as in the checkpoint")
    parser.add_argument("--float", action="store_true", help="float32 linear layers: not a product, the reference of the int8 file")
    args = parser.parse_args()
    model, saved = asr_eval.load_checkpoint(args.checkpoint)
    if args.chunk:
        model.config.chunk = args.chunk
    rescore(model, args.blank, args.prior_scale * np.load(args.prior) if args.prior else None)
    lm = dict(np.load(args.lm), weight=args.lm_weight, bonus=args.lm_bonus)
    write(args.out, model, saved["mean"], saved["istd"], args.version, lexicon=dict(np.load(args.lexicon)), lm=lm, keep_float=args.float)
    print(f"{args.out}: {args.out.stat().st_size} bytes, {model.parameters_count()} parameters, {macs_per_second(model) / 1e6:.2f} M multiply-accumulates a second")


if __name__ == "__main__":
    main()
