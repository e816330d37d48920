"""Writes the voice as GGUF: tts.gguf (acoustic model) and vocoder.gguf, names as in runtime/README.md.

    python models/train/tts_export.py --work DIR --out models/packs/nano [--tts tts] [--vocoder vocoder]
"""
import json
from pathlib import Path

import numpy as np
import torch

import tts_data
import tts_model
import vocoder_model
import vocoder_train
from tts_align import NAMES, QUE, SIL
from tts_int8 import quantise

VERSION = "0.2.0"


class Writer:
    """A GGUF file in the making; tensors are given in the runtime's names."""

    def __init__(self, path, arch, name):
        import gguf
        self.file = gguf.GGUFWriter(str(path), arch)
        self.file.add_custom_alignment(64)
        self.file.add_name(name)
        self.file.add_string("general.version", VERSION)
        self.file.add_license("Apache-2.0")

    def u32(self, key, value):
        self.file.add_uint32(key, int(value))

    def f32(self, key, value):
        self.file.add_float32(key, float(value))

    def plain(self, name, tensor):
        self.file.add_tensor(name, np.ascontiguousarray(tensor.detach().cpu().numpy() if torch.is_tensor(tensor) else tensor, np.float32))

    def linear(self, name, layer):
        q, scale, total = quantise(layer.weight.detach().cpu().numpy())
        for part, data in (("weight", q), ("scale", scale), ("rowsum", total)):
            self.file.add_tensor(f"{name}.{part}", data)
        self.plain(f"{name}.bias", layer.bias)

    def norm(self, name, layer):
        self.plain(f"{name}.weight", layer.weight)
        self.plain(f"{name}.bias", layer.bias)

    def stack(self, key, name, blocks):
        self.u32(f"{key}.blocks", len(blocks))
        self.u32(f"{key}.hidden", blocks[0].up.out_features)
        self.u32(f"{key}.kernel", blocks[0].kernel)
        for i, block in enumerate(blocks):
            self.u32(f"{key}.{i}.ahead", block.ahead)
            self.u32(f"{key}.{i}.dilation", block.dilation)
            self.plain(f"{name}.{i}.depth.weight", block.depth)
            self.plain(f"{name}.{i}.depth.bias", block.depth_bias)
            self.norm(f"{name}.{i}.norm", block.norm)
            self.linear(f"{name}.{i}.up", block.up)
            self.linear(f"{name}.{i}.down", block.down)

    def mel(self, stats, bands=tts_data.BANDS):
        for key, value in (("sample_rate", tts_data.RATE), ("n_fft", tts_data.NFFT), ("win", tts_data.WIN),
                           ("hop", tts_data.HOP), ("bands", bands)):
            self.u32(f"sotto.mel.{key}", value)
        for key, value in (("fmin", tts_data.FMIN), ("fmax", tts_data.FMAX), ("floor", tts_data.FLOOR)):
            self.f32(f"sotto.mel.{key}", value)
        self.plain("mel.mean", stats["mean"])
        self.plain("mel.istd", stats["istd"])

    def close(self):
        self.file.write_header_to_file()
        self.file.write_kv_data_to_file()
        self.file.write_tensors_to_file()
        self.file.close()


def write_vocoder(path, model, stats, name="kathleen vocoder"):
    c = model.config
    out = Writer(path, "sotto-vocoder", name)
    out.mel(stats, c["mel"])
    for key in ("width", "n_fft", "hop", "pulse_bands", "noise_bands"):
        out.u32(f"sotto.vocoder.{key}", c[key])
    out.f32("sotto.vocoder.top", vocoder_model.TOP)
    out.f32("sotto.vocoder.f0.mean", stats["f0_mean"])
    out.f32("sotto.vocoder.f0.istd", stats["f0_istd"])
    out.linear("enter", model.enter)
    out.stack("sotto.vocoder.net", "net", model.blocks)
    out.norm("norm", model.norm)
    out.linear("head", model.head)
    out.close()


def write_acoustic(path, model, stats, name="acoustic model of the voices kathleen and ljspeech"):
    c = model.config
    out = Writer(path, "sotto-tts", name)
    out.mel(stats, c["mel"])
    for key, value in (("phones", c["phones"]), ("width", c["width"]), ("max_phones", 512), ("max_duration", 100)):
        out.u32(f"sotto.tts.{key}", value)
    out.u32("sotto.tts.voices", c["voices"])
    for i, voice in enumerate(tts_data.VOICES[:c["voices"]]):
        out.file.add_string(f"sotto.tts.voice.{i}", voice)
    out.f32("sotto.tts.f0.mean", stats["f0_mean"])
    out.f32("sotto.tts.f0.istd", stats["f0_istd"])
    out.plain("embed.weight", model.embed.weight)
    out.plain("inject.weight", model.inject)
    out.plain("spot.weight", model.spot)
    out.plain("voice.weight", model.voice.flatten(0, 1))
    for part in ("encoder", "variance", "decoder"):
        out.stack(f"sotto.tts.{part}", part, getattr(model, part))
    out.norm("variance.norm", model.variance_norm)
    out.linear("variance.head", model.variance_head)
    out.norm("norm", model.norm)
    out.linear("head", model.head)
    out.close()


def fill_unseen(model, work, least=20):
    """Phones that training has met less than `least` times sound like their most frequent sibling (same vowel, other stress);
    QUE, which no recording has, ends like SIL. Returns what was replaced."""
    count = np.zeros(len(NAMES), int)
    for entry in json.loads(Path(work, "align.json").read_text()).values():
        np.add.at(count, entry["ids"], 1)
    replaced = {"QUE": "SIL"}
    for i, name in enumerate(NAMES):
        if name[-1].isdigit() and count[i] < least:
            best = max((j for j, n in enumerate(NAMES) if n[:-1] == name[:-1] and n[-1].isdigit()), key=lambda j: count[j])
            if best != i:
                replaced[name] = NAMES[best]
    with torch.no_grad():
        for name, like in replaced.items():
            model.embed.weight[NAMES.index(name)] = model.embed.weight[NAMES.index(like)]
    assert NAMES[QUE] == "QUE" and NAMES[SIL] == "SIL"
    return replaced


def averaged(model, path):
    """The network with the averaged weights of a checkpoint."""
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=False)["average"])
    return model.eval()


def main():
    parser = tts_data.arguments(__doc__, "work-tts")
    parser.add_argument("--out", required=True, help="folder for the two files")
    parser.add_argument("--tts", help="checkpoint name of the acoustic model, WORK/NAME.pt")
    parser.add_argument("--vocoder", help="checkpoint name of the vocoder, WORK/NAME.pt")
    args = parser.parse_args()
    stats = vocoder_train.statistics(args.work)
    if args.vocoder:
        path = Path(args.out) / "vocoder.gguf"
        write_vocoder(path, averaged(vocoder_model.Vocoder(), Path(args.work) / f"{args.vocoder}.pt"), stats)
        print(path.name, path.stat().st_size, "bytes")
    if args.tts:
        path = Path(args.out) / "tts.gguf"
        model = averaged(tts_model.Acoustic(), Path(args.work) / f"{args.tts}.pt")
        print("replaced", fill_unseen(model, args.work))
        write_acoustic(path, model, stats)
        print(path.name, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
