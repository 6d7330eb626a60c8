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
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from instag.errors import InputError

__all__ = ["PAIRED", "TRAINERS", "Plan", "Trainer", "entries", "filename", "text_of"]

Trainer = Literal["llama-factory", "axolotl", "trl", "swift", "unsloth"]
TRAINERS: tuple[Trainer, ...] = get_args(Trainer)

SEED = 0
LENGTH = 4096
RATE = 1e-4
RANK = 16
EPOCHS = 3
BATCH = 2
GATHERED = 8

# LLaMA-Factory's names of chat templates, by what is in the name of a model; the first that fits counts.
TEMPLATES = (
    (r"qwen3.*(instruct-2507|coder)", "qwen3_nothink"),
    (r"qwen3", "qwen3"),
    (r"qwen2|qwen1\.5", "qwen"),
    (r"llama-?3", "llama3"),
    (r"llama-?2", "llama2"),
    (r"gemma-?3", "gemma3"),
    (r"gemma", "gemma"),
    (r"phi-?4", "phi4"),
    (r"phi-?3", "phi"),
    (r"smollm2", "smollm2"),
    (r"smollm", "smollm"),
    (r"mistral|mixtral", "mistral"),
    (r"vicuna", "vicuna"),
    (r"glm-?4", "glm4"),
    (r"deepseek-r1", "deepseekr1"),
    (r"deepseek-v3", "deepseek3"),
    (r"\byi-", "yi"),
)
PAPER = """
# In full, as the InsTag paper trained TagLM (13 B on 6,000 samples, batches of 128): {}
"""


@dataclass(frozen=True)
class Plan:
    """What is to be trained with.

    Attributes
    ----------
    model
        The base model: a name on a hub, or a folder.
    name
        What the data are called.
    validation
        Whether there are rows to validate with.
    pairs, tools, calls, images
        Whether rows are preferences, whether any has tools, whether any turn calls one, whether any has images.
    template
        LLaMA-Factory's name of the chat template, where it is not found by the model's.
    """

    model: str
    name: str
    validation: bool
    pairs: bool
    tools: bool
    calls: bool
    images: bool = False
    template: str | None = None

    @property
    def rewritten(self) -> bool:
        """Whether LLaMA-Factory reads files of its own: it has other forms for tools and images."""
        return self.calls or self.tools or self.images


def filename(trainer: str) -> str:
    """The file of a trainer's configuration."""
    return "unsloth_sft.py" if trainer == "unsloth" else f"{trainer}.yaml"


def text_of(trainer: str, plan: Plan) -> str:
    """Make the configuration of a trainer, to be used from the folder that it is in."""
    return MAKERS[trainer](plan)


def entries(plan: Plan) -> dict[str, dict[str, Any]]:
    """LLaMA-Factory's entries for the data.

    Examples
    --------
    >>> plan = Plan("Qwen/Qwen3-4B", "mine", validation=False, pairs=False, tools=False, calls=False)
    >>> entries(plan)["mine_train"]["columns"]
    {'messages': 'messages'}
    """
    made = {}
    for part, file in (("train", "train"), ("val", "val"))[: 1 + plan.validation]:
        columns = {"messages": "conversations" if plan.rewritten else "messages"}
        columns |= {name: name for name, there in (("tools", plan.tools), ("images", plan.images)) if there}
        entry: dict[str, Any] = {
            "file_name": f"../llama-factory/{file}.jsonl" if plan.rewritten else f"{file}.jsonl",
            "formatting": "sharegpt",
            "columns": columns,
        }
        if plan.pairs:
            entry["ranking"] = True
            columns |= {"chosen": "chosen", "rejected": "rejected"}
        if not plan.rewritten:
            entry["tags"] = {
                "role_tag": "role",
                "content_tag": "content",
                "user_tag": "user",
                "assistant_tag": "assistant",
                "system_tag": "system",
            }
        made[f"{plan.name}_{part}"] = entry
    return made


def template_of(plan: Plan) -> str:
    """LLaMA-Factory's name of the model's chat template.

    Examples
    --------
    >>> template_of(Plan("Qwen/Qwen3-4B-Instruct-2507", "mine", False, False, False, False))
    'qwen3_nothink'
    """
    if plan.template is not None:
        return plan.template
    known = next((name for pattern, name in TEMPLATES if re.search(pattern, plan.model.lower())), None)
    if known is None:
        names = ", ".join(dict.fromkeys(name for _, name in TEMPLATES))
        raise InputError(
            f"chat_template: instag does not know LLaMA-Factory's chat template of {plan.model}: name it with chat_template= / "
            f"--chat-template, such as {names}"
        )
    return known


def _llama_factory(plan: Plan) -> str:
    evaluation: dict[str, Any] = {}
    if plan.validation:
        evaluation = {
            "eval_dataset": f"{plan.name}_val",
            "eval_strategy": "epoch",
            "per_device_eval_batch_size": BATCH,
        }
    values = {
        "model_name_or_path": plan.model,
        "stage": "dpo" if plan.pairs else "sft",
        "do_train": True,
        "finetuning_type": "lora",
        "lora_rank": RANK,
        "lora_target": "all",
        **({"pref_beta": 0.1, "pref_loss": "sigmoid"} if plan.pairs else {}),
        "dataset_dir": "data",
        "dataset": f"{plan.name}_train",
        "template": template_of(plan),
        "cutoff_len": LENGTH,
        **evaluation,
        "output_dir": "output/llama-factory",
        "per_device_train_batch_size": BATCH,
        "gradient_accumulation_steps": GATHERED,
        "learning_rate": RATE,
        "lr_scheduler_type": "cosine",
        "warmup_ratio": 0.03,
        "num_train_epochs": EPOCHS,
        "logging_steps": 10,
        "seed": SEED,
    }
    head = "# llamafactory-cli train llama-factory.yaml\n"
    return head + yaml(values) + PAPER.format("finetuning_type: full, num_train_epochs: 5, learning_rate: 2.0e-5")


def _axolotl(plan: Plan) -> str:
    def dataset(file: str) -> dict[str, Any]:
        # Of preferences the columns "chosen" and "rejected" are read, which is all that its schema lets be said.
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
    "llama-factory": _llama_factory,
    "axolotl": _axolotl,
    "trl": _trl,
    "swift": _swift,
    "unsloth": _unsloth,
}
# Trainers that are given preferences too.
PAIRED = ("llama-factory", "axolotl", "trl")


def yaml(values: Mapping[str, Any]) -> str:
    """Write a mapping as YAML.

    Examples
    --------
    >>> print(yaml({"model": "a/b", "rate": 1e-4, "data": [{"path": "x: y", "roles": ["a"]}]}), end="")
    model: a/b
    rate: 0.0001
    data:
      - path: "x: y"
        roles:
          - a
    """
    return "".join(f"{line}\n" for line in _lines(values))


def _lines(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [line for key, each in value.items() for line in _member(f"{key}:", each)]
    return [line for each in value for line in _item(_lines(each) if isinstance(each, Mapping) else [_scalar(each)])]


def _member(key: str, value: Any) -> list[str]:
    if isinstance(value, Mapping | list):
        return [key, *(f"  {line}" for line in _lines(value))]
    return [f"{key} {_scalar(value)}"]


def _item(lines: Sequence[str]) -> list[str]:
    return [f"{'- ' if not nth else '  '}{line}" for nth, line in enumerate(lines)]


def _scalar(value: Any) -> str:
    """A scalar as JSON has it; text without quotation marks where it cannot be taken for anything else."""
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z][\w./-]*", value) and value.lower() not in WORDS:
        return value
    return f"{value:.10f}".rstrip("0") if isinstance(value, float) and value < SMALL else json.dumps(value)


# What YAML takes for something else than text.
WORDS = ("true", "false", "yes", "no", "on", "off", "null", "y", "n")
# Numbers below this JSON would write in a way that YAML reads as text.
SMALL = 1e-3
