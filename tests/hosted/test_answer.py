"""The document itself: its headers, its nonce, and what a name cannot do to it."""

import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flinks_reconnect.api.hosted import page as hosted_page
from flinks_reconnect.api.hosted.brand import Brand, accent_fault, accent_rules, contrast

from local import ROOT
from local.tools import PYTHON, tool_env

HOSTED = Path(hosted_page.__file__).parent
ASSETS = sorted(each for each in HOSTED.rglob("*") if each.suffix in {".css", ".html", ".js"})
CONNECT = "https://toolbox-iframe.private.fin.ag"


def answer(**changed: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"brand": Brand(name="Maple Budget"), "connect_origin": CONNECT}
    given |= {"ancestors": (), "nonce": "abc"}
    return hosted_page.page_answer(**given | changed)


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def test_the_headers_let_nobody_in_and_nothing_out() -> None:
    assert answer()["headers"] == {
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex, nofollow",
        "Strict-Transport-Security": "max-age=63072000",
        "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'nonce-abc'; style-src 'nonce-abc'; img-src data:; "
            f"connect-src 'self'; frame-src {CONNECT} 'self'; base-uri 'none'; "
            "form-action 'none'; frame-ancestors 'none'"
        ),
    }


def test_only_the_named_origins_may_frame_the_page() -> None:
    policy = answer(ancestors=("https://a.example", "https://b.example"))["headers"][
        "Content-Security-Policy"
    ]

    assert policy.endswith("frame-ancestors https://a.example https://b.example")


def test_every_script_and_style_carries_the_nonce_and_nothing_is_inline_or_foreign() -> None:
    tags = Tags(answer()["body"]).seen

    own = [attributes for tag, attributes in tags if tag in ("script", "style")]
    assert [each.get("nonce") for each in own] == ["abc", "abc", "abc"]
    names = {name for _, attributes in tags for name in attributes}
    assert not {name for name in names if name.startswith("on") or name in ("style", "src")}
    addresses = [attributes["href"] or "" for _, attributes in tags if "href" in attributes]
    assert [each.partition(",")[0] for each in addresses] == ["data:image/svg+xml"]
    assert {tag for tag, _ in tags if tag in ("form", "base", "iframe", "object")} == set()


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "$nonce ${script} $$"]
)
def test_a_name_is_only_ever_text(name: str) -> None:
    tags = Tags(answer(brand=Brand(name=name))["body"]).seen

    assert [attributes["data-app"] for tag, attributes in tags if tag == "body"] == [name]
    assert [tag for tag, _ in tags if tag == "script"] == ["script", "script"]
    assert [attributes.get("onerror") for tag, attributes in tags if tag == "img"] == [None]


@pytest.mark.parametrize("name", ["", "  "])
def test_without_a_name_the_page_says_what_it_is_about(name: str) -> None:
    body = answer(brand=Brand(name=name))["body"]

    assert "<title>Your bank connection</title>" in body
    assert 'data-app=""' in body


def test_without_scripts_the_page_says_so_in_both_languages() -> None:
    fallback = answer()["body"].partition("<noscript>")[2].partition("</noscript>")[0]

    assert "needs JavaScript" in fallback
    assert "besoin de JavaScript" in fallback


@pytest.mark.parametrize("file", ASSETS, ids=lambda file: file.name)
def test_no_file_of_the_page_keeps_anything_reads_html_or_names_an_address(file: Path) -> None:
    text = file.read_text(encoding="utf-8")

    assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)[^\s\"'`]+", text) == []
    never = (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "cookie",
        "localStorage",
        "sessionStorage",
        "indexedDB",
        "console.",
        "location.search",
    )
    assert [each for each in never if each in text] == []
    assert "</" not in text or file.suffix == ".html"


def test_every_file_of_the_page_is_on_it() -> None:
    body = answer()["body"]

    scripts = [each for each in ASSETS if each.suffix in (".js", ".css")]
    inlined = {each.name: hosted_page.inlined(each.read_text(encoding="utf-8")) for each in scripts}
    assert [name for name, text in inlined.items() if text not in body] == []
    assert not re.search(r"^(import|export) ", body, re.MULTILINE)


def test_both_languages_have_the_same_words() -> None:
    for name, french_begins in (
        ("words.js", "const FR = {"),
        ("shared/words.js", "const SHARED_FR = {"),
        ("shared/window-words.js", "  fr: {"),
    ):
        text = (HOSTED / name).read_text(encoding="utf-8")
        english, french = text.split(french_begins)
        names = re.compile(r"^ {2,6}(\w+):", re.MULTILINE)
        said = [each for each in names.findall(english) if each != "en"]
        assert said == names.findall(french)
        assert len(said) > 5


def test_the_page_needs_nothing_but_the_standard_library() -> None:
    asked = (
        "import sys, flinks_reconnect.api.hosted.page;"
        "print({'pydantic', 'httpx', 'boto3', 'aws_lambda_powertools'} & sys.modules.keys())"
    )
    done = subprocess.run(
        [PYTHON, "-c", asked], cwd=ROOT, env=tool_env(), capture_output=True, check=True, text=True
    )

    assert done.stdout.strip() == "set()"


def test_the_logo_is_the_one_foreign_picture() -> None:
    logo = "https://app.example/logo.svg"
    shown = answer(brand=Brand(logo=logo))

    assert f"img-src data: {logo};" in shown["headers"]["Content-Security-Policy"]
    assert f'data-logo="{logo}"' in shown["body"]


def test_contrast_is_counted_as_wcag_counts_it() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21.0
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48
    assert contrast("#1f3a34", "#1f3a34") == 1.0


RANGE = ("00", "33", "66", "99", "cc", "ff")
COLOURS = [f"#{red}{green}{blue}" for red in RANGE for green in RANGE for blue in RANGE]


@pytest.mark.parametrize("accent", COLOURS)
def test_what_is_written_on_an_accent_stands_out_whatever_the_colour(accent: str) -> None:
    rules = accent_rules(accent)

    assert max(contrast(accent, each) for each in ("#ffffff", "#000000")) >= 4.5
    assert (accent_fault(accent) is None) == ("color-scheme: light" in rules)
    for text in re.findall(r"--on-first: (#\w+)", rules):
        assert contrast(accent, text) >= 4.5


def test_a_colour_that_nobody_sees_is_named_as_such() -> None:
    assert accent_fault("#0b5fff") is None
    assert "take it darker" in (accent_fault("#ffee00") or "")
    assert accent_rules("") == ""
