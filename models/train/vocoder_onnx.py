"""The vocoder of a GGUF as an ONNX graph that streams: 10 frames in, 10 hops out, states in and out.

What models/tts/vocoder.c computes, in the forms that ONNX Runtime is quickest with: frames are cut and overlap-added as rows of
blocks of one hop; the transforms are multiplications of even and odd parts with constant matrices that hold the windows ("matrix"),
or forward the operator DFT ("dft"); the depthwise convolution is Conv over time (a sum of shifted rows is slower, and so are whole
frames times one matrix).  The excitations (pulses and noise) are inputs.  `weights` reads any file of architecture sotto-vocoder; int8
rows are multiplied out by their scales and ONNX Runtime's own tools quantise them again.
"""
import numpy as np

CHUNK = 10


def weights(path):
    """(fields, tensors) of a GGUF; tensors float32, int8 layers multiplied out."""
    from gguf import GGUFReader
    reader = GGUFReader(str(path))
    fields = {k: v.contents() for k, v in reader.fields.items()}
    raw = {t.name: np.array(t.data).reshape([int(n) for n in reversed(t.shape)]) for t in reader.tensors}
    out = {}
    for name, data in raw.items():
        scale = raw.get(name[:-len("weight")] + "scale") if name.endswith(".weight") else None
        out[name] = data.astype(np.float32) * (1 if scale is None else scale[:, None])
    return fields, out


class Graph:
    """Nodes by calls: g.Add(a, b) -> the output's name; numpy arrays become constants."""

    def __init__(self):
        self.nodes, self.constants, self.count = [], {}, 0

    def name(self, value):
        if isinstance(value, str):
            return value
        value = np.asarray(value)
        key = (value.dtype.str, value.shape, value.tobytes())
        if key not in self.constants:
            self.constants[key] = (f"c{len(self.constants)}", value)
        return self.constants[key][0]

    def add(self, kind, inputs, outputs=1, out=None, **attributes):
        from onnx import helper
        self.count += 1
        names = [out] if out else [f"{kind}_{self.count}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, [self.name(i) for i in inputs], names, f"{kind}_{self.count}", **attributes))
        return names[0] if outputs == 1 else names

    def __getattr__(self, kind):
        return lambda *inputs, **rest: self.add(kind, inputs, **rest)

    def rows(self, x, first, last, axis):
        return self.Slice(x, np.int64([first]), np.int64([last]), np.int64([axis]))

    def linear(self, x, weight, bias):
        return self.Add(self.MatMul(x, np.ascontiguousarray(weight.T)), bias)


class Vocoder:
    def __init__(self, path):
        self.fields, self.w = weights(path)
        f = {k.split("sotto.vocoder.")[1]: v for k, v in self.fields.items() if k.startswith("sotto.vocoder.")}
        self.width, self.size, self.hop = f["width"], f["n_fft"], f["hop"]
        self.pulse, self.noise = f["pulse_bands"], f["noise_bands"]
        self.inputs = self.w["enter.weight"].shape[1]
        self.blocks = [(f["net.kernel"], f[f"net.{i}.dilation"], f[f"net.{i}.ahead"]) for i in range(f["net.blocks"])]
        self.ahead = sum(b[2] for b in self.blocks)
        self.overlap = -(-self.size // self.hop) - 1            # earlier blocks of a hop that a window's frame reaches over
        self.bins = self.size // 2 + 1

    def states(self):
        """name -> shape; all start as zeros (the wave's: see measure_vocoder.py)."""
        net = {f"ring{i}": ((k - 1) * d, self.width) for i, (k, d, _) in enumerate(self.blocks)}
        return {**net, "wave": (2, self.overlap, self.hop), "sum": (self.overlap, self.size)}

    def block(self, g, x, i):
        kernel, dilation, ahead = self.blocks[i]
        taps, bias = self.w[f"net.{i}.depth.weight"], self.w[f"net.{i}.depth.bias"]
        span = (kernel - 1) * dilation
        past = g.Concat(f"ring{i}", x, axis=0)
        g.Slice(past, np.int64([CHUNK]), np.int64([CHUNK + span]), np.int64([0]), out=f"ring{i}_out")
        wide = g.Reshape(g.Transpose(past, perm=[1, 0]), np.int64([1, self.width, 1, CHUNK + span]))
        y = g.Conv(wide, np.ascontiguousarray(taps.T).reshape(self.width, 1, 1, kernel), bias, group=self.width, dilations=[1, dilation])
        y = g.Transpose(g.Reshape(y, np.int64([self.width, CHUNK])), perm=[1, 0])
        y = g.LayerNormalization(y, self.w[f"net.{i}.norm.weight"], self.w[f"net.{i}.norm.bias"], axis=-1, epsilon=1e-5)
        y = g.linear(y, self.w[f"net.{i}.up.weight"], self.w[f"net.{i}.up.bias"])
        y = g.Mul(y, g.Sigmoid(y))
        y = g.linear(y, self.w[f"net.{i}.down.weight"], self.w[f"net.{i}.down.bias"])
        return g.Add(y, g.rows(past, span - ahead, span - ahead + CHUNK, 0))

    def network(self, g, out):
        x = g.linear("features", self.w["enter.weight"], self.w["enter.bias"])
        for i in range(len(self.blocks)):
            x = self.block(g, x, i)
        x = g.LayerNormalization(x, self.w["norm.weight"], self.w["norm.bias"], axis=-1, epsilon=1e-5)
        return g.add("Add", [g.MatMul(x, np.ascontiguousarray(self.w["head.weight"].T)), self.w["head.bias"]], out=out)

    def spread(self, bands):
        """[bands, bins]: straight lines between the bands."""
        step = (self.size // 2) // (bands - 1)
        at = np.arange(self.bins) / step
        return np.maximum(0, 1 - np.abs(at[None] - np.arange(bands)[:, None])).astype(np.float32)

    def window(self):
        return np.sin(np.pi * np.arange(self.size) / self.size) ** 2

    def matrices(self):
        """Windowed DFT of a frame's even part [bins, bins] and odd part [bins, bins] (samples 0..size/2), and the inverse's, windowed."""
        n = np.arange(self.bins)
        angle = 2 * np.pi * (np.outer(n, n) % self.size) / self.size
        once = np.where((n == 0) | (n == self.size // 2), 0.5, 1.0)
        window = self.window()[:self.bins]
        forward = [np.cos(angle) * (once * window)[:, None], -np.sin(angle) * window[:, None]]
        back = [np.cos(angle) * (2 * once)[:, None] * window / self.size, -2 * np.sin(angle) * window / self.size]
        return [m.astype(np.float32) for m in forward + back]

    def divisor(self):
        """1 / the summed squared window [hop]."""
        square = np.pad(self.window() ** 2, (0, -self.size % self.hop))
        return (1 / square.reshape(-1, self.hop).sum(0)).astype(np.float32)

    def cut(self, g):
        """Frames [2 CHUNK, size], the pulses' and then the noise's, from whole hops."""
        count, last = self.overlap + 1, self.size - self.overlap * self.hop
        past = g.Concat("wave", "excitation", axis=1)
        g.Slice(past, np.int64([CHUNK]), np.int64([CHUNK + self.overlap]), np.int64([1]), out="wave_out")
        parts = [g.rows(past, i, i + CHUNK, 1) for i in range(count - 1)]
        parts.append(g.Slice(past, np.int64([count - 1, 0]), np.int64([count - 1 + CHUNK, last]), np.int64([1, 2])))
        return g.Reshape(g.Concat(*parts, axis=2), np.int64([2 * CHUNK, self.size]))

    def spectra(self, g, transform):
        """Real and imaginary parts of both waves, each [2 CHUNK, bins]."""
        frames = self.cut(g)
        if transform == "matrix":
            cosine, sine, _, _ = self.matrices()
            low = g.rows(frames, 0, self.bins, 1)
            high = g.Slice(frames, np.int64([self.size - 1]), np.int64([self.size // 2 - 1]), np.int64([1]), np.int64([-1]))
            high = g.Concat(g.rows(frames, 0, 1, 1), high, axis=1)            # sample size - n; of n = 0, sample 0
            return g.MatMul(g.Add(low, high), cosine), g.MatMul(g.Sub(low, high), sine)
        both = g.DFT(g.Unsqueeze(g.Mul(frames, self.window().astype(np.float32)), np.int64([2])), "", np.int64(1), onesided=1)
        return g.Gather(both, np.int64(0), axis=2), g.Gather(both, np.int64(1), axis=2)

    def filters(self, g):
        """Real and imaginary parts of the pulse filter, noise gain, each [CHUNK, bins]."""
        size, angle, gain = g.Split("raw", np.int64([self.pulse, self.pulse, self.noise]), outputs=3, axis=1)
        limits = (np.float32(-14), np.float32(4))
        m = g.Exp(g.Clip(g.MatMul(size, self.spread(self.pulse)), *limits))
        a = g.MatMul(angle, self.spread(self.pulse))
        return g.Mul(m, g.Cos(a)), g.Mul(m, g.Sin(a)), g.Exp(g.Clip(g.MatMul(gain, self.spread(self.noise)), *limits))

    def join(self, g, real, imaginary):
        """Spectrum, two of [CHUNK, bins] -> samples [CHUNK, hop]."""
        _, _, cosine, sine = self.matrices()
        even, odd = g.MatMul(real, cosine), g.MatMul(imaginary, sine)
        back = g.Slice(g.Sub(even, odd), np.int64([self.bins - 2]), np.int64([0]), np.int64([1]), np.int64([-1]))
        past = g.Concat("sum", g.Concat(g.Add(even, odd), back, axis=1), axis=0)
        g.Slice(past, np.int64([CHUNK]), np.int64([CHUNK + self.overlap]), np.int64([0]), out="sum_out")
        parts = [g.Slice(past, np.int64([self.overlap - i, i * self.hop]), np.int64([self.overlap - i + CHUNK, min((i + 1) * self.hop, self.size)]),
                         np.int64([0, 1])) for i in range(self.overlap + 1)]
        short = self.hop * (self.overlap + 1) - self.size
        total = parts[0]
        for part in parts[1:-1]:
            total = g.Add(total, part)
        total = g.Add(total, g.Pad(parts[-1], np.int64([0, 0, 0, short])) if short else parts[-1])
        g.add("Mul", [total, self.divisor()], out="pcm")

    def sound(self, g, transform):
        real, imaginary = self.spectra(g, transform)
        (pr, nr), (pi, ni) = [g.Split(x, np.int64([CHUNK, CHUNK]), outputs=2, axis=0) for x in (real, imaginary)]
        fr, fi, gain = self.filters(g)
        self.join(g, g.Add(g.Sub(g.Mul(pr, fr), g.Mul(pi, fi)), g.Mul(nr, gain)), g.Add(g.Add(g.Mul(pr, fi), g.Mul(pi, fr)), g.Mul(ni, gain)))

    def model(self, whole=True, transform="matrix"):
        """ONNX model: features [CHUNK, mel+2] (and excitation [2, CHUNK, hop] when `whole`) -> raw or pcm, and the states."""
        from onnx import TensorProto, checker, helper, numpy_helper
        g = Graph()
        self.network(g, "raw")
        if whole:
            self.sound(g, transform)
        kept = {k: s for k, s in self.states().items() if whole or k.startswith("ring")}
        inputs = {"features": (CHUNK, self.inputs), **({"excitation": (2, CHUNK, self.hop)} if whole else {}), **kept}
        outputs = {"pcm": (CHUNK, self.hop)} if whole else {"raw": (CHUNK, len(self.w["head.bias"]))}
        outputs.update({k + "_out": s for k, s in kept.items()})
        info = [[helper.make_tensor_value_info(k, TensorProto.FLOAT, s) for k, s in group.items()] for group in (inputs, outputs)]
        constants = [numpy_helper.from_array(v, k) for k, v in g.constants.values()]
        model = helper.make_model(helper.make_graph(g.nodes, "vocoder", *info, constants), opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
        checker.check_model(model)
        return model, inputs, outputs
