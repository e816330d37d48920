"""The acoustic model: phones -> durations, pitch, energy -> log-mel frames with pitch and voicing.

FastSpeech 2 (Ren et al. 2021) with convolution blocks (tts_nn.Block) in place of attention. The encoder sees a bounded
number of phones ahead and the frame decoder a bounded number of frames, so the runtime keeps only rings of rows
(models/tts/acoustic.c). Word boundaries take no frame: a phone after one gets embedding row WB added, a phone before
one gets row PAD added. Each phone also knows its spot in the clause, and each voice has a row for the encoder and one
for the decoder.
"""
import torch
from torch import nn

import tts_nn

CONFIG = {"phones": 74, "mel": 80, "width": 128, "voices": 2,
          "enc": {"hidden": 256, "kernel": 5, "ahead": [2, 2, 4, 8], "dilation": [1, 1, 2, 4]},
          "var": {"hidden": 256, "kernel": 3, "ahead": [1], "dilation": [1]},
          "dec": {"hidden": 192, "kernel": 9, "ahead": [2, 2, 2], "dilation": [1, 1, 1]}}
PAD, WB = 0, 4
PLACES = 3
SPOTS, NEAR = 3, 40                     # phones from the start and to the end count up to NEAR


def spots(count):
    """[count, 3]: phones since the clause's start and to its end (at most NEAR) and phones in all (at most 2 NEAR), 0..1."""
    i = torch.arange(count, dtype=torch.float32)
    whole = torch.full((count,), float(min(count, 2 * NEAR)) / (2 * NEAR))
    return torch.stack([i.clamp(max=NEAR) / NEAR, (count - 1 - i).clamp(max=NEAR) / NEAR, whole], dim=1)


def drop_boundaries(ids, durations=None):
    """(phones, after-boundary flags, before-boundary flags, durations) without the WB symbols."""
    keep = [i for i, p in enumerate(ids) if p != WB]
    after = [float(i > 0 and ids[i - 1] == WB) for i in keep]
    before = [float(i + 1 < len(ids) and ids[i + 1] == WB) for i in keep]
    return [ids[i] for i in keep], after, before, None if durations is None else [durations[i] for i in keep]


def places(durations):
    """Per frame [T, 3]: part of the phone passed, tenths of a second since its start and to its end (at most 0.2 s)."""
    rows = []
    for d in durations:
        j = torch.arange(d) + 0.5
        rows.append(torch.stack([j / d, (j / 10).clamp(max=2), ((d - j) / 10).clamp(max=2)], dim=1))
    return torch.cat(rows) if rows else torch.zeros(0, PLACES)


class Acoustic(nn.Module):
    def __init__(self, config=None, dropout=0.0):
        super().__init__()
        c = self.config = dict(config or CONFIG)
        width = c["width"]
        self.embed = nn.Embedding(c["phones"], width)
        self.spot = nn.Parameter(torch.randn(SPOTS, width) * 0.1)
        self.voice = nn.Parameter(torch.randn(c["voices"], 2, width) * 0.1)     # rows for the encoder and the decoder
        self.encoder = tts_nn.stack(width, **c["enc"])
        self.variance = tts_nn.stack(width, **c["var"])
        self.variance_norm = nn.LayerNorm(width, eps=tts_nn.EPS)
        self.variance_head = nn.Linear(width, 3)            # log duration, pitch, energy
        self.inject = nn.Parameter(torch.randn(2 + PLACES, width) * 0.1)  # pitch, energy, places
        self.decoder = tts_nn.stack(width, **c["dec"])
        self.norm = nn.LayerNorm(width, eps=tts_nn.EPS)
        self.head = nn.Linear(width, c["mel"] + 2)          # mel, pitch, voicing logit
        self.drop = nn.Dropout(dropout)

    def encode(self, phones, after, before, spot, voice, mask):
        """[B, N] ids and flags, spot [B, N, 3], voice [B], mask [B, N, 1] -> rows [B, N, width], variances [B, N, 3]."""
        x = self.embed(phones) + after[..., None] * self.embed.weight[WB] + before[..., None] * self.embed.weight[PAD]
        x = x + spot @ self.spot + self.voice[voice, 0][:, None]
        x = self.drop(x) * mask
        for block in self.encoder:
            x = self.drop(block(x)) * mask
        y = self.drop(x)                # the variances of a small voice are learnt by heart before its mels are
        for block in self.variance:
            y = block(y) * mask
        return x, self.variance_head(self.variance_norm(y))

    def decode(self, rows, index, pitch, energy, place, voice, mask):
        """rows [B, N, width], index [B, T] phone of each frame, place [B, T, 3], mask [B, T, 1] -> [B, T, mel + 2]."""
        rows = rows + self.voice[voice, 1][:, None] + pitch[..., None] * self.inject[0] + energy[..., None] * self.inject[1]
        x = torch.gather(rows, 1, index[..., None].expand(-1, -1, rows.shape[-1]))
        for i in range(PLACES):
            x = x + place[..., i:i + 1] * self.inject[2 + i]
        x = self.drop(x) * mask
        for block in self.decoder:
            x = block(x) * mask
        return self.head(self.norm(x))

    @torch.no_grad()
    def speak(self, ids, speed=1.0, voice=0):
        """Phone ids with boundaries -> (frames [T, mel + 2], durations): what the runtime computes, in float."""
        phones, after, before, _ = drop_boundaries(ids)
        one = torch.ones(1, len(phones), 1)
        who = torch.tensor([voice])
        rows, var = self.encode(torch.tensor([phones]), torch.tensor([after]), torch.tensor([before]), spots(len(phones))[None], who, one)
        durations = [max(1, round(float(v) / speed)) for v in var[0, :, 0].exp()]
        index = torch.repeat_interleave(torch.arange(len(phones)), torch.tensor(durations))[None]
        place = places(durations)[None]
        return self.decode(rows, index, var[..., 1], var[..., 2], place, who, torch.ones(1, index.shape[1], 1))[0], durations
