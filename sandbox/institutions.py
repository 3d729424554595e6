"""The institutions of the sandbox: Flinks' own dummy bank and some that do not exist."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Institution:
    """One bank as `GET /Institutions` lists it."""

    id: int
    name: str
    name_fr: str
    country: str = "CA"
    number: str = "777"
    routing_numbers: tuple[str, ...] = ()
    oauth: bool = False
    demo_only: bool = False
    aliases: tuple[str, ...] = ()

    def title(self, language: str) -> str:
        """Return the name to show in this language."""
        return self.name_fr if language == "fr" else self.name

    def answers_to(self, key: str) -> bool:
        """Say whether an id or a name, as written in a URL, means this institution."""
        wanted = key.strip().casefold()
        return wanted == str(self.id) or wanted in {
            each.casefold() for each in (self.name, self.name_fr, *self.aliases)
        }


FLINKS_CAPITAL: Final = Institution(14, "FlinksCapital", "FlinksCapital", demo_only=True)

INSTITUTIONS: Final = (
    FLINKS_CAPITAL,
    Institution(101, "Maple Trust", "Fiducie Érable", number="901", aliases=("MapleTrust",)),
    Institution(102, "River Bank of Quebec", "Banque du Fleuve", number="902"),
    Institution(103, "Prairie Credit Union", "Caisse des Prairies", number="903"),
    Institution(104, "Northern Direct", "Nordique Directe", number="904"),
    Institution(
        105, "National Sandbox Bank", "Banque Sable National", number="905", aliases=("National",)
    ),
    Institution(106, "Harbour OAuth Bank", "Banque OAuth du Havre", number="906", oauth=True),
    Institution(107, "Closed Savings", "Épargne Fermée", number="907"),
    Institution(
        201, "FlinksCapital US", "FlinksCapital US", "US", "777", ("021000777",), demo_only=True
    ),
    Institution(202, "Great Lakes Bank", "Great Lakes Bank", "US", "000", ("072000326",)),
    Institution(
        203, "Bayside OAuth Bank", "Bayside OAuth Bank", "US", "000", ("121000358",), oauth=True
    ),
)


def find_institution(key: str) -> Institution | None:
    """Find an institution by id or by name, in either language."""
    return next((each for each in INSTITUTIONS if each.answers_to(key)), None)


def by_id(institution_id: int) -> Institution:
    """Return the institution of a stored login."""
    return next(each for each in INSTITUTIONS if each.id == institution_id)
