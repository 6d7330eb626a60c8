"""A configuration for TRL, trained with for three steps on a tiny random model: only the assistant's words are learned."""

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import instag

pytest.importorskip("trl")
pytest.importorskip("peft")
datasets = pytest.importorskip("datasets")
tokenizers = pytest.importorskip("tokenizers")
transformers = pytest.importorskip("transformers")

ROWS = [
    {
        "messages": [
            {"role": "user", "content": f"Count to {n}."},
            {"role": "assistant", "content": ", ".join(map(str, range(n)))},
        ]
    }
    for n in range(2, 40)
]
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n"
    "{% if message.role == 'assistant' %}{% generation %}{{ message.content }}<|im_end|>{% endgeneration %}"
    "{% else %}{{ message.content }}<|im_end|>{% endif %}\n{% endfor %}"
)

ENDS = {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random model with a tokenizer of single bytes and a chat template that marks the assistant's turns."""
    folder = tmp_path_factory.mktemp("model")
    encoder = tokenizers.Tokenizer(tokenizers.models.BPE())
    encoder.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    encoder.decoder = tokenizers.decoders.ByteLevel()
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    alphabet = tokenizers.pre_tokenizers.ByteLevel.alphabet()
    encoder.train_from_iterator(
        [], tokenizers.trainers.BpeTrainer(vocab_size=300, special_tokens=special, initial_alphabet=alphabet)
    )
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=encoder, **ENDS)
    fast.chat_template = TEMPLATE
    fast.save_pretrained(folder)
    shape = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = transformers.Qwen3Config(vocab_size=len(fast), num_key_value_heads=1, head_dim=8, **shape)
    transformers.Qwen3ForCausalLM(config).save_pretrained(folder)
    return folder


def test_three_steps(model: Path, tmp_path: Path) -> None:
    frame = pl.DataFrame(ROWS)
    instag.write(frame, tmp_path, trainers="trl", model=str(model), validation=frame.head(4))
    trl = Path(sys.executable).with_name("trl")
    options = ["--max_steps", "3", "--use_cpu", "true", "--bf16", "false", "--report_to", "none"]
    done = subprocess.run(
        [trl, "sft", "--config", "trl.yaml", *options],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "train_loss" in done.stdout
    assert (tmp_path / "output" / "trl" / "adapter_config.json").is_file()


def test_only_the_assistant_is_learned_from(model: Path, tmp_path: Path) -> None:
    instag.write(pl.DataFrame(ROWS), tmp_path, trainers="trl", model=str(model))
    assert "assistant_only_loss: true" in (tmp_path / "trl.yaml").read_text()
    rows = datasets.load_dataset(str(tmp_path / "data"), cache_dir=str(tmp_path / "cache"))["train"]
    tokenizer = transformers.AutoTokenizer.from_pretrained(model)
    found = tokenizer.apply_chat_template(
        rows[0]["messages"], return_dict=True, return_assistant_tokens_mask=True, tokenize=True
    )
    learned = [token for token, mask in zip(found["input_ids"], found["assistant_masks"], strict=True) if mask]
    assert tokenizer.decode(learned) == "0, 1<|im_end|>"
