"""Configurations of trainers: keys as their sources have them.

==============  ==============================================  ===============
trainer         keys looked up in                               as of
==============  ==============================================  ===============
llama-factory   data/parser.py, hparams/, examples/             2026-08-18
axolotl         utils/schemas/                                  2026-07-24
trl             trainer/sft_config.py, scripts/utils.py         2026-07-24
swift           docs: Command-line parameters, Custom dataset   2026-08-22
unsloth         chat_templates.py                               2026-08-22
==============  ==============================================  ===============

`make trainers` has the loaders of each read what is written.
"""

import json
from collections.abc import Callable
from typing import Any

from instag.io.trainers import llama_factory
from instag.io.trainers.plan import BATCH, EPOCHS, GATHERED, LENGTH, PAPER, RANK, RATE, SEED, Plan
from instag.io.trainers.yaml_text import yaml

__all__ = ["filename", "text_of"]


def filename(trainer: str) -> str:
    """The file of a trainer's configuration."""
    return "unsloth_sft.py" if trainer == "unsloth" else f"{trainer}.yaml"


def text_of(trainer: str, plan: Plan) -> str:
    """Make the configuration of a trainer, to be used from the folder that it is in."""
    return MAKERS[trainer](plan)


def _axolotl(plan: Plan) -> str:
    def dataset(file: str) -> dict[str, Any]:
        # Its schema has no keys for the columns of preferences: it reads "chosen" and "rejected".
        return {
            "path": f"data/{file}.jsonl",
            "ds_type": "json",
            **({"split": "train"} if file != "train" or plan.pairs else {}),
            "type": "chat_template.default" if plan.pairs else "chat_template",
            "field_messages": "messages",
            **({"field_tools": "tools"} if plan.tools else {}),
            "message_property_mappings": {"role": "role", "content": "content"},
            **({} if plan.pairs else {"roles_to_train": ["assistant"]}),
        }

    values = {
        "base_model": plan.model,
        **({"rl": "dpo"} if plan.pairs else {}),
        "datasets": [dataset("train")],
        **({"test_datasets": [dataset("val")]} if plan.validation else {}),
        "val_set_size": 0,
        "sequence_len": LENGTH,
        "adapter": "lora",
        "lora_r": RANK,
        "lora_alpha": 2 * RANK,
        "lora_target_linear": True,
        "micro_batch_size": BATCH,
        "gradient_accumulation_steps": GATHERED,
        "learning_rate": RATE,
        "optimizer": "adamw_torch",
        "lr_scheduler": "cosine",
        "warmup_ratio": 0.03,
        "num_epochs": EPOCHS,
        **({"evals_per_epoch": 1} if plan.validation else {}),
        "saves_per_epoch": 1,
        "bf16": "auto",
        "output_dir": "output/axolotl",
        "seed": SEED,
    }
    return (
        "# axolotl train axolotl.yaml\n"
        + yaml(values)
        + PAPER.format("no adapter, num_epochs: 5, learning_rate: 2.0e-5")
    )


def _trl(plan: Plan) -> str:
    values = {
        "model_name_or_path": plan.model,
        # A folder: its files are its splits.
        "dataset_name": "trl" if plan.pairs else "data",
        "dataset_train_split": "train",
        **({"dataset_test_split": "validation", "eval_strategy": "epoch"} if plan.validation else {}),
        "max_length": LENGTH,
        **({} if plan.pairs else {"assistant_only_loss": True}),
        "use_peft": True,
        "lora_r": RANK,
        "lora_alpha": 2 * RANK,
        "per_device_train_batch_size": BATCH,
        "gradient_accumulation_steps": GATHERED,
        "learning_rate": RATE,
        "lr_scheduler_type": "cosine",
        "num_train_epochs": EPOCHS,
        "logging_steps": 10,
        "output_dir": "output/trl",
        "seed": SEED,
    }
    head = "# trl dpo --config trl.yaml\n" if plan.pairs else TRL_HEAD
    return head + yaml(values) + PAPER.format("use_peft: false, num_train_epochs: 5, learning_rate: 2.0e-5")


TRL_HEAD = """\
# trl sft --config trl.yaml
# Only what the assistant says is learned: that takes a chat template with {% generation %}, which TRL has for the
# families of models that it knows. Where it says that there is none, use another trainer or name a template.
"""


def _swift(plan: Plan) -> str:
    values = {
        "model": plan.model,
        "use_hf": True,
        "tuner_type": "lora",
        "dataset": ["data/train.jsonl"],
        **({"val_dataset": ["data/val.jsonl"], "eval_strategy": "epoch"} if plan.validation else {}),
        "split_dataset_ratio": 0,
        "max_length": LENGTH,
        "lora_rank": RANK,
        "lora_alpha": 2 * RANK,
        "target_modules": ["all-linear"],
        "per_device_train_batch_size": BATCH,
        "gradient_accumulation_steps": GATHERED,
        "learning_rate": RATE,
        "num_train_epochs": EPOCHS,
        "logging_steps": 10,
        "output_dir": "output/swift",
        "seed": SEED,
    }
    return (
        "# swift sft swift.yaml\n"
        + yaml(values)
        + PAPER.format("tuner_type: full, num_train_epochs: 5, learning_rate: 2.0e-5")
    )


def _unsloth(plan: Plan) -> str:
    evaluation = '    eval_dataset=data["validation"],\n' if plan.validation else ""
    return f'''\
"""python unsloth_sft.py"""

from unsloth import FastLanguageModel  # first, for it changes the others
from datasets import load_dataset
from trl import SFTConfig, SFTTrainer

model, tokenizer = FastLanguageModel.from_pretrained({json.dumps(plan.model)}, max_seq_length={LENGTH}, load_in_4bit=False)
model = FastLanguageModel.get_peft_model(model, r={RANK}, lora_alpha={2 * RANK}, random_state={SEED})
data = load_dataset("data")
data = data.map(lambda row: {{"text": tokenizer.apply_chat_template(row["messages"], tokenize=False)}})
trainer = SFTTrainer(
    model=model,
    processing_class=tokenizer,
    train_dataset=data["train"],
{evaluation}    args=SFTConfig(
        output_dir="output/unsloth",
        dataset_text_field="text",
        max_length={LENGTH},
        per_device_train_batch_size={BATCH},
        gradient_accumulation_steps={GATHERED},
        learning_rate={RATE},
        num_train_epochs={EPOCHS},
        seed={SEED},
    ),
)
# To learn only what the assistant says, name what stands before each side's turns in the model's chat template:
# from unsloth.chat_templates import train_on_responses_only
# trainer = train_on_responses_only(trainer, instruction_part="<|im_start|>user\\n", response_part="<|im_start|>assistant\\n")
trainer.train()
'''


MAKERS: dict[str, Callable[[Plan], str]] = {
    "llama-factory": llama_factory.configuration,
    "axolotl": _axolotl,
    "trl": _trl,
    "swift": _swift,
    "unsloth": _unsloth,
}
