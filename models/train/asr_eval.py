"""Phone error rate (greedy) of a checkpoint on the clean dev shards, in float and as the int8 arithmetic of the C computes it.

    python asr_eval.py --work DIR [--checkpoint DIR/last.pt] [--int8]
"""
import argparse
import pathlib

import numpy as np
import torch

import asr_mel
import asr_phones
from asr_model import Config, Recognizer, chunk_mask
from g2p_score import distance


def greedy(ids):
    """CTC's best path: repeats joined, blanks dropped."""
    return [i for at, i in enumerate(ids) if i != 0 and (at == 0 or i != ids[at - 1])]


def load_dev(folder, name):
    data = np.fromfile(folder / f"{name}.bin", np.uint8).reshape(-1, asr_mel.BANDS)
    for line in (folder / f"{name}.tsv").read_text().splitlines():
        first, frames, _, text = line.split("\t")
        yield data[int(first):int(first) + int(frames)], text


def scores(model, mel_bytes, mean, istd):
    """Log-probabilities [CTC frames, classes] of one utterance, silence added as asr_finish does."""
    c = model.config
    frames = ((len(mel_bytes) + 7) // 8 + 1) * 8
    mel = np.full((1, frames, asr_mel.BANDS), 1, np.uint8)
    mel[0, :len(mel_bytes)] = mel_bytes
    with torch.no_grad():
        x = (torch.from_numpy(mel).float() / asr_mel.BYTE_STEP + asr_mel.BYTE_LOW - mean) * istd
        logits, _ = model(x, chunk_mask(frames // 8, c.chunk, c.left, "cpu"))
    return torch.log_softmax(logits[0], -1)


def dev_per(model, folder, name, mean, istd, limit=None, show=False):
    was = model.training
    model.eval()
    wrong = total = 0
    for at, (mel, text) in enumerate(load_dev(folder, name)):
        if limit is not None and at >= limit:
            break
        said = asr_phones.spell(text)
        if said is None:
            continue
        heard = greedy(scores(model, mel, mean, istd).argmax(-1).tolist())
        wrong += distance(heard, said)
        total += len(said)
        if show:
            print(f"  {text} | " + " ".join(asr_phones.CLASSES[i] for i in heard))
    model.train(was)
    return wrong / total


def load_checkpoint(path, which="average"):
    saved = torch.load(path, map_location="cpu", weights_only=False)
    model = Recognizer(Config(**saved["config"]))
    model.load_state_dict(saved[which])
    return model.eval(), saved


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--checkpoint", type=pathlib.Path)
    parser.add_argument("--int8", action="store_true", help="simulate the int8 arithmetic")
    parser.add_argument("--sets", nargs="*", default=["speechocean", "libri", "voices", "questions"])
    parser.add_argument("--limit", type=int)
    parser.add_argument("--show", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(1)
    model, saved = load_checkpoint(args.checkpoint or args.work / "last.pt")
    model.set_int8(args.int8)
    print(f"step {saved['step']}, {saved['spent'] / 60:.1f} min")
    for name in args.sets:
        per = dev_per(model, args.work / "dev", name, saved["mean"], saved["istd"], args.limit, args.show)
        print(f"{name}: PER {100 * per:.2f} %")


if __name__ == "__main__":
    main()
