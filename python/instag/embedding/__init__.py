"""Vectors of texts: offline, from a model of the hub, from an endpoint, or from a function."""

from instag.embedding.endpoint import OpenAIEmbedder
from instag.embedding.vectors import Embed

__all__ = ["Embed", "OpenAIEmbedder"]
