"""LLaMA-Factory: its configuration, its entries for data, and its names of chat templates."""

import re
from typing import Any

from instag.errors import InputError
from instag.io.trainers.plan import BATCH, EPOCHS, GATHERED, LENGTH, PAPER, RANK, RATE, SEED, Plan
from instag.io.trainers.yaml_text import yaml

__all__ = ["configuration", "entries", "template_of"]

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


def configuration(plan: Plan) -> str:
    """The configuration of a LoRA run with these data."""
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
