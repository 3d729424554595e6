"""The quickstart that docs/integrate.md shows: the file that the tests run."""

from docs.tools import ROOT

QUICKSTART = ROOT / "clients/quickstarts/python/app.py"


def passage() -> str:
    """Return the file as Markdown, without its heading and without its imports."""
    _, _, code = QUICKSTART.read_text().partition("import Route\n\n")
    return f"```python\n{code.strip()}\n```"
