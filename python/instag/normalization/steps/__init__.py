"""The steps of a normalisation: each looks at the tags as they stand, and says what is to become of them."""
