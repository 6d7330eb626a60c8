"""Trainers: data and configurations that they read as they are.

=============  ==============================================================
rows           what a trainer sees of a row, and which rows it cannot hold
plan           what is trained, and the settings that all have in common
llama_factory  its configuration, its entries for data, its chat templates
configs        the configuration of each, with keys that exist
yaml_text      a configuration as YAML
files          files that a person may have edited since
folder         all of it, in a folder to train from
=============  ==============================================================
"""

from instag.io.trainers.folder import Training, write_folder
from instag.io.trainers.plan import TRAINERS, Trainer

__all__ = ["TRAINERS", "Trainer", "Training", "write_folder"]
