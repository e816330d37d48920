"""Golden vectors of the recogniser: a tiny random Conformer with every kind of layer, and CTC searches done in float64.

    python golden_asr.py --out ../../tests/golden      -> asr_tiny.gguf (model), asr_tiny_out.gguf (its outputs), asr_ctc.gguf (searches)
"""
import argparse
import math
import pathlib

import gguf
import numpy as np
import torch

import asr_export
import asr_lm
import asr_mel
from asr_model import Config, Recognizer, chunk_mask, rope

PIECES = ["<blank>", "▁", "a", "b", "▁a", "▁b", "c", "▁c", "ab", "▁ab", "d", "'"]
CHOICES, HOPELESS, NEVER = 12, 9.0, -1e30  # as in models/asr/ctc.c


def save(path, tensors):
    writer = gguf.GGUFWriter(str(path), "golden")
    for name, value in tensors.items():
        writer.add_tensor(name, np.ascontiguousarray(value))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def tiny(out, seed):
    """Outputs of each part for 75 frames of sound, which the end of the input makes 88 (11 encoder frames: the last chunk is not full)."""
    torch.manual_seed(seed)
    config = Config(bands=16, channels=4, dim=16, heads=2, ff=24, blocks=2, kernel=3, vocab=len(PIECES), chunk=4, left=6, theta=100.0)
    model = Recognizer(config).eval()
    for name, p in model.named_parameters():
        if p.dim() == 1:  # norms and biases that matter
            p.data = 0.3 * torch.randn_like(p) + (1.0 if "norm.weight" in name or "mid.weight" in name else 0.0)
        else:
            p.data = p.data * 1.5
    mean, istd = torch.randn(16) - 5, torch.rand(16) * 0.4 + 0.2
    asr_export.write(out / "asr_tiny.gguf", model, mean, istd, PIECES, "golden", "tiny")
    mel = torch.randn(88, 16) * 3 - 5
    mel[75:] = math.log(asr_mel.FLOOR)
    model.set_int8(True)
    golden = {"mel": mel[:75].numpy()}
    with torch.no_grad():
        x = model.sub(((mel - mean) * istd)[None])
        golden["sub"] = x[0].numpy()
        mask, rotation = chunk_mask(11, config.chunk, config.left, "cpu"), rope(11, 8, config.theta, "cpu")
        for i, block in enumerate(model.blocks):
            x = block(x, mask, rotation)
            golden[f"blk.{i}"] = x[0].numpy()
        golden["log_p"] = torch.log_softmax(model.head(x), -1)[0].numpy()
    save(out / "asr_tiny_out.gguf", golden)


def best_path(log_p):
    ids = log_p.argmax(axis=1)
    return [int(i) for at, i in enumerate(ids) if i != 0 and (at == 0 or i != ids[at - 1])]


class Backoff:
    """A small token model kept as a dict, with the rounding of its table."""
    order, weight, bonus = 3, 0.7, 0.4

    def __init__(self, vocab, rng):
        self.unigram = np.log(rng.dirichlet(np.ones(vocab))).astype(np.float32)
        self.gram = {(0,): (1.0, 0.8)}
        for _ in range(60):
            gram = tuple(int(i) for i in rng.integers(1, vocab, int(rng.integers(1, 4))))
            gram = (0,) + gram[1:] if len(gram) > 1 and rng.random() < 0.3 else gram
            self.gram[gram] = (float(rng.uniform(0.01, 1)), float(rng.uniform(0.1, 1.5)))

    def score(self, prefix, w):
        context, back = ((0,) + prefix)[1 - self.order:], 0.0
        while context:
            if context + (w,) in self.gram:
                return back + round(16 * math.log(self.gram[context + (w,)][0])) / 16
            if context in self.gram:
                back += round(16 * math.log(self.gram[context][1])) / 16
            context = context[1:]
        return back + float(self.unigram[w])

    def prior(self, prefix, w):
        return self.weight * self.score(prefix, w) + self.bonus


def beam_search(log_p, beam, lm=None):
    """Prefix beam search (Hannun et al. 2014): {prefix: (blank, label)} in float64."""
    paths = {(): (0.0, NEVER)}
    for row in log_p:
        order = sorted(range(1, len(row)), key=lambda i: -row[i])[:CHOICES]
        order = [i for i in order if row[i] >= max(row[0], row[order[0]]) - HOPELESS]
        new = {}
        def add(prefix, blank, label):
            b, l = new.get(prefix, (NEVER, NEVER))
            new[prefix] = (np.logaddexp(b, blank), np.logaddexp(l, label))
        for prefix, (blank, label) in paths.items():
            both = np.logaddexp(blank, label)
            add(prefix, both + row[0], label + row[prefix[-1]] if prefix else NEVER)
            for i in order:
                add(prefix + (i,), NEVER, (blank if prefix and prefix[-1] == i else both) + row[i] + (lm.prior(prefix, i) if lm else 0))
        paths = dict(sorted(new.items(), key=lambda kv: -np.logaddexp(*kv[1]))[:beam])
    return list(max(paths, key=lambda p: np.logaddexp(*paths[p])))


def searches(out, seed):
    """Peaky random scores of many lengths; beams of 1, 4 and 8."""
    rng = np.random.default_rng(seed)
    lm = Backoff(13, rng)
    golden = {"lm.slots": asr_lm.table(lm.gram, 128).view(np.int32), "lm.unigram": lm.unigram,
              "lm.numbers": np.array([lm.order, lm.weight, lm.bonus], np.float32)}
    for case in range(24):
        frames, vocab = int(rng.integers(1, 40)), int(rng.integers(2, 14))
        score = rng.standard_normal((frames, vocab)) * rng.uniform(0.5, 4)
        score[:, 0] += rng.uniform(0, 3)
        score = score.astype(np.float32)
        log_p = score.astype(np.float64) - np.logaddexp.reduce(score.astype(np.float64), axis=1, keepdims=True)
        golden[f"{case}.score"] = score
        for beam, ids in ((1, best_path(log_p)), (4, beam_search(log_p, 4)), (8, beam_search(log_p, 8))):
            golden[f"{case}.beam{beam}"] = np.array([len(ids)] + ids, np.int32)
        ids = beam_search(log_p, 6, lm)
        golden[f"{case}.lm6"] = np.array([len(ids)] + ids, np.int32)
    save(out / "asr_ctc.gguf", golden)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent / "../../tests/golden")
    parser.add_argument("--seed", type=int, default=3)
    args = parser.parse_args()
    torch.set_num_threads(1)
    tiny(args.out, args.seed)
    searches(args.out, args.seed)


if __name__ == "__main__":
    main()
