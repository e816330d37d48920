"""What the vocoder is trained on: how far two draws of the model are from the recording.

1. Generalised energy distance (Gritsenko et al. 2020) over STFTs of five sizes. Two waves y, y' share the filters and
   differ in their noise: d(x,y) + d(x,y') - d(y,y') makes the noise level right instead of too low. d is L1 on
   magnitudes and log-magnitudes, L1 on the complex spectrum below 2 kHz, which is meaningful because the pulse
   excitation is locked to the recording's first harmonic (tts_pitch.py), and L1 on log energies of mel bands, which say
   more about what is heard than single bins of noise do.
2. Loudness: both spectra as loudness in critical bands (Zwicker's power law over the threshold in quiet of Terhardt
   1979), their difference beyond what masks it, what is added counting more than what is missing: the shape of ITU-T
   P.862's disturbance, without its alignment and level steps.
"""
import functools

import torch

RATE = 16000
SIZES = (2048, 1024, 512, 256, 128)
BANDED = {1024: 80, 512: 64, 256: 40}   # mel bands of the STFTs that have them
LEVEL = 79.0 + 23.0                     # dB: a full-scale sine squared heard so loud that speech at -23 dBFS is 79 dB SPL


@functools.lru_cache(maxsize=None)
def window(size, device):
    return torch.hann_window(size, device=device)


@functools.lru_cache(maxsize=None)
def mel_bands(size, bands, device):
    """[bins, bands] triangles, each summing to 1, from 0 to 8 kHz on the HTK mel scale."""
    mel = lambda hz: 2595.0 * torch.log10(1.0 + hz / 700.0)
    edge = torch.linspace(0.0, float(mel(torch.tensor(RATE / 2.0))), bands + 2)
    bins = mel(torch.arange(size // 2 + 1) * (RATE / size))
    up = (bins[None] - edge[:-2, None]) / (edge[1:-1] - edge[:-2])[:, None]
    down = (edge[2:, None] - bins[None]) / (edge[2:] - edge[1:-1])[:, None]
    weight = torch.minimum(up, down).clamp(min=0)
    keep = weight.sum(1) > 0
    weight = weight[keep] / weight[keep].sum(1, keepdim=True)
    return weight.T.contiguous().to(device)


@functools.lru_cache(maxsize=None)
def critical_bands(size, device):
    """(matrix [bins, bands] from |STFT|^2 to power (1 = 0 dB SPL), width in Bark [bands], threshold in quiet as power [bands])."""
    hz = torch.arange(size // 2 + 1, dtype=torch.float64) * (RATE / size)
    edge, top = [0.0], float(7 * torch.asinh(hz[-1] / 650))
    while edge[-1] < top:
        edge.append(edge[-1] + 0.32 + 0.27 * edge[-1] / 21)
    at = torch.bucketize(7 * torch.asinh(hz / 650), torch.tensor(edge, dtype=torch.float64), right=True) - 1
    used = sorted(set(at[2:].tolist()))                 # the first two bins are rumble
    matrix = torch.stack([(at == b).double() for b in used])
    matrix[:, :2] = 0
    khz = (matrix @ hz / matrix.sum(1)) / 1000
    quiet = 3.64 * khz ** -0.8 - 6.5 * torch.exp(-0.6 * (khz - 3.3) ** 2) + 1e-3 * khz ** 4
    width = torch.tensor([edge[b + 1] - edge[b] for b in used])
    matrix *= 2 * 10 ** (LEVEL / 10) / (size * float(window(size, "cpu").square().sum()))
    return matrix.T.float().contiguous().to(device), width.to(device), (10 ** (quiet / 10)).float().to(device)


def band_power(power, critical):
    """|STFT|^2 [B, T, bins] -> power in critical bands [B, T, bands]."""
    return power @ critical[0]


def loudness(power, quiet):
    """Specific loudness of band powers [B, T, bands]."""
    grown = (2 * quiet) ** 0.23 * (torch.exp(0.23 * torch.log(0.5 + 0.5 * power / quiet)) - 1)
    return 0.1866 * torch.where(power > quiet, grown, torch.zeros_like(grown))


def disturbance(heard, made, critical):
    """Loudness loss of band powers `made` against the recording's `heard`, [B, T, bands] both."""
    _, width, quiet = critical
    a, b = loudness(heard, quiet), loudness(made, quiet)
    apart = b - a
    over = torch.sign(apart) * (apart.abs() - 0.25 * torch.minimum(a, b)).clamp(min=0)
    ratio = torch.exp(1.2 * torch.log((made + 50) / (heard + 50)))
    added = torch.where(ratio < 3, torch.zeros_like(ratio), ratio.clamp(max=12))
    h = torch.exp(0.04 * torch.log((heard.sum(2) + 1e5) / 1e7))
    plain = torch.sqrt((width * over).square().sum(2) * width.sum() + 1e-6) / h
    extra = (width * over * added).abs().sum(2) / h
    pool = lambda d: torch.sqrt(d.clamp(max=45).square().mean() + 1e-6)
    return 0.1 * pool(plain) + 0.0309 * pool(extra)


def transforms(waves, size):
    """STFT with a Hann window, one row a frame: [B, n] -> [B, T, bins, 2] real and imaginary."""
    hop = size // 4 if size > 256 else size // 2
    return torch.view_as_real(torch.fft.rfft(waves.unfold(-1, size, hop) * window(size, waves.device)))


def views(spec, size, bands):
    """What is compared of an STFT: (magnitude, its log, log mel-band energies or None, power)."""
    power = spec.square().sum(-1)
    magnitude = torch.sqrt(power + 1e-9)
    banded = None if bands is None else torch.log(power @ bands + 1e-5 * size / 512)
    return magnitude, torch.log(magnitude + 1e-3 * (size / 512) ** 0.5), banded, power


def distance(p, q, spec_p, spec_q, scale, low, banded):
    """d of one STFT size between two views; complex below bin `low` when low > 0; `banded` weighs the mel bands."""
    value = (p[1] - q[1]).abs().mean() + (p[0] - q[0]).abs().mean() * scale
    if low:
        value = value + (spec_p[:, :, :low] - spec_q[:, :, :low]).abs().mean() * scale * (low / p[0].shape[2])
    if banded and p[2] is not None:
        value = value + banded * (p[2] - q[2]).abs().mean()
    return value


def loss_of_size(x, y, z, size, bands, critical, banded, loud):
    """Loss of one STFT size: recording x, draws y and z [B, T, bins, 2]."""
    of_x, of_y, of_z = (views(s, size, bands) for s in (x, y, z))
    scale = 1.0 / of_x[0].mean()
    low = int(2000 * size / RATE) if size in (1024, 512) else 0
    pair = lambda a, b, c, d: distance(a, b, c, d, scale, low, banded)
    total = (pair(of_x, of_y, x, y) + pair(of_x, of_z, x, z) - pair(of_y, of_z, y, z)) / len(SIZES)
    if critical is not None:
        heard = band_power(of_x[3], critical)
        total = total + 0.5 * loud * (disturbance(heard, band_power(of_y[3], critical), critical)
                                      + disturbance(heard, band_power(of_z[3], critical), critical))
    return total


def loss_of(wave, made, banded=1.0, loud=2.0, one_size=loss_of_size):
    """Loss of two draws of the model, made [2 B, n], against the recording [B, n]; `one_size` may be a compiled loss_of_size."""
    total, half = 0.0, len(wave)
    for size in SIZES:
        x, both = transforms(wave, size), transforms(made, size)
        bands = mel_bands(size, BANDED[size], wave.device) if banded and size in BANDED else None
        critical = critical_bands(size, wave.device) if loud and size == 512 else None
        total = total + one_size(x, both[:half], both[half:], size, bands, critical, banded, loud)
    return total
