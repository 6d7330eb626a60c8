"""A small language model: loaded or made, fine-tuned on a subset, and asked about the rows held out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import torch
from torch.nn.functional import cross_entropy

from encoding import Encoder, of_bytes

TINY = "tiny"  # a random model with the bytes for tokens: it learns little, and is there within a second


@dataclass(frozen=True)
class Course:
    """How a model is trained: alike for every subset."""

    epochs: int
    learning_rate: float
    batch: int  # tokens a step
    together: int  # tokens, with padding, that are on the device at once


def device() -> str:
    """Name the device that there is."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def encoder(model: str, longest: int) -> Encoder:
    """Take the tokenizer of the model."""
    if model == TINY:
        return of_bytes(longest)
    from transformers import AutoTokenizer  # noqa: PLC0415

    tokenizer = AutoTokenizer.from_pretrained(model)
    return Encoder(lambda text: tokenizer.encode(text, add_special_tokens=False), tokenizer.eos_token_id, longest)


def load(model: str, seed: int) -> Any:
    """Load the weights, or make the tiny model's: the same for every seed, which orders the rows alone."""
    from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM  # noqa: PLC0415

    if model == TINY:
        torch.manual_seed(0)
        shape = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2}
        found = LlamaForCausalLM(LlamaConfig(vocab_size=257, **shape))
    else:
        found = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
    torch.manual_seed(seed)
    return found.to(device())


def steps(lengths: Sequence[int], course: Course, seed: int) -> list[list[int]]:
    """Deal the rows into steps of about as many tokens each, in another order each epoch."""
    dealt = []
    random = np.random.default_rng(seed)
    for _ in range(course.epochs):
        step: list[int] = []
        room = course.batch
        for row in random.permutation(len(lengths)).tolist():
            step.append(row)
            room -= lengths[row]
            if room <= 0:
                dealt.append(step)
                step, room = [], course.batch
        if step:
            dealt.append(step)
    return dealt


def parts(rows: Sequence[int], lengths: Sequence[int], together: int) -> Iterator[list[int]]:
    """Deal rows into parts that fit on the device, rows of like length together."""
    part: list[int] = []
    for row in sorted(rows, key=lambda row: lengths[row]):
        if part and lengths[row] * (len(part) + 1) > together:
            yield part
            part = []
        part.append(row)
    if part:
        yield part


def losses(model: Any, ids: Sequence[list[int]], learned: Sequence[list[bool]]) -> torch.Tensor:
    """Give the loss of each row: the sum of the negative logarithms over the tokens of its answers."""
    where = model.device
    width = max(map(len, ids))
    tokens = torch.tensor([row + [0] * (width - len(row)) for row in ids], device=where)
    there = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in ids], device=where)
    answers = torch.tensor([row + [False] * (width - len(row)) for row in learned], device=where)[:, 1:]
    with torch.autocast(where.type, torch.bfloat16, enabled=where.type == "cuda"):
        logits = model(input_ids=tokens, attention_mask=there).logits
    each = torch.zeros(answers.shape, device=where)
    each[answers] = cross_entropy(logits[:, :-1][answers].float(), tokens[:, 1:][answers], reduction="none")
    return each.sum(dim=1)


def train(model: Any, subset: pl.DataFrame, course: Course, seed: int, progress: Callable[[int, int], None]) -> int:
    """Fine-tune all weights on a subset, and give the number of steps.

    AdamW, a warm-up of 3 % and a linear end. A step weighs every token of its answers alike.
    """
    ids, learned = subset["ids"].to_list(), subset["learned"].to_list()
    lengths, answers = subset["tokens"].to_list(), subset["answer_tokens"].to_list()
    dealt = steps(lengths, course, seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=course.learning_rate, weight_decay=0.0)
    warm = max(1, round(0.03 * len(dealt)))
    model.train()
    for n, step in enumerate(dealt):
        for group in optimizer.param_groups:
            group["lr"] = course.learning_rate * min((n + 1) / warm, (len(dealt) - n) / len(dealt))
        whole = sum(answers[row] for row in step)
        for part in parts(step, lengths, course.together):
            loss = losses(model, [ids[row] for row in part], [learned[row] for row in part]).sum() / whole
            loss.backward()  # type: ignore[no-untyped-call, unused-ignore]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        progress(n + 1, len(dealt))
    return len(dealt)


@torch.no_grad()  # type: ignore[untyped-decorator, unused-ignore]
def evaluate(model: Any, held_out: pl.DataFrame, course: Course) -> list[float]:
    """Give the loss of each held-out row, in order."""
    ids, learned, lengths = held_out["ids"].to_list(), held_out["learned"].to_list(), held_out["tokens"].to_list()
    model.eval()
    found = [0.0] * len(ids)
    for part in parts(range(len(ids)), lengths, course.together):
        each = losses(model, [ids[row] for row in part], [learned[row] for row in part])
        for row, loss in zip(part, each.tolist(), strict=True):
            found[row] = loss
    return found


@torch.no_grad()  # type: ignore[untyped-decorator, unused-ignore]
def answers(model: Any, rows: pl.DataFrame, encoder: Encoder, course: Course, longest: int) -> list[list[int]]:
    """Let the model answer the last question of each row, always with the likeliest token."""
    model.eval()
    questions = [encoder.question(messages) for messages in rows["messages"].to_list()]
    lengths = [len(question) + longest for question in questions]
    said: list[list[int]] = [[] for _ in questions]
    for part in parts(range(len(questions)), lengths, course.together):
        width = max(len(questions[row]) for row in part)
        blank = [width - len(questions[row]) for row in part]
        out = model.generate(
            torch.tensor(
                [[encoder.end] * less + questions[row] for row, less in zip(part, blank, strict=True)],
                device=model.device,
            ),
            attention_mask=torch.tensor([[0] * less + [1] * (width - less) for less in blank], device=model.device),
            max_new_tokens=longest,
            do_sample=False,
            eos_token_id=encoder.end,
            pad_token_id=encoder.end,
        )
        for row, tokens in zip(part, out[:, width:].tolist(), strict=True):
            said[row] = tokens[: tokens.index(encoder.end)] if encoder.end in tokens else tokens
    return said


def reader(model: str) -> Callable[[list[int]], str]:
    """Give what turns tokens back into text."""
    if model == TINY:
        return lambda ids: bytes(n for n in ids if n < 256).decode("utf-8", "replace")
    from transformers import AutoTokenizer  # noqa: PLC0415

    tokenizer = AutoTokenizer.from_pretrained(model)
    return lambda ids: str(tokenizer.decode(ids, skip_special_tokens=True))
