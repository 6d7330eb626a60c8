"""What is trained, with which trainer, and the settings that all configurations have in common."""

from dataclasses import dataclass
from typing import Literal, get_args

__all__ = [
    "BATCH",
    "EPOCHS",
    "GATHERED",
    "LENGTH",
    "PAIRED",
    "PAPER",
    "RANK",
    "RATE",
    "SEED",
    "TRAINERS",
    "Plan",
    "Trainer",
]

Trainer = Literal["llama-factory", "axolotl", "trl", "swift", "unsloth"]
TRAINERS: tuple[Trainer, ...] = get_args(Trainer)
# Trainers that instag writes preferences for too.
PAIRED = ("llama-factory", "axolotl", "trl")

SEED = 0
LENGTH = 4096
RATE = 1e-4
RANK = 16
EPOCHS = 3
BATCH = 2
GATHERED = 8
PAPER = """
# In full, as the InsTag paper trained TagLM (13 B on 6,000 samples, batches of 128): {}
"""


@dataclass(frozen=True)
class Plan:
    """What is to be trained, and what its data have.

    Attributes
    ----------
    model
        The base model: a name on a hub, or a folder.
    name
        The name of the data.
    validation
        Whether there are rows to validate with.
    pairs, tools, calls, images
        Whether rows are preferences, whether any has tools, whether any turn calls one, whether any has images.
    template
        LLaMA-Factory's name of the chat template, if the name of the model does not show it.
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
        """Whether LLaMA-Factory needs data files of its own, because it reads tools and images in another form."""
        return self.calls or self.tools or self.images
