"""Writes the g2p pack: int8 letter-to-sound network and exception lexicon in one GGUF, and prints its quality.

    python models/train/g2p_export.py --work DIR --out models/packs/nano/g2p.gguf [--golden tests/golden/g2p_letters.tsv]
Phone and word error of the int8 reference on the held-out words: the network alone, and with forms (g2p_forms.py) of the words of a
lexicon of the same size that holds training words only.
"""
import random

import gguf
import numpy as np
import torch

from pathlib import Path

from g2p_data import PHONE_ID, arguments, read_dictionary, split
from g2p_forms import FORMS, from_kin
from g2p_int8 import Reference, tensors_of
from g2p_lexicon import BLOCK, choose, fit, pack, word_counts
from g2p_model import CHUNK, DEC, ENC, LETTER_IDS, LetterToSound
from g2p_score import score

EXTRA = Path(__file__).with_name("g2p_extra.txt")


def extra_words():
    """({word: phones} written by hand, dictionary words that come first)."""
    rows = [line.split() for line in EXTRA.read_text().splitlines() if line and line[0] != "#"]
    return {row[0]: tuple(row[1:]) for row in rows if row[0] != "="}, {w for row in rows if row[0] == "=" for w in row[1:]}


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
    writer.add_string("general.version", "3")
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


def cut(dictionary, spoken, count, room, *more):
    """The entries that fit into `room` bytes, and how many were wanted."""
    wished = choose(dictionary, spoken, count, *more)
    used = fit(wished, room)
    entries = choose(dictionary, spoken, count, *more, most=used)
    return entries[:fit(entries, room)], len(wished)


def print_score(name, part, dictionary):
    for stress in (True, False):
        per, wer = score(part, dictionary, stress)
        print(f"{name} {len(part)} words, {'with' if stress else 'without'} stress: phone error {per:.2%} word error {wer:.2%}")


def print_tokens(said, dictionary, count, own):
    """Share of the words of the text sets that are said as the dictionary does."""
    total, known = sum(count.values()), sum(n for w, n in count.items() if w in dictionary)
    right = sum(n for w, n in count.items() if said.get(w) in dictionary.get(w, ()))
    other = sum(n for w, n in count.items() if w in own and said[w] not in dictionary.get(w, ()))
    print(f"text sets: {total} words running, {known / total:.2%} in the dictionary; {right / total:.2%} said as there, {other / total:.2%} by hand")


def write_golden(folder, names, spoken, stored):
    """Words and their phones: `names` by the network; words of the lexicon `stored` and, of each form, words said by one of them."""
    def rows(pairs):
        return "".join(f"{w}\t{' '.join(p)}\n" for w, p in sorted(pairs.items()))
    (folder / "g2p_letters.tsv").write_text(rows({w: spoken[w] for w in names}))
    rng = random.Random(8)
    pairs = {w: stored[w] for w in rng.sample(sorted(stored), 60)}
    for form in FORMS:
        hit = [w for w in {*spoken, *(w + "'s" for w in stored)} if w not in stored and from_kin(w, stored, (form,))[0]]
        pairs.update((w, from_kin(w, stored)[0]) for w in rng.sample(sorted(hit), min(20, len(hit))))
    (folder / "g2p_words.tsv").write_text(rows(pairs))


def main():
    parser = arguments(__doc__)
    parser.add_argument("--out", required=True)
    parser.add_argument("--bytes", type=int, default=532_480, help="of the whole file, at most")
    parser.add_argument("--golden", help="folder for g2p_letters.tsv (400 held-out words by the network) and g2p_words.tsv (lexicon and forms)")
    args = parser.parse_args()
    torch.set_num_threads(1)
    state = torch.load(Path(args.work) / "model.pt", weights_only=False)
    chunks = [tuple(c) for c in state["classes"]]
    model = LetterToSound(len(chunks))
    model.load_state_dict(state["model"])
    tensors = tensors_of(model)
    dictionary, count, (own, first) = read_dictionary(args.data), word_counts(args.data), extra_words()
    train, held = split(dictionary)
    spoken = Reference(tensors, chunks).say({**dictionary, **own, **count})
    network = sum(w.nbytes + s.nbytes + (0 if b is None else 2 * b.nbytes) for w, s, b in tensors.values())
    room = args.bytes - network - 6000
    # The words that were never seen: the network alone, then with forms of words that a lexicon of training words alone holds.
    print_score("held out, network:", {w: spoken[w] for w in held}, dictionary)
    stored = dict(cut({w: dictionary[w] for w in train}, spoken, count, room)[0])
    print_score(f"held out, network and {len(stored)} training words:", {w: from_kin(w, stored)[0] or spoken[w] for w in held}, dictionary)
    # What ships: the lexicon may hold any word.
    entries, wished = cut(dictionary, spoken, count, room, own, first)
    lexicon = pack(entries)
    write_file(args.out, tensors, chunks, lexicon)
    print(f"network {network} bytes; lexicon {len(entries)} words of {wished} wanted, {lexicon['bits'].nbytes + lexicon['index'].nbytes} bytes; "
          f"file {Path(args.out).stat().st_size} bytes")
    stored = dict(entries)
    said = {w: stored.get(w) or from_kin(w, stored)[0] or spoken[w] for w in spoken}
    right = sum(said[w] in dictionary[w] for w in dictionary)
    print(f"whole dictionary: {right / len(dictionary):.2%} of {len(dictionary)} words right; {sum(said[w] == p for w, p in own.items())} of "
          f"{len(own)} by hand, {sum(said[w] == (own.get(w) or dictionary[w][0]) for w in first)} of {len(first)} to come first")
    print_tokens(said, dictionary, count, own)
    if args.golden:
        write_golden(Path(args.golden), random.Random(7).sample(held, 400), spoken, stored)


if __name__ == "__main__":
    main()
