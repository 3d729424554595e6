"""The languages that a person is spoken to in: the two of Flinks Connect."""

from typing import Literal

Language = Literal["en", "fr"]
