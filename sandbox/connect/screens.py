"""The screens of the widget, as data: what is on them, in the language asked for."""

from typing import Any

from ..bankdata import KINDS, balance_on
from ..challenges import Challenge
from ..institutions import INSTITUTIONS, Institution
from ..logins import Account
from ..sessions import Session
from ..world import World
from .parameters import Parameters
from .texts import say

type Screen = dict[str, Any]


def message(language: str, key: str) -> Screen:
    """End with a plain page."""
    title = "error.title" if key in ("closed", "consent.denied") else f"{key}.title"
    text = {"closed": "closed.text", "consent.denied": "consent.denied"}.get(key, f"{key}.text")
    return {"kind": "message", "title": say(language, title), "text": say(language, text)}


def failure(language: str, code: str, *, retry: bool = False) -> Screen:
    """Say what was refused, with a way to try again where there is one."""
    return {
        "kind": "message",
        "title": say(language, "error.title"),
        "text": say(language, code),
        "code": code,
        "retry": say(language, "retry") if retry else None,
    }


def consent(parameters: Parameters) -> Screen:
    """Ask for consent."""
    language = parameters.language
    who = parameters.text("customerName") or say(language, "consent.who")
    return {
        "kind": "consent",
        "title": " ".join(
            filter(
                None,
                (say(language, "consent.title"), parameters.text("consentTitleAppendedText")),
            )
        ),
        "text": say(language, "consent.text", who=who),
        "termsUrl": parameters.text("termsUrl"),
        "terms": say(language, "terms"),
        "termsAccept": say(language, "terms.accept"),
        "accept": say(language, "consent.accept"),
        "deny": say(language, "consent.deny"),
        "termsDeny": say(language, "terms.deny"),
    }


def institutions(parameters: Parameters) -> Screen:
    """List the banks; the dummy ones only with demo=true."""
    language = parameters.language
    shown = [each for each in INSTITUTIONS if parameters.demo or not each.demo_only]
    return {
        "kind": "institutions",
        "title": say(language, "institutions.title"),
        "search": say(language, "institutions.search"),
        "none": say(language, "institutions.none"),
        "items": [
            {"id": each.id, "name": each.title(language), "country": each.country} for each in shown
        ],
    }


def credentials(parameters: Parameters, bank: Institution | None, typed: str | None) -> Screen:
    """Ask for username and password; what was typed as a username before stays."""
    language = parameters.language
    name = bank.title(language) if bank else ""
    return {
        "kind": "credentials",
        "title": say(language, "credentials.title", bank=name),
        "bank": name,
        "username": say(language, "credentials.username"),
        "password": say(language, "credentials.password"),
        "submit": say(language, "credentials.submit"),
        "forgot": say(language, "credentials.forgot"),
        "back": say(language, "back") if parameters.flag("backEnable", True) else None,
        "hint": say(language, "hint.password"),
        "required": say(language, "REQUIRED"),
        "typed": typed,
    }


def oauth(parameters: Parameters, bank: Institution, visit_id: str) -> Screen:
    """Send the person to a bank that signs them in itself."""
    language, name = parameters.language, bank.title(parameters.language)
    return {
        "kind": "oauth",
        "title": say(language, "oauth.title", bank=name),
        "text": say(language, "oauth.text"),
        "submit": say(language, "oauth.submit"),
        "blocked": say(language, "oauth.blocked"),
        "back": say(language, "back") if parameters.flag("backEnable", True) else None,
        "address": f"/_bank/{visit_id}",
        "window": not parameters.flag("oauthWindowRedirect"),
    }


def wait(language: str, bank: str) -> Screen:
    """Wait for the bank."""
    return {
        "kind": "wait",
        "title": say(language, "wait.title", bank=bank),
        "text": say(language, "wait.text"),
    }


def mfa(parameters: Parameters, bank: str, session: Session, code: str | None) -> Screen:
    """Ask what the bank asks."""
    language, asked = parameters.language, session.language
    return {
        "kind": "mfa",
        "title": say(language, "mfa.title"),
        "text": say(language, "mfa.intro", bank=bank),
        "submit": say(language, "mfa.submit"),
        "image": say(language, "mfa.option", n="{n}"),
        "required": say(language, "REQUIRED"),
        "help": say(language, "mfa.help"),
        "helpMore": say(language, "mfa.help.more"),
        "helpText": say(language, "mfa.help.text"),
        "step": "mfa",
        "challenges": _questions(language, asked, session.challenges),
        "error": say(language, code) if code else None,
        "code": code,
    }


def enhanced(
    parameters: Parameters, bank: str, session: Session, asked: tuple[Challenge, ...]
) -> Screen:
    """Ask every question at once."""
    language = parameters.language
    screen = mfa(parameters, bank, session, None)
    return screen | {
        "title": say(language, "enhanced.title"),
        "text": say(language, "enhanced.intro", bank=bank),
        "step": "enhanced",
        "challenges": _questions(language, session.language, asked),
    }


def _questions(
    language: str, asked: str, challenges: tuple[Challenge, ...]
) -> list[dict[str, Any]]:
    return [
        {
            "type": each.type,
            "prompt": each.text(asked),
            "options": list(each.options),
            "hint": say(language, "hint", answer=_shown_answer(each.type, each.answers)),
        }
        for each in challenges
    ]


def _shown_answer(kind: str, answers: tuple[str, ...]) -> str:
    """Return the answer to print below the question; an image is named by its place."""
    if kind == "ImageSelection":
        return answers[-1]
    return ", ".join(answers) if kind == "MultipleChoiceMultipleAnswers" else answers[0]


def accounts(
    parameters: Parameters, world: World, session: Session, shown: list[Account], multiple: bool
) -> Screen:
    """Let the person choose what to share."""
    language, day = parameters.language, world.clock().date()
    return {
        "kind": "accounts",
        "title": ""
        if parameters.flag("accountSelectorNoTitle")
        else say(language, "accounts.title"),
        "text": pick(language, multiple) if shown else say(language, "accounts.empty"),
        "submit": say(language, "accounts.submit"),
        "multiple": multiple,
        "items": [
            {
                "id": account.id,
                "title": KINDS[account.kind].title,
                "number": f"•••• {account.number[-4:]}",
                "balance": balance_on(world.settings.seed, account, day) / 100,
                "currency": KINDS[account.kind].currency,
                "checked": account.id in session.login.selected,
            }
            for account in shown
        ],
    }


def pick(language: str, multiple: bool) -> str:
    """Say how many accounts may be chosen."""
    return say(language, "accounts.many" if multiple else "accounts.one")


def done(language: str, url: str, where: str) -> Screen:
    """End well."""
    return {
        "kind": "done",
        "title": say(language, "done.title"),
        "text": say(language, "done.text"),
        "url": url,
        "where": where,
    }
