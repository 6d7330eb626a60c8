"""A tiny random model, for trainers to train."""

import subprocess
import sys
from pathlib import Path

import pytest

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
    # Made by another process: some libraries of trainers crash where a process ends that has loaded them.
    subprocess.run([sys.executable, __file__, folder], check=False, timeout=600)
    assert (folder / "model.safetensors").is_file()
    return folder


def make(folder: str) -> None:
    """Make the model."""
    tokenizers = pytest.importorskip("tokenizers")
    transformers = pytest.importorskip("transformers")
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


if __name__ == "__main__":
    make(sys.argv[1])
