"""In which of our two languages a browser is answered."""

from typing import Final

from flinks_reconnect.domain.language import Language

_LANGUAGES: Final[tuple[Language, ...]] = ("en", "fr")


def language_of(accepted: str | None) -> Language:
    """Return the language that `Accept-Language` likes best of ours; English if it names none."""
    liked = {name: weight for weight, name in sorted(_liked(accepted or ""))}
    return max(_LANGUAGES, key=lambda each: liked.get(each, 0.0))


def _liked(accepted: str) -> list[tuple[float, str]]:
    """Read `fr-CA,fr;q=0.9,en;q=0.8`; what cannot be read counts for nothing."""
    ranges = (each.strip().lower().partition(";") for each in accepted.split(","))
    return [(_weight(weight), name.partition("-")[0]) for name, _, weight in ranges]


def _weight(text: str) -> float:
    try:
        return float(text.strip().removeprefix("q=") or 1)
    except ValueError:
        return 0.0
