"""The steps of a normalisation: each looks at the current tags and decides what becomes of them."""
