"""Security challenges: what a bank may ask, in English and French, and what it accepts."""

import base64
import struct
import unicodedata
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Challenge:
    """One thing the bank asks. `Type` values beyond QuestionAndAnswer were seen in client code."""

    type: str
    prompt: str
    prompt_fr: str
    answers: tuple[str, ...]
    options: tuple[str, ...] = ()

    def text(self, language: str) -> str:
        """Return the prompt; it is also the key under which the answer is given."""
        return self.prompt_fr if language == "fr" else self.prompt

    def accepts(self, given: Iterable[str]) -> bool:
        """Say whether these are the right answers, whatever their case and accents."""
        wanted = [_plain(answer) for answer in self.answers]
        found = [_plain(answer) for answer in given]
        if self.type == "MultipleChoiceMultipleAnswers":
            return sorted(found) == sorted(wanted)
        return len(found) == 1 and found[0] in wanted

    def body(self, language: str) -> dict[str, Any]:
        """Render it as an element of `SecurityChallenges`."""
        body: dict[str, Any] = {"Type": self.type, "Prompt": self.text(language)}
        return body | ({"Iterables": list(self.options)} if self.options else {})


type Round = tuple[Challenge, ...]


def _plain(text: str) -> str:
    """Drop case, accents and outer blanks."""
    decomposed = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def question(prompt: str, prompt_fr: str, *answers: str) -> Challenge:
    """Ask for a word."""
    return Challenge("QuestionAndAnswer", prompt, prompt_fr, answers)


def _coloured_square(red: int, green: int, blue: int) -> str:
    """Draw a 48 pixel PNG in one colour, base64."""
    row = b"\x00" + bytes((red, green, blue)) * 48

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    header = struct.pack(">IIBBBBB", 48, 48, 8, 2, 0, 0, 0)
    image = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return base64.b64encode(
        image + chunk(b"IDAT", zlib.compress(row * 48)) + chunk(b"IEND", b"")
    ).decode()


RED: Final = _coloured_square(190, 40, 50)
GREEN: Final = _coloured_square(40, 140, 80)
BLUE: Final = _coloured_square(40, 80, 180)

CITY: Final = question("What city were you born in?", "Où êtes-vous né?", "Montreal")
COUNTRY: Final = question(
    "What is the best country on earth?", "Quel est le meilleur pays au monde?", "Canada"
)
SHAPE: Final = question(
    "What shape do people like most?", "Quelle forme les gens préfèrent-ils?", "Triangle"
)
SUM: Final = question("What is 2 + 2?", "Combien font 2 + 2?", "4")
CODE: Final = question(
    "Enter the code we sent you", "Entrez le code que nous vous avons envoyé", "123456"
)
ONE_CHOICE: Final = Challenge(
    "MultipleChoice",
    "Which branch do you use?",
    "Quelle succursale utilisez-vous?",
    ("Sherbrooke Street",),
    ("King Street", "Sherbrooke Street", "Granville Street"),
)
SEVERAL_CHOICES: Final = Challenge(
    "MultipleChoiceMultipleAnswers",
    "Which products do you hold?",
    "Quels produits détenez-vous?",
    ("Chequing", "Savings"),
    ("Chequing", "Mortgage", "Savings"),
)
IMAGE: Final = Challenge(
    "ImageSelection",
    "Select your security image",
    "Choisissez votre image de sécurité",
    (GREEN, "2"),
    (RED, GREEN, BLUE),
)
TEXT_OR_CALL: Final = Challenge(
    "TextOrCall",
    "How should we send your code?",
    "Comment envoyer votre code?",
    ("Text ***-***-0142", "Call ***-***-0142"),
    ("Text ***-***-0142", "Call ***-***-0142"),
)

NAMED: Final[dict[str, Challenge]] = {
    "city": CITY,
    "country": COUNTRY,
    "shape": SHAPE,
    "sum": SUM,
    "code": CODE,
    "oneChoice": ONE_CHOICE,
    "severalChoices": SEVERAL_CHOICES,
    "image": IMAGE,
    "textOrCall": TEXT_OR_CALL,
}
