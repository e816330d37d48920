"""An adversary for the acoustic model: tells recorded mels from made ones, so that the made ones get their detail back.

L1 alone makes a mel the median of all ways to say a phone: blurred harmonics and formants. A small convolution network over
windows of frames scores patches (least squares GAN, Mao et al. 2017); the acoustic model is pulled towards real scores and
towards the recording's inner activations (feature matching, Larsen et al. 2016). Used in training only.
"""
import torch
import torch.nn.functional as F
from torch import nn

WINDOW = 96                             # frames a window
WIDTHS = ((1, 24, (1, 2)), (24, 48, (2, 2)), (48, 64, (2, 2)), (64, 64, (1, 2)))


class Critic(nn.Module):
    """[B, T, 80] -> patch scores and the activations on the way; voice [B] shifts the last ones."""

    def __init__(self, voices=2):
        super().__init__()
        norm = nn.utils.parametrizations.weight_norm
        self.layers = nn.ModuleList([norm(nn.Conv2d(a, b, (3, 5), stride, (1, 2))) for a, b, stride in WIDTHS])
        self.score = norm(nn.Conv2d(WIDTHS[-1][1], 1, 3, 1, 1))
        self.voice = nn.Embedding(voices, WIDTHS[-1][1])

    def forward(self, mel, voice):
        x, inner = mel[:, None], []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
            inner.append(x)
        return self.score(x + self.voice(voice)[:, :, None, None]), inner


def windows(made, real, lengths, random):
    """The same random WINDOW frames of both [B, T, 80]; clips that are too short are left out. Returns also the kept rows."""
    keep = [i for i, n in enumerate(lengths) if n >= WINDOW]
    at = [int(random.integers(0, lengths[i] - WINDOW + 1)) for i in keep]
    cut = lambda x: torch.stack([x[i, a:a + WINDOW] for i, a in zip(keep, at)])
    return cut(made), cut(real), keep


def critic_loss(critic, made, real, voice):
    """Real patches to 1, made ones to 0."""
    good, bad = critic(real, voice)[0], critic(made.detach(), voice)[0]
    return (good - 1).square().mean() + bad.square().mean()


def model_loss(critic, made, real, voice):
    """(adversarial, feature matching) for the acoustic model."""
    score, inner = critic(made, voice)
    with torch.no_grad():
        _, wanted = critic(real, voice)
    match = sum((a - b).abs().mean() / (b.abs().mean() + 1e-3) for a, b in zip(inner, wanted)) / len(inner)
    return (score - 1).square().mean(), match
