"""Data sets on a hub: read, described and pushed; failures on the way, and a token that is seen nowhere."""

import json
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import instag
from hub_server import Hub
from hub_server import hub as running
from instag.io.hub import Address

pytest.importorskip("huggingface_hub")

ROWS: list[dict[str, Any]] = [{"prompt": "Why?", "tags": ["why", "short"]}, {"prompt": "How?", "tags": ["short"]}]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    with running() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setenv("HF_TOKEN", hub.token)
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
        monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "no-token"))
        yield hub


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "set"
    (made / "data").mkdir(parents=True)
    instag.write(pl.DataFrame(ROWS), made / "data" / "train.jsonl")
    instag.write(pl.DataFrame(ROWS[:1]), made / "data" / "val.jsonl")
    return made


def lines(rows: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def parquet(rows: list[dict[str, Any]]) -> bytes:
    buffer = BytesIO()
    pl.DataFrame(rows).write_parquet(buffer)
    return buffer.getvalue()


def test_files_globs_and_whole_data_sets_are_read(hub: Hub) -> None:
    hub.repositories["org/set"] = {
        "README.md": b"# A set",
        "data/train-0.jsonl": lines(ROWS),
        "data/train-1.jsonl": lines(ROWS[:1]),
        "data/test.parquet": parquet(ROWS[1:]),
    }
    base = "hf://datasets/org/set"
    assert instag.read(f"{base}/data/test.parquet").get_column("prompt").to_list() == ["How?"]
    several = instag.read(f"{base}@main/data/train-*.jsonl")
    assert several.get_column("source").to_list() == [f"{base}@main/data/train-{n}.jsonl" for n in (0, 0, 1)]
    whole = instag.read(base)
    assert sorted(whole.get_column("source").to_list()) == ["test", "train", "train", "train"]
    with pytest.warns(instag.InstagWarning, match="one item has fewer than 3 words"):
        found = instag.decontaminate(pl.DataFrame({"prompt": ["How?", "And how?"]}), f"{base}/data/test.parquet")
    assert found.dropped.select("row", "reason").rows() == [(0, "in test.parquet")]


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("hf://org/set/x.jsonl", "expected a data set on the Hub such as hf://datasets/org/name"),
        ("hf://datasets/org/none/x.jsonl", "there is no such data set at http://127.0.0.1"),
        ("hf://datasets/org/set/none.jsonl", "there is no such file in the data set"),
        ("hf://datasets/org/set/none-*.jsonl", "the glob matches no file"),
        ("hf://datasets/org/set@v9/x.jsonl", "there is no such revision"),
        ("ftp://somewhere/x.jsonl", "expected a path, or an address that begins with hf://"),
    ],
)
def test_what_is_not_there_is_said_in_a_line(address: str, message: str, hub: Hub) -> None:
    hub.repositories["org/set"] = {"x.jsonl": lines(ROWS)}
    with pytest.raises(instag.InputError) as caught:
        instag.read(address)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_private_data_sets_take_a_token(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.repositories["org/own"] = {"x.jsonl": lines(ROWS)}
    hub.private.add("org/own")
    assert instag.read("hf://datasets/org/own/x.jsonl").height == 2
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setenv("HF_HUB_CACHE", "/nowhere-else")
    with pytest.raises(instag.InputError, match="or it is private: then set HF_TOKEN") as caught:
        instag.read("hf://datasets/org/own/x.jsonl")
    assert hub.token not in str(caught.value)


def test_without_a_network_the_cache_will_do(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.repositories["org/set"] = {"x.jsonl": lines(ROWS), "y.jsonl": lines(ROWS)}
    assert instag.read("hf://datasets/org/set@main/x.jsonl").height == 2
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert instag.read("hf://datasets/org/set@main/x.jsonl").height == 2
    assert instag.read("hf://datasets/org/set/x.jsonl").height == 2
    with pytest.raises(instag.InputError, match=r"http://127.0.0.1:9 cannot be reached") as caught:
        instag.read("hf://datasets/org/set/y.jsonl")
    assert "\n" not in str(caught.value)


def test_a_folder_is_pushed_in_one_commit_and_read_again(hub: Hub, folder: Path) -> None:
    (folder / ".hidden").write_text("no")
    (folder / "out.journal").write_text("no")
    (folder / "output").mkdir()
    (folder / "output" / "weights.bin").write_text("no")
    done = instag.push(
        folder, "me/mine", sources={"alpaca": "cc-by-nc-4.0", "own": None}, command="instag run mine.toml"
    )
    assert done.url is not None
    assert sorted(hub.repositories["me/mine"]) == ["README.md", "data/train.jsonl", "data/val.jsonl"]
    assert [path for _, path in hub.requests if "/commit/" in path] == ["/api/datasets/me/mine/commit/main"]
    assert instag.read("hf://datasets/me/mine").height == 3
    card = hub.repositories["me/mine"]["README.md"].decode()
    assert "| alpaca | cc-by-nc-4.0 |" in card
    assert "| own | not given |" in card
    assert "license: other" in card
    assert "short (3), why (2)" in card
    assert "$ instag run mine.toml" in card


def test_a_dry_run_asks_and_writes_nothing(hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN")
    done = instag.push(folder, "me/mine", dry_run=True, title="Mine")
    assert hub.requests == []
    assert not (folder / "README.md").exists()
    assert done.card.startswith('---\npretty_name: Mine\nsize_categories:\n  - "n<1K"\n')
    assert repr(done).splitlines()[-1] == "nothing was pushed to me/mine"


def test_a_lost_connection_leaves_the_data_set_as_it_was(hub: Hub, folder: Path) -> None:
    hub.repositories["me/mine"] = {"data/train.jsonl": b"old"}
    hub.fails = ("/commit/main",)
    with pytest.raises(instag.InputError, match=r"me/mine: .* cannot be reached") as caught:
        instag.push(folder, "me/mine")
    assert hub.token not in str(caught.value)
    assert hub.repositories["me/mine"] == {"data/train.jsonl": b"old"}
    hub.fails = ()
    instag.push(folder, "me/mine")
    assert hub.repositories["me/mine"]["data/train.jsonl"] == lines(ROWS).replace(b": ", b":").replace(b", ", b",")


def test_a_token_that_may_not_is_said(hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = "hf_" + "x" * 34
    monkeypatch.setenv("HF_TOKEN", other)
    with pytest.raises(instag.InputError, match=r"refused it \(401\): set HF_TOKEN") as caught:
        instag.push(folder, "me/mine")
    assert other not in str(caught.value)
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(instag.InputError, match="push: there is no token: set HF_TOKEN, or run hf auth login"):
        instag.push(folder, "me/mine")
    assert hub.repositories == {}


def test_files_with_a_token_stay_here(hub: Hub, folder: Path) -> None:
    (folder / "notes.txt").write_text(f"remember: {hub.token}\n")
    with pytest.raises(instag.InputError, match=r"notes\.txt: there is a token of the Hub in this file") as caught:
        instag.push(folder, "me/mine")
    assert hub.token not in str(caught.value)
    assert hub.requests == []


def test_without_the_package_a_dry_run_works_and_a_push_says_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    assert "data/train.jsonl" in instag.push(folder, "me/mine", dry_run=True).files
    with pytest.raises(instag.InputError, match=r"pip install 'instag\[hub\]'"):
        instag.push(folder, "me/mine")
    folder.joinpath("notes.txt").write_text("hf_secret")
    with pytest.raises(instag.InputError, match=r"notes\.txt"):
        instag.push(folder, "me/mine", dry_run=True)


@pytest.mark.parametrize("name", ["mine", "a/b/c", "/mine", "me/", "me/my set", "https://hub/me/mine", ""])
def test_names_that_are_none_are_refused(name: str, folder: Path) -> None:
    with pytest.raises(instag.InputError, match="repository: expected the name of a data set such as org/name"):
        instag.push(folder, name)


def test_cards_say_what_is_known_and_keep_what_a_person_wrote(folder: Path) -> None:
    (folder / "manifest.json").write_text(
        json.dumps(
            {
                "sources": [{"name": "own", "license": "mit"}, {"name": "more", "license": "mit"}],
                "steps": [{"name": "dedup", "rows_in": 40, "rows_out": 3}],
            }
        )
    )
    text = instag.card(folder)
    assert "license: mit" in text
    assert "| dedup | 40 | 3 |" in text
    assert instag.card(folder, title="Anew").startswith("---\npretty_name: Anew")
    path = folder / "README.md"
    path.write_text(path.read_text() + "\nBy hand.\n")
    with pytest.raises(instag.InputError, match=r"README.md: it was written or edited by a person"):
        instag.card(folder)
    assert instag.push(folder, "me/mine", dry_run=True).card.endswith("By hand.\n")


def test_cards_need_data(tmp_path: Path) -> None:
    with pytest.raises(instag.InputError, match=r"expected data files \(.jsonl, .parquet, .json, .csv\)"):
        instag.card(tmp_path)
    with pytest.raises(FileNotFoundError, match="there is no such folder"):
        instag.card(tmp_path / "nowhere")


def test_datasets_reads_what_the_card_says(folder: Path, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    instag.card(folder)
    found = datasets.load_dataset(str(folder), cache_dir=str(tmp_path / "cache"))
    assert {name: part.num_rows for name, part in found.items()} == {"train": 2, "validation": 1}


def test_addresses() -> None:
    assert Address.of("hf://datasets/a/b@refs/convert/parquet/x/*.parquet").revision == "refs/convert/parquet"
    assert Address.of("hf://datasets/a/b@~parquet/x.parquet").revision == "refs/convert/parquet"
    assert Address.of("hf://datasets/a/b") == Address("a/b", None, "")


def test_stores_that_polars_reads(hub: Hub) -> None:
    hub.repositories["org/set"] = {"x.jsonl": lines(ROWS), "x.txt": b"?"}
    address = f"{hub.url}/datasets/org/set/resolve/main/x.jsonl"
    assert instag.read(address).get_column("prompt").to_list() == ["Why?", "How?"]
    with pytest.raises(instag.InputError, match="expected one of csv, jsonl, parquet there; found text"):
        instag.read(address.replace("x.jsonl", "x.txt"))


def test_a_glob_cannot_be_listed_without_the_hub_and_that_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(instag.InputError, match=r"127.0.0.1:9 cannot be reached to list its files: try again"):
        instag.read("hf://datasets/org/name/*.jsonl")
    assert not caplog.records
