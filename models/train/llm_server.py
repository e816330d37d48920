"""llama.cpp's OpenAI-compatible server (llama-cpp-python[server]) for an llm.gguf of this project, on loopback.

What: serves FILE as `python -m llama_cpp.server` would, prints its URL on stdout once it listens, and runs until it is killed.
Why not that command: it cannot switch off the weight re-packing buffers that crash on some machines (see llm_llamacpp.py), nor take a free port.
A file without them is given the two ends that let a server stop at a tool call (llm_export.py writes them now): <|call|> and <|result|>.
Run: python models/train/llm_server.py [--model models/packs/nano/llm.gguf] [--port 0] [--delay MS]     (tests/test_remote_llama.c does)
Exit code 77: llama-cpp-python or its server is not installed.
"""
import argparse
import pathlib
import socket
import sys
import time

ENDS = ["tokenizer.ggml.eot_token_id=int:3", "tokenizer.ggml.eom_token_id=int:4"]


def load():
    """(llama_cpp, its server's app, its settings, uvicorn), without the re-packing buffers."""
    try:
        import llama_cpp
        import uvicorn
        import llm_llamacpp
        from llama_cpp.server import app, settings
    except ImportError as e:
        print(f"llm_server: {e}", file=sys.stderr)
        sys.exit(77)
    llm_llamacpp.plain_weights()
    return llama_cpp, app, settings, uvicorn


def slow_down(llama, ms):
    """Each evaluation takes ms longer, so that a test can break a stream in the middle."""
    evaluate = llama.eval

    def later(self, tokens):
        time.sleep(ms / 1000)
        evaluate(self, tokens)
    llama.eval = later


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--model", type=pathlib.Path, default=pathlib.Path("models/packs/nano/llm.gguf"))
    ap.add_argument("--port", type=int, default=0, help="0: any free one")
    ap.add_argument("--delay", type=float, default=0, help="ms that every token takes longer")
    args = ap.parse_args()
    llama_cpp, app, settings, uvicorn = load()
    if args.delay:
        slow_down(llama_cpp.Llama, args.delay)
    model = settings.ModelSettings(model=str(args.model), model_alias="sotto", n_ctx=512, n_threads=1, n_threads_batch=1, verbose=False, kv_overrides=ENDS)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", args.port))

    class Server(uvicorn.Server):
        async def startup(self, sockets=None):
            await super().startup(sockets)
            print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)

    application = app.create_app(server_settings=settings.ServerSettings(), model_settings=[model])
    Server(uvicorn.Config(application, log_level="warning")).run(sockets=[listener])


if __name__ == "__main__":
    main()
