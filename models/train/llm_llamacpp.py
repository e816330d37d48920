"""llama.cpp through llama-cpp-python, set up for exact comparison: F32 cache, no flash attention, one thread.

The weight re-packing buffers are switched off: with them llama-cpp-python 0.3.36 crashes on Q8_0 on a CPU with AMX
that the sandbox does not let it use.  They do not change the file format, only the matmul kernels chosen.
"""
import numpy as np


def plain_weights():
    """From now on models load without the re-packing buffers; returns what puts llama.cpp's default back."""
    from llama_cpp import llama_cpp as low
    default = low.llama_model_default_params

    def plain():
        params = default()
        params.use_extra_bufts = False
        return params
    low.llama_model_default_params = plain
    return lambda: setattr(low, "llama_model_default_params", default)


def open_model(path, context=256, adapter=None):
    """A llama_cpp.Llama that keeps the logits of every position; `adapter`: a LoRA GGUF over it."""
    import llama_cpp
    restore = plain_weights()
    try:
        return llama_cpp.Llama(str(path), n_ctx=context, logits_all=True, verbose=False, n_threads=1, n_threads_batch=1,
                               type_k=0, type_v=0, flash_attn=False, lora_path=str(adapter) if adapter else None)
    finally:
        restore()


def logits(model, ids):
    """Logits [len(ids), vocab] of a token row, from an empty cache."""
    model.reset()
    model.eval(ids)
    return np.array(model.scores[:len(ids)])


def greedy(model, ids, n, stop=()):
    """At most n greedy tokens after the row `ids`, up to and with the first of `stop`."""
    model.reset()
    model.eval(ids)
    row = []
    while len(row) < n:
        row.append(int(np.argmax(model.scores[model.n_tokens - 1])))
        if row[-1] in stop:
            break
        model.eval(row[-1:])
    return row
