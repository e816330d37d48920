"""Writes the g2p pack: int8 letter-to-sound network and exception lexicon in one GGUF, and prints its quality.

    python models/train/g2p_export.py --work DIR --out models/packs/nano/g2p.gguf [--golden tests/golden/g2p_letters.tsv]
Phone and word error are of the int8 reference on the held-out words, without the lexicon.
"""
import random

import gguf
import numpy as np
import torch

from pathlib import Path

from g2p_data import PHONE_ID, arguments, read_dictionary, split
from g2p_int8 import Reference, tensors_of
from g2p_lexicon import BLOCK, choose, fit, word_counts
from g2p_model import CHUNK, DEC, ENC, LETTER_IDS, LetterToSound
from g2p_score import score

BUDGET = 550_000                                 # bytes of the whole file
EXTRA = Path(__file__).with_name("g2p_extra.txt")


def extra_words():
    """Hand-written pronunciations that CMUdict has not."""
    rows = [line.split() for line in EXTRA.read_text().splitlines() if line and line[0] != "#"]
    return {row[0]: tuple(row[1:]) for row in rows}


def add_layer(writer, name, weight, scale, bias):
    writer.add_tensor(name + ".weight", weight)
    writer.add_tensor(name + ".scale", scale)
    if bias is not None:
        writer.add_tensor(name + ".rowsum", weight.astype(np.int32).sum(1).astype(np.int32))
        writer.add_tensor(name + ".bias", bias.astype(np.float32))


def write_file(path, tensors, chunks, lexicon):
    """The GGUF; tensors of a layer as runtime/README.md names them."""
    writer = gguf.GGUFWriter(path, "sotto-g2p")
    writer.add_custom_alignment(64)
    writer.add_name("nano g2p")
    writer.add_string("general.version", "1")
    writer.add_license("BSD-2-Clause")
    for key, value in (("enc", ENC), ("dec", DEC), ("chunk", CHUNK), ("letters", LETTER_IDS), ("classes", len(chunks)),
                       ("entries", lexicon["entries"]), ("block", BLOCK)):
        writer.add_uint32("sotto.g2p." + key, value)
    for name, (weight, scale, bias) in tensors.items():
        add_layer(writer, name, weight, scale, bias)
    phones = np.zeros((len(chunks), 2), np.int8)
    for i, chunk in enumerate(chunks):
        phones[i, :len(chunk)] = [PHONE_ID[p] for p in chunk]
    writer.add_tensor("chunk.phones", phones)
    for key in ("bits", "index", "letter_len", "phone_len"):
        writer.add_tensor("lexicon." + key, lexicon[key])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main():
    parser = arguments(__doc__)
    parser.add_argument("--out", required=True)
    parser.add_argument("--golden", help="write words and reference pronunciations of 400 held-out words")
    args = parser.parse_args()
    torch.set_num_threads(1)
    state = torch.load(Path(args.work) / "model.pt", weights_only=False)
    chunks = [tuple(c) for c in state["classes"]]
    model = LetterToSound(len(chunks))
    model.load_state_dict(state["model"])
    tensors = tensors_of(model)
    reference = Reference(tensors, chunks)
    dictionary = read_dictionary(args.data)
    held = split(dictionary)[1]
    spoken = reference.say(dictionary)
    part = {w: spoken[w] for w in held}
    for stress in (True, False):
        per, wer = score(part, dictionary, stress)
        print(f"held out {len(held)} words, {'with' if stress else 'without'} stress: phone error {per:.2%} word error {wer:.2%}")
    network = sum(w.nbytes + s.nbytes + (0 if b is None else 2 * b.nbytes) for w, s, b in tensors.values())
    entries, first, rest = choose(dictionary, spoken, word_counts(args.data), extra_words())
    lexicon, used = fit(entries, BUDGET - network - 6000)
    write_file(args.out, tensors, chunks, lexicon)
    print(f"network {network} bytes; lexicon {used} of {len(entries)} wanted ({first} seen in text, {rest} not), "
          f"{lexicon['bits'].nbytes + lexicon['index'].nbytes} bytes; file {Path(args.out).stat().st_size} bytes")
    stored = dict(entries[:used])
    right = sum(stored.get(w, spoken[w]) in dictionary[w] for w in dictionary)
    print(f"whole dictionary, lexicon and letters: {right / len(dictionary):.2%} of {len(dictionary)} words right")
    if args.golden:
        names = sorted(random.Random(7).sample(held, 400))
        Path(args.golden).write_text("".join(f"{w}\t{' '.join(spoken[w])}\n" for w in names))


if __name__ == "__main__":
    main()
