"""A model's weights in a file, run in this process."""

from pathlib import Path

import polars as pl
import pytest

import instag
import llama

DATA = pl.DataFrame({"question": ["Why is the sky blue?", "Write a poem."], "answer": ["x", "y"]})


@pytest.mark.slow
@pytest.mark.skipif(llama.missing() is not None, reason=llama.missing() or "")
@pytest.mark.filterwarnings("ignore::instag.InstagWarning")  # the model is too small to end each time
def test_weights_answer_and_their_name_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    path, model = tmp_path / "journal", str(llama.weights())
    prompt = tmp_path / "prompt.txt"
    prompt.write_text("Request: {query}\n\nList two tags (one or two words) that describe this request.\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", "secret")
        tagged = instag.tag(
            DATA.head(1), model=model, prompt=prompt, journal=path, max_tokens=16, structured="none", concurrency=2
        )
    assert tagged.tally.answered == 1
    assert f'"{llama.weights().stem}"' in path.read_text().splitlines()[0]
    # Answers that were paid for in time are found again.
    again = instag.estimate(DATA.head(1), model=model, prompt=prompt, journal=path, max_tokens=16)
    assert (again.kept, again.asked) == (1, 0)


def test_weights_that_are_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    pytest.importorskip("xllamacpp")
    with pytest.raises(FileNotFoundError, match=r"none.gguf: expected a GGUF file"):
        instag.tag(DATA, model=str(tmp_path / "none.gguf"), journal=tmp_path / "journal")
    (tmp_path / "bad.gguf").write_bytes(b"GGUF and no more")
    with pytest.raises(instag.InputError, match=r"bad.gguf: expected weights that llama.cpp can run"):
        instag.tag(DATA, model=str(tmp_path / "bad.gguf"), journal=tmp_path / "journal")


def test_a_server_may_call_its_model_by_a_file(tmp_path: Path) -> None:
    """llama.cpp's own server does."""
    with pytest.warns(instag.InstagWarning, match="2 not tried"):
        tagged = instag.tag(
            DATA, model="/models/x.gguf", base_url="http://127.0.0.1:9/v1", journal=tmp_path / "journal", limit=0
        )
    assert '"/models/x.gguf"' in tagged.journal.read_text()
