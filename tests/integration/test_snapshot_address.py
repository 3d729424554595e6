"""Where a presigned address points to on AWS; no call is made."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flinks_reconnect.bootstrap import refreshes
from flinks_reconnect.domain.ids import RefreshId

from tests.integration.world import forget


@pytest.fixture(autouse=True)
def _built_anew() -> Iterator[None]:
    forget()
    yield
    forget()


@pytest.mark.parametrize("region", ["ca-central-1", "ca-west-1", "us-east-1"])
def test_a_presigned_address_names_the_bucket_and_the_host_of_its_region(
    region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    monkeypatch.setenv("BUCKET_NAME", "the-bucket")

    url = urlsplit(refreshes.snapshots().link(RefreshId("rf_1"), "digest", timedelta(seconds=60)))

    assert url.scheme == "https"
    assert url.netloc == f"the-bucket.s3.{region}.amazonaws.com"
    assert f"%2F{region}%2Fs3%2Faws4_request" in url.query
