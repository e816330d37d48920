"""Golden vectors of the recogniser: a tiny random Conformer with every kind of layer and the words of golden_lexicon.py.

    python golden_asr.py --out ../../tests/golden      -> asr_tiny.gguf (model), asr_tiny_out.gguf (its outputs)
"""
import argparse
import math
import pathlib

import gguf
import numpy as np
import torch

import asr_export
import asr_mel
import asr_phones
import golden_lexicon
from asr_model import Config, Recognizer, chunk_mask, rope

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
    config = Config(bands=16, channels=4, dim=16, heads=2, ff=24, blocks=2, kernel=3, classes=len(asr_phones.CLASSES), split=2, chunk=4, left=6, theta=100.0)
    model = Recognizer(config).eval()
    for name, p in model.named_parameters():
        if p.dim() == 1:  # norms and biases that matter
            p.data = 0.3 * torch.randn_like(p) + (1.0 if "norm.weight" in name or "mid.weight" in name else 0.0)
        else:
            p.data = p.data * 1.5
    mean, istd = torch.randn(16) - 5, torch.rand(16) * 0.4 + 0.2
    lexicon, lm, _ = golden_lexicon.small()
    asr_export.write(out / "asr_tiny.gguf", model, mean, istd, "golden", "tiny", lexicon, lm)
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
        golden["log_p"] = torch.log_softmax(model.head(x).unflatten(-1, (config.split, -1)), -1)[0].flatten(0, 1).numpy()
    save(out / "asr_tiny_out.gguf", golden)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent / "../../tests/golden")
    parser.add_argument("--seed", type=int, default=3)
    args = parser.parse_args()
    torch.set_num_threads(1)
    tiny(args.out, args.seed)


if __name__ == "__main__":
    main()
