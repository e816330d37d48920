"""Copy-synthesis of the held-out clips: mel and pitch of the recording through the vocoder, PESQ-WB and STOI against it.

    python models/train/vocoder_eval.py --work DIR [--name vocoder] [--voice ljspeech] [--float] [--limit N] [--wavs DIR2]

The pulses run freely from phase 0, as in the runtime, and the layers are int8 unless --float. pip: pesq pystoi.
"""
from pathlib import Path

import numpy as np
import torch

import tts_data
import tts_int8
import vocoder_model as vm
import vocoder_train
from tts_export import averaged


@torch.no_grad()
def synthesise(model, features, f0, voiced):
    """Wave on the recording's time line from [T, 82] features."""
    pulse = torch.from_numpy(vm.free_pulses(f0.astype(np.float64), voiced))[None]
    torch.manual_seed(3)
    wave = model(torch.from_numpy(features)[None], pulse, [vm.white(pulse.shape)])[0][0]
    return wave.numpy()[vm.SHIFT:]


def scores(reference, made):
    """(PESQ-WB, STOI) of two waves at 16 kHz."""
    from pesq import pesq
    from pystoi import stoi
    n = min(len(reference), len(made))
    reference, made = reference[:n].astype(np.float64), made[:n].astype(np.float64)
    return pesq(16000, reference, made, "wb"), stoi(reference, made, 16000)


def main():
    parser = tts_data.arguments(__doc__, "work-tts")
    parser.add_argument("--name", default="vocoder", help="checkpoint WORK/NAME.pt")
    parser.add_argument("--voice", choices=tts_data.VOICES, default=tts_data.VOICES[0])
    parser.add_argument("--float", action="store_true", help="float layers in place of int8")
    parser.add_argument("--limit", type=int, default=50)
    parser.add_argument("--wavs", help="folder to write the waves to")
    args = parser.parse_args()
    torch.set_num_threads(1)
    stats = vocoder_train.statistics(args.work)
    model = averaged(vm.Vocoder(), Path(args.work) / f"{args.name}.pt")
    model = model if args.float else tts_int8.convert(model)
    rows = []
    second = tts_data.second_heldout([s for s, _, _ in tts_data.clips(args.data)]) if args.voice == tts_data.VOICES[1] else None
    for stem in (second or tts_data.heldout())[:args.limit]:
        item = tts_data.load(args.work, stem)
        wave = synthesise(model, vocoder_train.features(item, stats), item["f0"], item["voiced"])
        rows.append(scores(item["wave"] / 32768.0, wave))
        if args.wavs:
            import soundfile
            Path(args.wavs).mkdir(parents=True, exist_ok=True)
            soundfile.write(Path(args.wavs) / f"{stem}.wav", wave, 16000)
    mean = np.mean(rows, axis=0)
    print(f"{len(rows)} clips, {'float' if args.float else 'int8'}: PESQ-WB {mean[0]:.3f}, STOI {mean[1]:.4f}")


if __name__ == "__main__":
    main()
