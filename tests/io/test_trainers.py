"""Folders to train from: what is in them, what no trainer is given, and what a person's edits are worth."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest

import instag
from instag.io.trainers import TRAINERS
from instag.io.trainers.configs import text_of
from instag.io.trainers.plan import Plan

MODEL = "Qwen/Qwen3-4B-Instruct-2507"
CHAT = [
    {"messages": [{"role": "user", "content": f"Count to {n}."}, {"role": "assistant", "content": "1, 2, …"}]}
    for n in range(2, 12)
]
CALL = {"id": "c1", "type": "function", "function": {"name": "rain", "arguments": '{"town": "Oslo"}'}}
TOOLS = [{"type": "function", "function": {"name": "rain", "description": "Rain?", "parameters": {"type": "object"}}}]
CALLS = [
    {
        "messages": [
            {"role": "user", "content": "Does it rain in Oslo?"},
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "tool", "content": "yes"},
            {"role": "assistant", "content": "It does."},
        ],
        "tools": json.dumps(TOOLS),
    }
]
PAIRS = [
    {"prompt": "Name a bird.", "chosen": "A heron.", "rejected": "A cow."},
    {"prompt": "Name a tree.", "chosen": "An oak.", "rejected": "A fern."},
]


def rows_of(path: Path) -> list[Any]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def plain_yaml(text: str) -> dict[str, str]:
    """The values of the keys at the left edge."""
    lines = [line for line in text.splitlines() if line and line[0] not in " #-"]
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


def test_all_trainers_get_the_same_data(tmp_path: Path) -> None:
    split = instag.split(pl.DataFrame(CHAT), validation=2)
    instag.write(split, tmp_path / "my run", trainers=TRAINERS, model=MODEL)
    folder = tmp_path / "my run"
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*.*")) == [
        "axolotl.yaml",
        "data/dataset_info.json",
        "data/train.jsonl",
        "data/val.jsonl",
        "llama-factory.yaml",
        "swift.yaml",
        "trl.yaml",
        "unsloth_sft.py",
    ]
    assert [len(rows_of(folder / "data" / name)) for name in ("train.jsonl", "val.jsonl")] == [8, 2]
    info = json.loads((folder / "data" / "dataset_info.json").read_text())
    assert list(info) == ["my_run_train", "my_run_val"]
    assert info["my_run_val"]["file_name"] == "val.jsonl"
    factory = plain_yaml((folder / "llama-factory.yaml").read_text())
    assert (factory["dataset"], factory["eval_dataset"]) == ("my_run_train", "my_run_val")
    assert factory["template"] == "qwen3_nothink"
    assert plain_yaml((folder / "trl.yaml").read_text())["dataset_test_split"] == "validation"
    compile((folder / "unsloth_sft.py").read_text(), "unsloth_sft.py", "exec")


def test_datasets_reads_the_folder_by_its_splits(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    instag.write(pl.DataFrame(CHAT), tmp_path, trainers="trl", model=MODEL, validation=pl.DataFrame(CHAT[:3]))
    found = datasets.load_dataset(str(tmp_path / "data"), cache_dir=str(tmp_path / "cache"))
    assert {name: part.num_rows for name, part in found.items()} == {"train": 10, "validation": 3}
    assert found["train"].column_names == ["messages"]


def test_calls_of_tools_have_a_file_of_their_own_for_llama_factory(tmp_path: Path) -> None:
    instag.write(pl.DataFrame(CALLS), tmp_path, trainers=["llama-factory", "axolotl"], model=MODEL)
    kept = rows_of(tmp_path / "data" / "train.jsonl")[0]
    assert kept["messages"][1]["tool_calls"] == [CALL]
    assert kept["tools"] == CALLS[0]["tools"]
    made = rows_of(tmp_path / "llama-factory" / "train.jsonl")[0]
    assert [turn["from"] for turn in made["conversations"]] == ["human", "function_call", "observation", "gpt"]
    assert json.loads(made["conversations"][1]["value"]) == {"name": "rain", "arguments": {"town": "Oslo"}}
    entry = json.loads((tmp_path / "data" / "dataset_info.json").read_text()).popitem()[1]
    assert entry["file_name"] == "../llama-factory/train.jsonl"
    assert entry["columns"] == {"messages": "conversations", "tools": "tools"}
    assert "field_tools: tools" in (tmp_path / "axolotl.yaml").read_text()


def test_preferences(tmp_path: Path) -> None:
    instag.write(pl.DataFrame(PAIRS), tmp_path, trainers=["llama-factory", "axolotl", "trl"], model=MODEL)
    assert rows_of(tmp_path / "data" / "train.jsonl")[0] == {
        "messages": [{"role": "user", "content": "Name a bird."}],
        "chosen": {"role": "assistant", "content": "A heron."},
        "rejected": {"role": "assistant", "content": "A cow."},
    }
    assert rows_of(tmp_path / "trl" / "train.jsonl")[1] == {
        "prompt": [{"role": "user", "content": "Name a tree."}],
        "chosen": [{"role": "assistant", "content": "An oak."}],
        "rejected": [{"role": "assistant", "content": "A fern."}],
    }
    assert plain_yaml((tmp_path / "llama-factory.yaml").read_text())["stage"] == "dpo"
    assert plain_yaml((tmp_path / "axolotl.yaml").read_text())["rl"] == "dpo"
    assert json.loads((tmp_path / "data" / "dataset_info.json").read_text()).popitem()[1]["ranking"] is True
    with pytest.raises(
        instag.InputError, match="trainers: preferences are written for llama-factory, axolotl, trl; found swift"
    ):
        instag.write(pl.DataFrame(PAIRS), tmp_path, trainers="swift", model=MODEL)


def test_any_layout_is_written_as_messages(tmp_path: Path) -> None:
    alpaca = pl.DataFrame({"instruction": ["Add."], "input": ["1 and 2"], "output": ["3"], "tags": [["math"]]})
    instag.write(alpaca, tmp_path, trainers="axolotl", model=MODEL)
    turns = [{"role": "user", "content": "Add.\n1 and 2"}, {"role": "assistant", "content": "3"}]
    assert rows_of(tmp_path / "data" / "train.jsonl") == [{"messages": turns}]


def test_parts_that_are_text_become_one(tmp_path: Path) -> None:
    parts = [{"type": "text", "text": "Name a bird"}, {"type": "text", "text": "of the north."}]
    turns = [
        {"role": "user", "content": parts},
        {"role": "assistant", "content": [{"type": "text", "text": "A tern."}]},
    ]
    instag.write(pl.DataFrame({"messages": [turns]}), tmp_path, trainers="llama-factory", model=MODEL)
    assert [turn["content"] for turn in rows_of(tmp_path / "data" / "train.jsonl")[0]["messages"]] == [
        "Name a bird\nof the north.",
        "A tern.",
    ]


def test_rows_that_a_trainer_cannot_hold_are_named_and_left_out_on_demand(tmp_path: Path) -> None:
    first, second = ({"role": "user", "content": text} for text in ("Hello", "Are you there?"))
    odd = {"messages": [first, second, {"role": "assistant", "content": "Yes."}]}
    unanswered = {"messages": [first]}
    frame = pl.DataFrame([*CHAT, odd, unanswered])
    with pytest.raises(instag.InputError) as caught:
        instag.write(frame, tmp_path, trainers=["llama-factory", "trl"], model=MODEL)
    said = str(caught.value)
    assert "llama-factory cannot hold 1 of 12 rows (user and assistant do not take turns; row 11)" in said
    assert "trl cannot hold 1 of 12 rows (no turn of the assistant's to learn from; row 12)" in said
    assert said.endswith("leave them out with skip=True / --skip, or mend them")
    assert list(tmp_path.iterdir()) == []
    with pytest.warns(instag.InstagWarning, match="they are left out"):
        instag.write(frame, tmp_path, trainers=["llama-factory", "trl"], model=MODEL, skip=True)
    assert len(rows_of(tmp_path / "data" / "train.jsonl")) == 10


def test_what_a_person_has_edited_stays(tmp_path: Path) -> None:
    frame = pl.DataFrame(CHAT)
    instag.write(frame, tmp_path, trainers=["axolotl", "llama-factory"], model=MODEL)
    config, info = tmp_path / "axolotl.yaml", tmp_path / "data" / "dataset_info.json"
    instag.write(frame, tmp_path, trainers=["axolotl", "llama-factory"], model="other/qwen2-model")
    assert "other/qwen2-model" in config.read_text()
    config.write_text(config.read_text().replace("num_epochs: 3", "num_epochs: 4"))
    entries = json.loads(info.read_text())
    name = next(iter(entries))
    entries[name]["num_samples"] = 5
    info.write_text(json.dumps(entries | {"mine": {"file_name": "mine.json"}}))
    with pytest.warns(instag.InstagWarning, match=r"axolotl.yaml: somebody has edited it since: it is left as it is"):
        instag.write(frame.head(4), tmp_path, trainers=["axolotl", "llama-factory"], model=MODEL)
    assert "num_epochs: 4" in config.read_text()
    assert "other/qwen2-model" in config.read_text()
    assert len(rows_of(tmp_path / "data" / "train.jsonl")) == 4
    merged = json.loads(info.read_text())
    assert merged["mine"] == {"file_name": "mine.json"}
    assert merged[name]["num_samples"] == 5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"trainers": "lamma"},
            "trainers: expected one or more of llama-factory, axolotl, trl, swift, unsloth; found 'lamma'",
        ),
        ({"trainers": []}, "trainers: expected one or more of llama-factory, axolotl, trl, swift, unsloth; found none"),
        ({"model": None}, "model: expected the base model to train, such as Qwen/Qwen3-4B-Instruct-2507"),
        (
            {"trainers": "llama-factory", "model": "own/thing"},
            "chat_template: instag does not know LLaMA-Factory's chat template of own/thing",
        ),
    ],
)
def test_bad_options_are_refused_and_nothing_is_written(options: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(instag.InputError) as caught:
        instag.write(pl.DataFrame(CHAT), tmp_path / "out", **{"trainers": "trl", "model": MODEL, **options})
    assert str(caught.value).startswith(message)
    assert not (tmp_path / "out").exists()


def test_options_of_trainers_need_a_trainer(tmp_path: Path) -> None:
    with pytest.raises(instag.InputError, match="model: this is for trainers: name them with trainers= / --trainer"):
        instag.write(pl.DataFrame(CHAT), tmp_path / "out.jsonl", model=MODEL)
    instag.write(pl.DataFrame(CHAT), tmp_path, trainers="llama-factory", model="own/thing", chat_template="chatml")
    assert plain_yaml((tmp_path / "llama-factory.yaml").read_text())["template"] == "chatml"


def test_converting_takes_the_options_of_reading(tmp_path: Path) -> None:
    path, held = tmp_path / "rows.jsonl", tmp_path / "held.jsonl"
    path.write_text('{"ask": "Why?", "said": "So."}\n{"ask": "How?", "said": "Thus."}\n')
    held.write_text('{"ask": "When?", "said": "Now."}\n')
    done = instag.convert(
        path, tmp_path / "out", trainers="trl", model=MODEL, validation=held, query="ask", answer="said"
    )
    assert done.samples == 2
    turns = [{"role": "user", "content": "When?"}, {"role": "assistant", "content": "Now."}]
    assert rows_of(tmp_path / "out" / "data" / "val.jsonl") == [{"messages": turns}]


@pytest.mark.parametrize("trainer", TRAINERS)
def test_configurations_are_pinned(trainer: str) -> None:
    plan = Plan(MODEL, "mine", validation=True, pairs=False, tools=False, calls=False)
    golden = Path(__file__).parents[1] / "golden" / "trainers" / f"{trainer}.txt"
    assert text_of(trainer, plan) == golden.read_text()


def test_images_are_a_column_for_llama_factory(tmp_path: Path) -> None:
    def asked(image: dict[str, Any]) -> dict[str, Any]:
        content = [{"type": "text", "text": "Which bird is "}, image, {"type": "text", "text": "?"}]
        return {"messages": [{"role": "user", "content": content}, {"role": "assistant", "content": "A heron."}]}

    rows = [
        asked({"type": "image", "image": "heron.png"}),
        asked({"type": "image_url", "image_url": {"url": "/birds/tern.png"}}),
    ]
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    instag.convert(tmp_path / "in.jsonl", tmp_path / "run", trainers=["llama-factory"], model=MODEL)
    written = rows_of(tmp_path / "run" / "llama-factory" / "train.jsonl")
    assert [row["conversations"][0]["value"] for row in written] == ["Which bird is <image>?"] * 2
    assert [row["images"] for row in written] == [["heron.png"], ["/birds/tern.png"]]
    (entry,) = json.loads((tmp_path / "run" / "data" / "dataset_info.json").read_text()).values()
    assert entry["columns"] == {"messages": "conversations", "images": "images"}
    # What is in no file cannot be opened.
    rows.append(asked({"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}))
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    with pytest.raises(instag.InputError, match="neither text nor the file of an image; row 3"):
        instag.convert(tmp_path / "in.jsonl", tmp_path / "run", trainers=["llama-factory"], model=MODEL)


def test_a_column_of_images_goes_along(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "messages": [
                [{"role": "user", "content": "<image>Which bird?"}, {"role": "assistant", "content": "A tern."}]
            ],
            "images": [["tern.png"]],
        }
    )
    instag.write(frame, tmp_path, trainers=["llama-factory", "swift"], model=MODEL)
    assert rows_of(tmp_path / "data" / "train.jsonl")[0]["images"] == ["tern.png"]
    (row,) = rows_of(tmp_path / "llama-factory" / "train.jsonl")
    assert (row["images"], row["conversations"][0]["value"]) == (["tern.png"], "<image>Which bird?")


def test_preferences_with_tools_keep_their_answers(tmp_path: Path) -> None:
    rows = [row | {"tools": json.dumps(TOOLS)} for row in PAIRS]
    instag.write(pl.DataFrame(rows), tmp_path, trainers="llama-factory", model=MODEL)
    written = rows_of(tmp_path / "llama-factory" / "train.jsonl")
    assert [row["chosen"] for row in written] == [
        {"from": "gpt", "value": "A heron."},
        {"from": "gpt", "value": "An oak."},
    ]


def test_converting_counts_the_rows_that_are_written(tmp_path: Path) -> None:
    asked, answered = {"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."}
    pl.DataFrame({"messages": [[asked, answered], [asked, asked], [asked, answered] * 2]}).write_ndjson(
        tmp_path / "in.jsonl"
    )
    with pytest.warns(UserWarning, match="1 of 3 rows"):
        done = instag.convert(tmp_path / "in.jsonl", tmp_path / "out", trainers="trl", model=MODEL, skip=True)
    assert (done.samples, done.queries) == (2, 3)


def test_numbers_of_every_type_are_written(tmp_path: Path) -> None:
    said = {"price": Decimal("1.50"), "id": 2**70, "at": date(2024, 1, 2)}
    schema: dict[str, Any] = {"price": pl.Decimal(10, 2), "id": pl.Int128, "at": pl.Date}
    turn: dict[str, Any] = {"role": pl.String, "content": pl.String, "more": pl.Struct(schema)}
    turns = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So.", "more": said}]
    frame = pl.DataFrame({"messages": [turns]}, schema={"messages": pl.List(pl.Struct(turn))})
    instag.write(frame, tmp_path, trainers=["trl", "llama-factory"], model=MODEL)
    (line,) = map(json.loads, (tmp_path / "data" / "train.jsonl").read_text().splitlines())
    assert line["messages"][1]["more"] == {"price": 1.5, "id": 2**70, "at": "2024-01-02"}


@pytest.mark.parametrize("kind", [pl.Binary, pl.Duration])
def test_types_without_a_place_in_json_are_refused(tmp_path: Path, kind: Any) -> None:
    turns = pl.List(pl.Struct({"role": pl.String, "content": pl.String, "more": kind}))
    frame = pl.DataFrame({"messages": [CHAT[0]["messages"]]}, schema={"messages": turns})
    with pytest.raises(instag.InputError, match=r"data: column 'messages': (Binary|Duration.*) has no place in JSON"):
        instag.write(frame, tmp_path, trainers="trl", model=MODEL)
