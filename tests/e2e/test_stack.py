import http.client
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect


def test_the_demo_opens_in_a_browser(stack: dict[str, Any], page: Page) -> None:
    page.goto(stack["demoUrl"])

    expect(page.get_by_role("heading").first).to_be_visible()


def test_the_deployed_api_refuses_an_unsigned_call(stack: dict[str, Any]) -> None:
    url = urlsplit(stack["apiUrl"])
    connection = http.client.HTTPConnection(url.netloc, timeout=30)

    connection.request("POST", f"{url.path}/refreshes", body="{}")
    answer = connection.getresponse()
    connection.close()

    assert answer.status == 403
