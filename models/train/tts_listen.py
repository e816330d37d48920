"""How well an independent ear understands the voice: word error rate of PocketSphinx (its own acoustic and language model).

    python models/train/tts_listen.py --work DIR [--tts tts] [--vocoder vocoder] [--limit N] [--wavs DIR2]

The held-out prompts are heard three times: the recordings, copy-synthesis, and spoken from the text's phones (CMUdict's first
pronunciation, stress and pauses from the punctuation), with int8 layers. The recordings' figure is the ear's own error.
"""
from pathlib import Path

import numpy as np
import torch

import tts_align
import tts_data
import tts_int8
import tts_model
import vocoder_model as vm
import vocoder_train
from g2p_score import distance
from tts_export import averaged, fill_unseen
from vocoder_eval import synthesise


def phones_of(text, table):
    """Ids of a sentence: SIL, words with boundaries, SP at marks inside, SIL; None when a word is not in the dictionary."""
    ids = [tts_align.SIL]
    for token in tts_data.words(text):
        if token in ",;:":
            ids.append(tts_align.SP)
        elif token not in ".!?":
            entry = table.get(token) or table.get(token.strip("'"))
            if not entry:
                return None
            if ids[-1] > tts_align.WB:
                ids.append(tts_align.WB)
            ids += [tts_align.IDS[p] for p in entry[0]]
    return ids + [tts_align.SIL]


class Ear:
    def __init__(self, data):
        import pocketsphinx
        model = pocketsphinx.get_model_path("en-us")
        self.decoder = pocketsphinx.Decoder(pocketsphinx.Config(
            hmm=str(Path(data) / "pocketsphinx-en-us"), dict=str(Path(data) / "pocketsphinx-en-us" / "cmudict-en-us.dict"),
            lm=str(Path(model) / "en-us.lm.bin"), loglevel="FATAL", cmn="batch"))

    def hear(self, wave):
        """Words of a float wave at 16 kHz."""
        wave = np.pad(wave, (4000, 4000)) + np.random.default_rng(0).normal(0, 2e-4, len(wave) + 8000)
        self.decoder.start_utt()
        self.decoder.process_raw(np.clip(wave * 32767, -32768, 32767).astype(np.int16).tobytes(), full_utt=True)
        self.decoder.end_utt()
        hyp = self.decoder.hyp()
        return hyp.hypstr.split() if hyp else []


class Voice:
    """Both networks as the runtime runs them."""

    def __init__(self, work, tts, vocoder):
        self.stats = vocoder_train.statistics(work)
        self.vocoder = tts_int8.convert(averaged(vm.Vocoder(), Path(work) / f"{vocoder}.pt"))
        acoustic = averaged(tts_model.Acoustic(), Path(work) / f"{tts}.pt")
        fill_unseen(acoustic, work)
        self.acoustic = tts_int8.convert(acoustic)

    def say(self, ids, speed=1.0):
        """Wave and durations of phone ids."""
        frames, durations = self.acoustic.speak(ids, speed)
        frames = frames.numpy()
        f0 = np.exp(self.stats["f0_mean"] + frames[:, 80] / self.stats["f0_istd"])
        voiced = (frames[:, 81] > 0).astype(np.float32)
        features = np.concatenate([frames[:, :81], voiced[:, None]], axis=1).astype(np.float32)
        return synthesise(self.vocoder, features, f0, voiced), durations

    def copy(self, item):
        return synthesise(self.vocoder, vocoder_train.features(item, self.stats), item["f0"], item["voiced"])


def main():
    parser = tts_data.arguments(__doc__, "work-tts")
    parser.add_argument("--tts", default="tts")
    parser.add_argument("--vocoder", default="vocoder")
    parser.add_argument("--limit", type=int, default=50)
    parser.add_argument("--wavs", help="folder for the spoken waves")
    args = parser.parse_args()
    torch.set_num_threads(1)
    table, ear, voice = tts_align.stressed(args.data), Ear(args.data), Voice(args.work, args.tts, args.vocoder)
    texts = {stem: text for stem, _, text in tts_data.clips(args.data)}
    total, wrong = 0, np.zeros(3, int)
    for stem in tts_data.heldout()[:args.limit]:
        ids = phones_of(texts[stem], table)
        if ids is None:
            continue
        item = tts_data.load(args.work, stem)
        spoken, _ = voice.say(ids)
        words = [w for w in tts_data.words(texts[stem]) if w[0].isalpha() or w[0] == "'"]
        total += len(words)
        heard = [ear.hear(w) for w in (item["wave"] / 32768.0, voice.copy(item), spoken)]
        wrong += [distance(words, h) for h in heard]
        print(stem, "|", " ".join(words), "|", " ".join(heard[2]))
        if args.wavs:
            import soundfile
            Path(args.wavs).mkdir(parents=True, exist_ok=True)
            soundfile.write(Path(args.wavs) / f"{stem}.wav", spoken, 16000)
    rate = 100.0 * wrong / max(total, 1)
    print(f"{total} words, word errors: recordings {rate[0]:.1f} %, copy-synthesis {rate[1]:.1f} %, spoken {rate[2]:.1f} %")


if __name__ == "__main__":
    main()
