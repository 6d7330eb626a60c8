"""Make what lets the demo run without a model: a journal of answers, and a tokenizer.

The samples that come with instag have the tags that a large language model gave each query when they were made. Here these
tags are written as the answers of a model that is called "sample-tags", so that a recipe can begin with raw samples and
tag them without a key or a network. No model is asked, and no tokens are counted for these answers. One query stands in two
samples ("Why does ice float?"): a journal has one answer to it, that of the first.

The tokenizer is trained on the samples themselves. It stands for that of the model that will be trained; its numbers are
near those of other tokenizers of its size, and nobody should train with it.

    python examples/sample_answers.py
"""

from pathlib import Path

import orjson
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

import instag
from instag.chat import Journal, Reply
from instag.tagging.plan import Plan

MODEL = "sample-tags"
FOLDER = Path(instag.__file__).parent / "sample_data" / "answers"


def journal(path: Path) -> None:
    """Write the tags of the samples as answers."""
    data = instag.load_sample().drop("tags")
    tags = [each for row in data.get_column("query_tags").to_list() for each in row]
    plan = Plan.of(data.drop("query_tags"), model=MODEL, journal=path)
    samples, task = plan.samples, plan.task
    if len(tags) != len(samples.question):
        raise ValueError("expected a list of tags for each query")
    path.unlink(missing_ok=True)
    said: dict[bytes, list[str]] = {}
    for question, some in zip(samples.question.tolist(), tags, strict=True):
        said.setdefault(samples.keys[question].tobytes(), some)
    with Journal.open(path, model=MODEL, prompt=task.prompt, schema=task.schema) as answers:
        for key, some in said.items():
            content = orjson.dumps({"tags": [{"tag": tag} for tag in some]}).decode()
            answers.append(Reply(key, content, "stop"))
    path.with_name(f"{path.name}.lock").unlink(missing_ok=True)


def tokenizer(path: Path) -> None:
    """Train a small tokenizer on what is said in the samples."""
    texts = [turn["content"] for turns in instag.load_sample().get_column("messages").to_list() for turn in turns]
    found = Tokenizer(models.BPE())
    found.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    found.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    found.train_from_iterator(
        texts, trainers.BpeTrainer(vocab_size=2_000, initial_alphabet=alphabet, show_progress=False)
    )
    found.save(str(path), pretty=False)


if __name__ == "__main__":
    journal(FOLDER / "tagging.journal")
    tokenizer(FOLDER / "tokenizer.json")
