"""The letter-to-sound network: one bidirectional GRU reads the letters, one GRU writes a chunk of phones a letter.

    e[t] = [forward GRU, backward GRU](letter table)          2 x ENC values a letter
    d[t] = GRU([e[t], embedding of chunk t-1], d[t-1])        DEC values
    p(chunk t) = softmax(W d[t] + b)

The letter-aligned encoder-decoder of Yao & Zweig 2015 with GRUs (g2p_nn.py). Dropout keeps one mask for all letters of a
word (Gal & Ghahramani 2016). `letters` holds ids 1..27 (g2p_data.LETTERS), all words of a batch have the same length.
"""
import torch
from torch import nn

from g2p_nn import Scan

ENC, DEC, CHUNK = 128, 144, 32       # widths: one direction, writer, chunk embedding
LETTER_IDS = 28


def cell(gate_in, gate_state, state):
    """One GRU step from the two pre-activations [.., 3H] and the state [.., H], float32."""
    in_r, in_z, in_n = gate_in.chunk(3, -1)
    st_r, st_z, st_n = gate_state.chunk(3, -1)
    r, z = torch.sigmoid(in_r + st_r), torch.sigmoid(in_z + st_z)
    n = torch.tanh(in_n + r * st_n)
    return n + z * (state - n)


class Recurrent(nn.Module):
    """State side of `count` parallel GRUs: weights [count, 3H, H] and biases [count, 1, 3H]."""

    def __init__(self, count, width):
        super().__init__()
        bound = width ** -0.5
        self.weight = nn.Parameter(torch.empty(count, 3 * width, width).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.zeros(count, 1, 3 * width))

    def forward(self, gates):
        """gates [T, count, batch, 3H] bf16 -> states [T, count, batch, H] bf16."""
        return Scan.apply(gates, self.weight.transpose(1, 2), self.bias)


class LetterToSound(nn.Module):
    """The whole network; `classes` is the number of chunks, id `classes` of the embedding is the start mark."""

    def __init__(self, classes, drop=0.1):
        super().__init__()
        self.letter = nn.Embedding(LETTER_IDS, 6 * ENC)          # input side of both readers, bias included
        nn.init.normal_(self.letter.weight, std=0.3)
        self.reader = Recurrent(2, ENC)
        self.chunk = nn.Embedding(classes + 1, CHUNK)
        nn.init.normal_(self.chunk.weight, std=0.5)
        self.writer_in = nn.Linear(2 * ENC + CHUNK, 3 * DEC)
        self.writer = Recurrent(1, DEC)
        self.out = nn.Linear(DEC, classes)
        self.drop, self.classes = drop, classes

    def dropout(self, x):
        """x [T, batch, width]: hides some of the values, the same at every letter of a word."""
        if not self.training or self.drop == 0:
            return x
        mask = torch.rand(x.shape[1:]) >= self.drop
        return x * (mask.to(x.dtype) / (1 - self.drop))

    def encode(self, letters):
        """[batch, T] -> [T, batch, 2 ENC], bf16"""
        both = torch.stack((letters.T, letters.T.flip(0)), 1)                     # [T, 2, B]
        hot = nn.functional.one_hot(both, LETTER_IDS).bfloat16()                  # a product: its gradient is one too
        table = self.letter.weight.view(LETTER_IDS, 2, 3 * ENC).transpose(0, 1).bfloat16()
        states = self.reader(torch.matmul(hot, table))                            # [T, 2, B, ENC]
        return torch.cat((states[:, 0], states[:, 1].flip(0)), -1)

    def forward(self, letters, chunks, blind=0.0):
        """Teacher-forced logits [T, batch, classes]; `blind` of the previous chunks are replaced by the start mark."""
        start = torch.full_like(chunks[:, :1], self.classes)
        before = torch.cat((start, chunks[:, :-1]), 1)
        if blind > 0:
            before = torch.where(torch.rand(before.shape) < blind, self.classes, before)
        seen = torch.cat((self.dropout(self.encode(letters)), self.chunk(before.T).bfloat16()), -1)
        gates = nn.functional.linear(seen, self.writer_in.weight.bfloat16(), self.writer_in.bias.bfloat16())
        states = self.writer(gates[:, None])[:, 0]
        return nn.functional.linear(self.dropout(states), self.out.weight.bfloat16(), self.out.bias.bfloat16()).float()

    def read(self, letters):
        """[batch, T] -> [T, batch, 2 ENC] in float32"""
        table, size = self.letter(letters.T), letters.shape[1]
        state, out = table.new_zeros(2, letters.shape[0], ENC), []
        for t in range(size):
            gate = torch.stack((table[t, :, :3 * ENC], table[size - 1 - t, :, 3 * ENC:]))
            state = cell(gate, state @ self.reader.weight.transpose(1, 2) + self.reader.bias, state)
            out.append(state)
        return torch.stack([torch.cat((out[t][0], out[size - 1 - t][1]), -1) for t in range(size)])

    @torch.no_grad()
    def greedy(self, letters):
        """Best chunk a letter [batch, T], left to right, in float32."""
        enc = self.read(letters)
        state = enc.new_zeros(letters.shape[0], DEC)
        before = torch.full((letters.shape[0],), self.classes)
        out = []
        for frame in enc:
            gate = self.writer_in(torch.cat((frame, self.chunk(before)), -1))
            state = cell(gate, state @ self.writer.weight[0].T + self.writer.bias[0], state)
            before = self.out(state).argmax(-1)
            out.append(before)
        return torch.stack(out, 1)


def letter_ids(words):
    """[batch, T] ids of words that all have the same length."""
    return torch.tensor([[27 if c == "'" else ord(c) - 96 for c in w] for w in words])
