"""The letter-to-sound network in int8: quantisation and the reference that the C code must equal.

Numbers as runtime/README.md says: weights int8 with a float scale a row, activations quantised per row at each product,
exact integer sums, then (float)sum * (sx * scale) + bias in float32.
"""
import numpy as np

F = np.float32


def quantise_rows(weight):
    """(int8 rows, float32 scales) of a float matrix, symmetric, |q| <= 127."""
    weight = np.asarray(weight, F)
    top = np.abs(weight).max(axis=1)
    scale = np.where(top > 0, top / F(127), F(1)).astype(F)
    return np.clip(np.round(weight / scale[:, None]), -127, 127).astype(np.int8), scale


def tensors_of(model):
    """All int8 layers of a trained g2p_model.LetterToSound: {name: (int8, scale, bias or None)}."""
    state = {k: v.detach().float().numpy() for k, v in model.state_dict().items()}
    out = {}
    for name, weight, bias in (("reader.forward", state["reader.weight"][0], state["reader.bias"][0, 0]),
                               ("reader.backward", state["reader.weight"][1], state["reader.bias"][1, 0]),
                               ("writer.input", state["writer_in.weight"], state["writer_in.bias"]),
                               ("writer.state", state["writer.weight"][0], state["writer.bias"][0, 0]),
                               ("out", state["out.weight"], state["out.bias"]),
                               ("letter", state["letter.weight"], None), ("chunk", state["chunk.weight"], None)):
        out[name] = (*quantise_rows(weight), bias)
    return out


def linear(layer, x):
    """int8 product of rows x [n, cols] with a layer (weight, scale, bias)."""
    weight, scale, bias = layer
    top = np.abs(x).max(axis=1, keepdims=True).astype(F)
    safe = np.where(top > 0, top, F(1))
    q = np.where(top > 0, np.clip(np.round(x * (F(127) / safe)), -127, 127), F(0)).astype(F)
    sums = q @ weight.astype(F).T                                    # below 2^24: exact in float32
    return sums * ((top / F(127)).astype(F) * scale[None]) + bias[None]


def gru(gate_in, gate_state, state):
    """One GRU step in float32, gates in order r, z, n."""
    def sigmoid(v):
        return F(1) / (F(1) + np.exp(-v, dtype=F))
    width = state.shape[1]
    r = sigmoid(gate_in[:, :width] + gate_state[:, :width])
    z = sigmoid(gate_in[:, width:2 * width] + gate_state[:, width:2 * width])
    n = np.tanh(gate_in[:, 2 * width:] + r * gate_state[:, 2 * width:], dtype=F)
    return n + z * (state - n)


class Reference:
    """Greedy letter-to-sound with the int8 tensors; `chunks` is the list of phone tuples."""

    def __init__(self, tensors, chunks):
        self.t, self.chunks = tensors, chunks
        letter, scale, _ = tensors["letter"]
        self.letter = letter.astype(F) * scale[:, None]
        chunk, scale, _ = tensors["chunk"]
        self.chunk = chunk.astype(F) * scale[:, None]
        self.enc = tensors["reader.forward"][0].shape[1]
        self.dec = tensors["writer.state"][0].shape[1]

    def read(self, letters):
        """letters [n, T] -> encodings [T, n, 2 enc]"""
        count, size = letters.shape
        out = np.zeros((size, count, 2 * self.enc), F)
        for side, name in enumerate(("reader.forward", "reader.backward")):
            state = np.zeros((count, self.enc), F)
            for t in (range(size) if side == 0 else range(size - 1, -1, -1)):
                gate = self.letter[letters[:, t], 3 * self.enc * side:3 * self.enc * (side + 1)]
                state = gru(gate, linear(self.t[name], state), state)
                out[t, :, side * self.enc:(side + 1) * self.enc] = state
        return out

    def write(self, letters):
        """Chunk ids [n, T]."""
        count, size = letters.shape
        enc, state = self.read(letters), np.zeros((count, self.dec), F)
        before, out = np.full(count, len(self.chunks)), np.zeros((count, size), int)
        for t in range(size):
            gate = linear(self.t["writer.input"], np.concatenate((enc[t], self.chunk[before]), 1))
            state = gru(gate, linear(self.t["writer.state"], state), state)
            before = out[:, t] = linear(self.t["out"], state).argmax(1)
        return out

    def say(self, words):
        """{word: phones tuple}"""
        groups, out = {}, {}
        for word in words:
            groups.setdefault(len(word), []).append(word)
        for group in groups.values():
            for i in range(0, len(group), 2048):
                part = group[i:i + 2048]
                ids = np.array([[27 if c == "'" else ord(c) - 96 for c in w] for w in part])
                for word, row in zip(part, self.write(ids)):
                    out[word] = tuple(p for c in row for p in self.chunks[c])
        return out
