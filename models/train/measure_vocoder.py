"""The vocoder beside ONNX Runtime: the same weights, exported here, int8 against int8, one thread, rounds of the two in turn.

    python models/train/measure_vocoder.py --bench build/tests/bench_tts models/packs/nano/vocoder.gguf models/packs/nano/tts.gguf

Chunks of 10 frames (100 ms), states carried from chunk to chunk.  Times are CPU nanoseconds a frame, the median of the rounds; ratios
are the median of the rounds' ratios.  The peer gets every form tried here and counts with its fastest: int8 by quantize_dynamic (what
its documentation advises) and by quantize_static (QDQ, calibrated on the very frames that are timed), the forward transform as matrices or
as DFT; all graph optimisations, sequential, bound buffers.  Its excitations are made beforehand, Sotto's within Sotto's time.
Before the timing the sound of each form is held against Sotto's.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from vocoder_onnx import CHUNK, Vocoder


class Sotto:
    """tests/bench_tts in its answering mode; `read` gives what it dumped."""

    def __init__(self, bench, vocoder, tts, kernels, folder):
        self.folder = Path(folder)
        command = [bench, vocoder, tts, kernels, folder]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2):
            print(self.process.stdout.readline().strip())

    def read(self, name):
        return np.fromfile(self.folder / f"{name}.f32", np.float32)

    def round(self):
        """ns a frame: network, whole vocoder."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return tuple(map(float, self.process.stdout.readline().split()))


class Peer:
    """One ONNX Runtime session with its buffers bound once; states go from the outputs' buffers to the inputs' by swapping two bindings."""

    def __init__(self, name, model, inputs, outputs, features, excitation):
        import onnxruntime as ort
        o = ort.SessionOptions()
        o.intra_op_num_threads = o.inter_op_num_threads = 1
        o.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
        o.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
        o.add_session_config_entry("session.intra_op.allow_spinning", "0")
        o.add_session_config_entry("session.set_denormal_as_zero", "1")
        self.name, self.session = name, ort.InferenceSession(model, o, providers=["CPUExecutionProvider"])
        self.given = {"features": features} | ({"excitation": excitation} if "excitation" in inputs else {})
        self.main = "pcm" if "pcm" in outputs else "raw"
        self.input = {k: np.zeros(inputs[k], np.float32) for k in self.given}
        self.output = np.zeros(outputs[self.main], np.float32)
        self.state = [{k: np.zeros(s, np.float32) for k, s in inputs.items() if k not in self.given} for _ in (0, 1)]
        self.bindings = [self.bind(i) for i in (0, 1)]

    def bind(self, i):
        b = self.session.io_binding()
        for k, v in {**self.input, **self.state[i]}.items():
            b.bind_input(k, "cpu", 0, np.float32, v.shape, v.ctypes.data)
        for k, v in {self.main: self.output, **{k + "_out": v for k, v in self.state[1 - i].items()}}.items():
            b.bind_output(k, "cpu", 0, np.float32, v.shape, v.ctypes.data)
        return b

    def start(self, first):
        for k, v in self.state[0].items():
            v[:] = 0
        if "wave" in self.state[0]:
            self.state[0]["wave"][:, -1] = first

    def run(self, keep=None):
        chunks = self.given["features"].shape[0]
        for c in range(chunks):
            for k, v in self.input.items():
                v[:] = self.given[k][c]
            self.session.run_with_iobinding(self.bindings[c % 2])
            if keep is not None:
                keep.append(self.output.copy())

    def round(self, first):
        self.start(first)
        start = time.process_time()
        self.run()
        return (time.process_time() - start) * 1e9 / (CHUNK * len(self.given["features"]))


def dynamic(model, folder, name):
    from onnxruntime.quantization import QuantType, quantize_dynamic
    out = f"{folder}/{name}.dynamic.onnx"
    quantize_dynamic(model, out, op_types_to_quantize=["MatMul"], per_channel=True, weight_type=QuantType.QInt8, nodes_to_exclude=not_layers(model))
    return out


def static(model, folder, name, feeds):
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    class Reader(CalibrationDataReader):
        def __init__(self):
            self.left = iter(feeds)

        def get_next(self):
            return next(self.left, None)

    out = f"{folder}/{name}.static.onnx"
    quantize_static(model, out, Reader(), quant_format=QuantFormat.QDQ, op_types_to_quantize=["MatMul"], per_channel=True,
                    weight_type=QuantType.QInt8, activation_type=QuantType.QUInt8, nodes_to_exclude=not_layers(model))
    return out


def not_layers(model):
    """The matrices that are no layers of the network (transforms, lines between bands): they stay float, as in Sotto."""
    import onnx
    nodes = onnx.load(model).graph.node
    last = max(i for i, n in enumerate(nodes) if "raw" in n.output)
    return [n.name for n in nodes[last + 1:] if n.op_type == "MatMul"]


def feeds(peer, first, most=20):
    """Inputs of the first chunks as the float model meets them."""
    rows = []
    peer.start(first)
    for c in range(min(most, len(peer.given["features"]))):
        for k, v in peer.input.items():
            v[:] = peer.given[k][c]
        rows.append({k: v.copy() for k, v in {**peer.input, **peer.state[c % 2]}.items()})
        peer.session.run_with_iobinding(peer.bindings[c % 2])
    return rows


def agree(peer, first, pcm, skip):
    """Correlation and signal-to-noise ratio in dB of a form's sound with Sotto's, after the start that the two fill differently."""
    keep = []
    peer.start(first)
    peer.run(keep)
    got = np.concatenate(keep).reshape(-1)[skip[0]:]
    n = min(len(got), len(pcm))
    got, want = got[skip[1]:n].astype(np.float64), pcm[skip[1]:n].astype(np.float64)
    return np.corrcoef(got, want)[0, 1], 10 * np.log10((want ** 2).sum() / ((got - want) ** 2).sum())


def forms(v, folder, features, excitation, first):
    """Every form of the whole vocoder, then of the network alone."""
    import onnx
    for whole in (True, False):
        for transform in ("matrix", "dft") if whole else ("",):
            model, inputs, outputs = v.model(whole, transform)
            name = f"vocoder, {transform}" if whole else "network"
            path, short = f"{folder}/{name}.onnx", name.replace(", ", "_")
            onnx.save(model, path)
            real = Peer(f"{name}, float32", path, inputs, outputs, features, excitation)
            yield real
            yield Peer(f"{name}, dynamic int8", dynamic(path, folder, short), inputs, outputs, features, excitation)
            yield Peer(f"{name}, static int8", static(path, folder, short, feeds(real, first)), inputs, outputs, features, excitation)


def excitations(v, sotto, chunks):
    """[chunks, 2, CHUNK, hop] from the second hop on, and the first hop [2, hop]."""
    both = np.stack([sotto.read("pulses"), sotto.read("noise")])
    first, rest = both[:, :v.hop], both[:, v.hop:]
    rest = np.pad(rest, ((0, 0), (0, max(0, chunks * CHUNK * v.hop - rest.shape[1]))))[:, :chunks * CHUNK * v.hop]
    return np.ascontiguousarray(rest.reshape(2, chunks, CHUNK, v.hop).swapaxes(0, 1)), first


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("vocoder", help="vocoder.gguf")
    p.add_argument("tts", help="tts.gguf that makes the frames")
    p.add_argument("--bench", required=True, help="the program bench_tts")
    p.add_argument("--kernels", default="", help="kernel table of Sotto; default: the fastest")
    p.add_argument("--rounds", type=int, default=11)
    a = p.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})     # one core for both: moving between cores costs whoever is moved its cache
    with tempfile.TemporaryDirectory() as folder:
        measure(a, folder)


def measure(a, folder):
    import logging
    import onnxruntime as ort
    logging.getLogger().setLevel(logging.ERROR)
    ort.set_default_logger_severity(3)
    v, sotto = Vocoder(a.vocoder), Sotto(a.bench, a.vocoder, a.tts, a.kernels, folder)
    features = sotto.read("features").reshape(-1, v.inputs)
    chunks = len(features) // CHUNK
    features = np.ascontiguousarray(features[:chunks * CHUNK].reshape(chunks, CHUNK, v.inputs))
    excitation, first = excitations(v, sotto, chunks)
    peers = list(forms(v, folder, features, excitation, first))
    pcm, start = sotto.read("pcm"), 40 * v.hop
    for peer in peers:
        if peer.main == "pcm":
            correlation, snr = agree(peer, first, pcm, (v.ahead * v.hop, start))
            print(f"{peer.name:36} beside Sotto's sound: correlation {correlation:.5f}, {snr:5.1f} dB")
            if correlation < 0.9:
                sys.exit("that is another sound: not the same vocoder")
    times = {peer.name: [] for peer in peers}
    own = []
    for i in range(a.rounds + 1):
        row = sotto.round()
        for peer in peers:
            taken = peer.round(first)
            times[peer.name] += [taken] if i else []
        own += [row] if i else []
    report(v, times, own, ort.__version__)


def report(v, times, own, version):
    median = statistics.median
    print(f"ONNX Runtime {version}, 1 thread, chunks of {CHUNK} frames, ns a frame:")
    for name, row in times.items():
        print(f"  {name:36} {median(row):8.0f}")
    print(f"  {'Sotto, network':36} {median(r[0] for r in own):8.0f}\n  {'Sotto, whole vocoder':36} {median(r[1] for r in own):8.0f}")
    frame = 1e9 * v.hop / v.fields["sotto.mel.sample_rate"]
    print(f"Sotto's vocoder: RTF {median(r[1] for r in own) / frame:.5f}")
    for part, which in ("network", 0), ("vocoder", 1):
        for kind in "int8", "float32":
            rows = [times[n] for n in times if n.startswith(part) and kind in n]
            best = [min(r[i] for r in rows) for i in range(len(own))]
            print(f"Sotto over the fastest ONNX Runtime, {part}, int8 against {kind}: {median(b / r[which] for b, r in zip(best, own)):.2f}x")


if __name__ == "__main__":
    main()
