"""Trainers: data and configurations that they read as they are.

=========  ==============================================================
rows       what a trainer sees of a row, and which rows it cannot hold
configs    the configuration of each, with keys that exist
files      files that a person may have edited since
folder     all of it, in a folder to train from
=========  ==============================================================
"""

from instag.io.trainers.configs import TRAINERS, Trainer
from instag.io.trainers.folder import Training, write_folder

__all__ = ["TRAINERS", "Trainer", "Training", "write_folder"]
