"""instag: the most diverse and complex subset of fine-tuning data, by tags."""

from instag._core import __version__
from instag.errors import InputError, InstagError, InstagWarning

__all__ = ["InputError", "InstagError", "InstagWarning", "__version__"]
