"""Training and the whole road of `benches/evidence`, on a tiny random model."""

import os
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

import instag
import pool as pools
from encoding import of_bytes

REASON = "PyTorch is not installed: make evidence has it"
torch = pytest.importorskip("torch", reason=REASON)
transformers = pytest.importorskip("transformers", reason=REASON)

import training  # noqa: E402

ROOT = Path(__file__).parents[2]
COURSE = training.Course(epochs=2, learning_rate=1e-2, batch=1000, together=1500)
COMMAND = [sys.executable, str(ROOT / "benches" / "evidence"), "--model", "tiny", "--tokens", "3000", "--epochs", "1"]
OPTIONS = ["--batch", "1000", "--longest", "200", "--methods", "gain", "--answers", "3", "--answer-tokens", "4"]


@pytest.fixture(scope="module")
def pool() -> pools.Pool:
    return pools.prepare(instag.load_sample(), of_bytes(200), tags="tags", share=0.05, least=16)


def test_losses_in_parts_are_those_of_each_row_alone(pool: pools.Pool) -> None:
    model = training.load("tiny", 0)
    found = training.evaluate(model, pool.held_out, COURSE)
    for row, loss in zip(pool.held_out.to_dicts()[:8], found, strict=False):
        logits = model(input_ids=torch.tensor([row["ids"]])).logits[0].log_softmax(dim=-1)
        pairs = [(n, token) for n, token in enumerate(row["ids"]) if row["learned"][n]]
        assert loss == pytest.approx(-sum(float(logits[n - 1, token].detach()) for n, token in pairs), rel=1e-4)


def test_every_row_is_trained_on_once_an_epoch() -> None:
    lengths = [100, 900, 300, 500, 200, 50]
    dealt = training.steps(lengths, COURSE, 3)
    rows = [row for step in dealt for row in step]
    assert sorted(rows[:6]) == sorted(rows[6:]) == list(range(6))
    assert rows[:6] != rows[6:]
    assert training.steps(lengths, COURSE, 3) == dealt != training.steps(lengths, COURSE, 4)
    assert [row for part in training.parts(range(6), lengths, 1000) for row in part] == [5, 0, 4, 2, 3, 1]
    assert all(
        len(part) * max(lengths[row] for row in part) <= 1000 for part in training.parts(range(6), lengths, 1000)
    )


def test_training_lowers_the_loss_and_is_the_same_again(pool: pools.Pool) -> None:
    def once(seed: int) -> list[float]:
        model = training.load("tiny", seed)
        training.train(model, pool.train.head(60), COURSE, seed, lambda _done, _steps: None)
        found: list[float] = training.evaluate(model, pool.held_out, COURSE)
        return found

    before = training.evaluate(training.load("tiny", 0), pool.held_out, COURSE)
    after = once(0)
    assert sum(after) < 0.9 * sum(before)
    assert once(0) == pytest.approx(after, rel=1e-5)
    assert once(1) != pytest.approx(after, rel=1e-5)


def test_answers_do_not_depend_on_what_they_are_asked_with(pool: pools.Pool) -> None:
    model = training.load("tiny", 0)
    training.train(model, pool.train.head(20), COURSE, 0, lambda _done, _steps: None)
    rows = pool.held_out.head(5)
    together = training.answers(model, rows, of_bytes(200), training.Course(1, 1e-3, 1000, 100_000), 6)
    alone = [training.answers(model, rows[n], of_bytes(200), COURSE, 6)[0] for n in range(5)]
    assert together == alone
    assert all(len(answer) <= 6 for answer in together)


def test_weights_and_their_tokenizer_come_from_a_folder(tmp_path: Path) -> None:
    tokenizers = pytest.importorskip("tokenizers")
    words = tokenizers.Tokenizer(tokenizers.models.BPE())
    words.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    words.decoder = tokenizers.decoders.ByteLevel()
    alphabet = tokenizers.pre_tokenizers.ByteLevel.alphabet()
    trainer = tokenizers.trainers.BpeTrainer(vocab_size=300, special_tokens=["<end>"], initial_alphabet=alphabet)
    words.train_from_iterator([], trainer)
    marks = {"eos_token": "<end>"}
    transformers.PreTrainedTokenizerFast(tokenizer_object=words, **marks).save_pretrained(tmp_path)
    shape = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    saved = transformers.LlamaForCausalLM(transformers.LlamaConfig(vocab_size=300, **shape))
    saved.save_pretrained(tmp_path)

    encoder = training.encoder(str(tmp_path), 50)
    ids, learned = encoder.encode([{"role": "user", "content": "Hé?"}, {"role": "assistant", "content": "Yes."}])
    assert training.reader(str(tmp_path))(ids) == "User:\nHé?\n\nAssistant:\nYes."
    assert ids[-1] == encoder.end == 0
    assert sum(learned) == 5
    for seed in (0, 1):
        loaded = training.load(str(tmp_path), seed)
        assert all(map(torch.equal, loaded.state_dict().values(), saved.state_dict().values()))


def test_a_run_that_was_killed_goes_on(tmp_path: Path) -> None:
    command = [*COMMAND, *OPTIONS, "--seeds", "2", "-o", str(tmp_path / "out")]
    kept = tmp_path / "out" / "runs" / "random-0.json"
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=os.environ) as process:
        while not kept.exists():
            assert process.poll() is None, process.communicate()[0].decode()
            time.sleep(0.02)
        process.kill()
    first = kept.stat().st_mtime_ns
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert kept.stat().st_mtime_ns == first
    assert "random, seed 0" not in done.stdout
    assert "\n| gain | " in (tmp_path / "out" / "table.md").read_text("utf-8")
    assert (tmp_path / "out" / "losses.svg").stat().st_size > 0
    assert pl.read_csv(tmp_path / "out" / "runs.csv").filter(source="all").height == 4
    answers = pl.read_parquet(kept.with_suffix(".parquet"))["answer"]
    assert answers.is_not_null().sum() == 3

    again = subprocess.run([*command, "--epochs", "2"], capture_output=True, text=True, check=False)
    assert again.returncode == 1
    assert "epochs: 1 → 2" in again.stderr
    looked = subprocess.run([*command, "--seeds", "3", "--dry-run"], capture_output=True, text=True, check=False)
    assert "4 runs are done, 2 to do" in looked.stdout
    assert not (tmp_path / "out" / "runs" / "gain-2.json").exists()
