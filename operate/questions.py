"""What only the deployer knows, asked once; the answers go into samconfig.toml, secrets never."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from docs.tools.template import template


@dataclass(frozen=True, kw_only=True)
class Question:
    """One parameter, in the words of somebody who has never seen the template."""

    parameter: str
    text: str
    optional: bool = False


QUESTIONS: Final = (
    Question(parameter="FlinksApiUrl", text="Your Flinks API (https://…, no path)"),
    Question(parameter="FlinksConnectUrl", text="Your Flinks Connect (https://…, no path)"),
    Question(parameter="FlinksCustomerId", text="Your customer id at Flinks"),
    Question(parameter="AppName", text="Your name, as the person knows you"),
    Question(parameter="ReturnUrls", text="Where a person comes back to (whole https addresses)"),
    Question(
        parameter="EmbedOrigins",
        text="Pages that show the bank in a frame (origins)",
        optional=True,
    ),
    Question(parameter="DomainName", text="A domain of your own for the API", optional=True),
)
DOMAIN: Final = Question(parameter="CertificateArn", text="The ARN of that domain's certificate")
RECEIVER: Final = Question(parameter="AlarmEmail", text="Who is told of alarms (e-mail)")
SECRETS: Final = {
    "FlinksSecret": {
        "secretKey": "Flinks secret key (not shown)",
        "apiKey": "Flinks x-api-key (not shown)",
    },
    "WebhookSecret": {"current": "Secret of Flinks' webhooks (not shown)"},
}
"""Each field of a secret that Flinks gives."""

type Ask = Callable[[str], str]
type Say = Callable[[str], None]


def missing(stated: Mapping[str, str]) -> list[Question]:
    """Return the questions that samconfig.toml does not answer yet."""
    asked = [each for each in QUESTIONS if each.parameter not in stated]
    if stated.get("DomainName") and "CertificateArn" not in stated:
        asked.append(DOMAIN)
    return asked


def answer(question: Question, ask: Ask, say: Say, definition: Mapping[str, Any]) -> str:
    """Ask until the template would take the answer."""
    hint = " (may be empty)" if question.optional else ""
    while True:
        given = ask(f"{question.text}{hint}: ").strip()
        if given == "" and question.optional:
            return given
        if given and re.fullmatch(definition.get("AllowedPattern", ".*"), given):
            return given
        say(definition.get("ConstraintDescription", f"{question.parameter} must not be empty."))


def parameter(name: str, file: str = "template.yaml") -> dict[str, Any]:
    """Return a parameter as its template defines it."""
    found: dict[str, Any] = template(file)["Parameters"][name]
    return found
