"""Start the demo: `python -m demo --port 8803 --stack .local/stack.json`."""

import argparse
from pathlib import Path
from typing import Final

import uvicorn

from demo.app import create_app
from demo.backstage import Backstage
from demo.stack import StackFacts

HOST: Final = "127.0.0.1"


def main() -> None:
    """Serve the demo on this machine only, until it is told to end."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8803)
    parser.add_argument("--stack", type=Path, default=Path(".local/stack.json"))
    asked = parser.parse_args()
    facts = StackFacts.read(asked.stack)
    behind = Backstage(facts.local) if facts.local else None
    app = create_app(facts, origin=f"http://{HOST}:{asked.port}", behind=behind)
    uvicorn.run(app, host=HOST, port=asked.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
