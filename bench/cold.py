"""`python -m bench.cold`: processor time of a function's import and first request, as ratios.

Each function in a fresh process, with its sample event, beside a bare handler that makes one call
with boto3; in turns, so that the machine's speed and whatever else it does cancel out. AWS is a
server in this process that answers every call with little. From the built artefact (`make build`)
where there is one, else from the source.
"""

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Final

from local import ROOT
from local.tools import PYTHON
from tests.contract.template import environment, template

ROUNDS: Final = 7
BUDGETS: Final = {
    "redirect_callback": 1.1,
    "flinks_webhook": 1.1,
    "reconnect_page": 1.1,
    "refreshes": 1.1,
    "connections": 1.5,
    "start_refresh": 1.5,
    "iframe_url": 1.5,
    "authorize": 1.6,
    "fetch_accounts": 1.6,
    "sweep": 1.6,
    "nightly_check": 1.6,
    "publish_events": 1.6,
}
EVENTS: Final = {
    "redirect_callback": "redirect_callback_redirect",
    "reconnect_page": "reconnect_page_current",
    "refreshes": "refreshes_read",
    "connections": "connections_read",
    "nightly_check": "nightly_check_part",
}
BUILT: Final = ROOT / ".aws-sam/build"
SECRET: Final = json.dumps({"current": "x" * 64, "secretKey": "x" * 32, "apiKey": "x" * 32})
ANSWERS: Final = {
    "Query": {"Items": [], "Count": 0, "ScannedCount": 0},
    "GetSecretValue": {"ARN": "a", "Name": "n", "SecretString": SECRET},
    "SendMessage": {"MessageId": "m"},
}
PRELUDE: Final = (
    "import sys, json, time; sys.modules.update(dict.fromkeys(('click', 'rich', 'pygments'))); "
)
"""httpx imports them where it finds them; only the development tools bring them along."""
BARE: Final = (
    "import boto3; table = boto3.client('dynamodb'); "
    "table.get_item(TableName='t', Key={'pk': {'S': 'a'}, 'sk': {'S': 'b'}}); "
)
CALL: Final = (
    "import app; context = type('Context', (), {'get_remaining_time_in_millis': lambda _: 300000,"
    " 'aws_request_id': 'r', 'function_name': 'f', 'memory_limit_in_mb': 512,"
    " 'invoked_function_arn': 'a'})(); app.handler(json.loads(sys.argv[1]), context); "
)
CLOCK: Final = "print('', flush=True); print(time.process_time())"


class _Aws(BaseHTTPRequestHandler):
    """Answers any call of any service."""

    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        name = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        body = json.dumps(ANSWERS.get(name, {})).encode() if name else b""
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _answer  # noqa: N815 - the server's own names

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def aws() -> Iterator[str]:
    """Serve AWS, and return where."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Aws)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def measure(names: tuple[str, ...], rounds: int = ROUNDS) -> dict[str, float]:
    """Return for each function how many times the bare handler's processor time it takes."""
    spent: dict[str, list[float]] = {name: [] for name in ("", *names)}
    with aws() as url:
        for name in spent:
            _seconds(name, url)  # leaves byte code behind
        for _ in range(rounds):
            for name, seconds in spent.items():
                seconds.append(_seconds(name, url))
    bare = statistics.median(spent.pop(""))
    return {name: statistics.median(seconds) / bare for name, seconds in spent.items()}


def _seconds(function: str, url: str) -> float:
    sample = EVENTS.get(function, function or "sweep")
    event = (ROOT / f"events/{sample}.json").read_text()
    program = PRELUDE + (CALL if function else BARE) + CLOCK
    done = subprocess.run(  # noqa: S603 - our own code, without a shell
        [PYTHON, "-c", program, event],
        cwd=ROOT,
        env=_environment(function, url),
        capture_output=True,
        check=False,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{function}: {done.stderr}")
    return float(done.stdout.splitlines()[-1])


def _environment(function: str, url: str) -> dict[str, str]:
    """What Lambda would set, with every reference of the template made up."""
    stated = environment(function, _made_up()) if function else {}
    layer, code = _places(function)
    return stated | {
        "PYTHONPATH": f"{code}:{layer}",
        "AWS_LAMBDA_FUNCTION_NAME": function or "bare",
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": "ca-central-1",
        "AWS_DEFAULT_REGION": "ca-central-1",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "example",
        "AWS_EC2_METADATA_DISABLED": "true",
        "FLINKS_API_URL": url,
        "FLINKS_CONNECT_URL": url,
        "PATH": "/usr/bin:/bin",
    }


def _made_up() -> dict[str, str]:
    """Return a value for whatever the template may refer to."""
    url = "https://example.invalid/1"
    names = {name: url if name.endswith("Queue") else "madeup" for name in template()["Resources"]}
    attributes = {f"{name}.{each}": "madeup" for name in names for each in ("Arn", "Id")}
    return names | attributes | {"AWS::StackName": "bench", "AWS::Region": "ca-central-1"}


def _places(function: str) -> tuple[Path, Path]:
    if BUILT.is_dir():
        name = "".join(part.title() for part in function.split("_")) + "Function"
        return BUILT / "ReconnectLayer/python", BUILT / name
    return ROOT / "layers/reconnect", ROOT / "functions" / function


def main(*names: str) -> int:
    """Print every ratio beside its budget; return 1 if one is over."""
    measured = measure(names or tuple(BUDGETS))
    print(f"from the {'built artefact' if BUILT.is_dir() else 'source'}")
    for name, ratio in measured.items():
        over = "  OVER" if ratio > BUDGETS[name] else ""
        print(f"{name:<20} {ratio:5.2f} of {BUDGETS[name]}{over}")
    return int(any(ratio > BUDGETS[name] for name, ratio in measured.items()))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
