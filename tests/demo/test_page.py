import re
from pathlib import Path

import pytest

from tests.demo.visitor import Visitor

STATIC = Path(__file__).parents[2] / "demo" / "static"


@pytest.mark.parametrize("path", ["/", "/return?refreshId=rf_1"])
def test_the_page_frames_the_bank_and_the_callback_and_loads_only_its_own(
    visitor: Visitor, path: str
) -> None:
    answer = visitor.get(path)

    directives = dict(
        each.strip().split(" ", 1) for each in answer.headers["content-security-policy"].split(";")
    )
    assert directives["frame-src"] == "http://127.0.0.1:9991 http://127.0.0.1:9990"
    assert directives["default-src"] == "'self'"
    assert directives["frame-ancestors"] == "'none'"


def test_a_person_is_sent_to_the_one_origin_that_the_allow_lists_know(visitor: Visitor) -> None:
    answer = visitor.get("http://localhost:8803/return?refreshId=rf_1", follow_redirects=False)

    assert answer.headers["location"] == "http://127.0.0.1:8803/return?refreshId=rf_1"


def test_a_host_that_is_not_this_machine_gets_nothing(visitor: Visitor) -> None:
    assert visitor.get("/", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("file", sorted(STATIC.iterdir()), ids=lambda file: file.name)
def test_no_file_of_the_page_names_anything_outside_or_reads_html(file: Path) -> None:
    text = file.read_text(encoding="utf-8")

    outside = re.findall(r"https?://(?!www\.w3\.org/2000/svg)[^\s\"']+", text)
    assert outside == []
    assert "innerHTML" not in text
    assert "insertAdjacentHTML" not in text


def test_both_languages_have_the_same_words() -> None:
    text = (STATIC / "words.js").read_text(encoding="utf-8")
    english, french = text.split("const FR = {")[0], text.split("const FR = {")[1]
    names = re.compile(r"^ {2,4}(\w+):", re.MULTILINE)

    assert names.findall(english) == names.findall(french.split("const LANGUAGES")[0])
