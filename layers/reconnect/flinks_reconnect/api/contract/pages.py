"""Pages for a person: the hosted page, and words at any other address."""

from typing import Final

from flinks_reconnect.api.contract.operation import PUBLIC, Operation, together

OPERATIONS: Final[dict[str, Operation]] = {
    "GET /reconnect": Operation(
        id="showPage",
        summary="The hosted page",
        text="Public. It reads the link's secret from its own fragment, which no server sees.",
        successes={200: "The page."},
        answer="page",
        problems=PUBLIC,
    ),
    **{
        f"{method} /{{page+}}": Operation(
            id=f"answerStray{method.capitalize()}",
            summary="Any other address",
            text=(
                "Public. What begins with `/reconnect` gets the hosted page, which finds a link "
                "that was written otherwise or says what to do; what begins with `/callback` gets "
                "a neutral page; all else is refused."
            ),
            successes={200: "The hosted page.", 404: "A neutral page."},
            answer="page",
            problems=together(PUBLIC, {403: ("forbidden",)}),
        )
        for method in ("GET", "HEAD")
    },
}
