"""Why each reading stands as it does: where it was read, and what would settle it."""

from dataclasses import dataclass
from typing import Final

ASK: Final = "ask Flinks"
TRY: Final = "try it on Toolbox"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sources of one reading, dated where they show a date, and the way to settle it."""

    sources: str
    settle: str


EVIDENCE: Final[dict[str, Evidence]] = {
    "tokenMinutes": Evidence(
        "Reconnect page (2026): 15; Authentication Reference, Set up authorization, "
        "GenerateAuthorizeToken and opening-a-session pages: 30",
        f"{TRY}: use a token after 20 minutes",
    ),
    "authorizeAsync": Evidence("help article 43000735707: must be activated", ASK),
    "mfaToken": Evidence(
        "Authentication Reference (2026): single use; reference/step-3 (retired): the same again",
        f"{TRY}: answer with the first token",
    ),
    "concurrentSession": Evidence(
        "node-flinks' table ties the code to 'this LoginId'; the vendor's C# suite (2019) leaves "
        "more than ten questions of one user waiting; no page lists it for typed credentials",
        f"{TRY}: two live calls on one LoginId, the first at a question, then collecting",
    ),
    "webhookDelivers": Evidence(
        "key concepts page (2026): a RequestId is spent once its data are read; webhook page: the "
        "body is the 200 of the data call",
        f"{ASK}: does a delivered webhook end the session?",
    ),
    "firstDataCall": Evidence(
        "Retrieve Account Data page (2026): a 202 is expected first; help article 43000436139 "
        "(January 2025): synchronous up to 210 s; the vendor's C# (2019) and PHP (2020) suites "
        "read accounts from the first answer",
        f"{TRY}: the first data call after a live and after a cached 200",
    ),
    "pollStarts": Evidence(
        "GetAccountsDetailAsync page (2026): only after a 202; the vendor's PHP suite (2020) polls "
        "straight after Authorize and takes 200 or 202",
        TRY,
    ),
    "dataCallSpends": Evidence(
        "reference/step-3 (retired): the id ends once GetAccountsDetail is called; two public "
        "integrations poll by posting again",
        f"{TRY}: post twice while the first is pending, and once after the 200",
    ),
    "unknownLoginCode": Evidence(
        "error code page (2026): INVALID_LOGIN; seen live: INVALID_REQUEST, 400, The login '…' is "
        "invalid.",
        f"{TRY}: a LoginId that was deleted, and one that never was",
    ),
    "deleteCardWording": Evidence(
        "DeleteCard page (2026); the vendor's C# (2019) and PHP (2020) suites: with the LoginId",
        TRY,
    ),
    "strictFields": Evidence(
        "no page forbids them; the vendor's C# client (2019) checks Months12 before it sends", TRY
    ),
    "expiredSessionCode": Evidence(
        "error code page (2026): SESSION_NONEXISTENT; node-flinks also knows SESSION_EXPIRED",
        f"{TRY}: a RequestId after nine minutes",
    ),
    "sessionLife": Evidence(
        "key concepts and Reconnect pages (2026): 8 minutes idle, 30 processing; reference/step-3 "
        "(retired): 30 flat",
        f"{TRY}: a RequestId after ten minutes without a call",
    ),
    "widgetIsActivity": Evidence("no source", f"{ASK}, or {TRY}: answer, wait nine minutes, call"),
    "pollingIsActivity": Evidence("no source", ASK),
    "invalidAnswer": Evidence(
        "error code page (2026): cannot be retried; handled-errors page (2026): try again", TRY
    ),
    "invalidAnswerCode": Evidence("error code page (2026), and its older form with _NO_RETRY", TRY),
    "invalidLoginStatus": Evidence(
        "error code page (2026): 401; help article 43000436119: 400; the vendor's PHP suite "
        "(2020) saw 400 for an unknown LoginId",
        TRY,
    ),
    "throttleStatus": Evidence(
        "error code page (2026): 401; a Ruby client (2019): 403; a TypeScript client: 429", ASK
    ),
    "apiKeyCode": Evidence("error code page (2026): ACCESS_DENIED; no example", TRY),
    "nightlyStatusAuth": Evidence(
        "GetNightlyRefreshStatus page (2026): Bearer; a TypeScript client: x-api-key", TRY
    ),
    "asyncVerbs": Evidence("endpoint pages (2026) and four clients: GET; node-flinks: POST", TRY),
    "connectToken": Evidence(
        "widget page (2026): mandatory since October 2024; help article 43000771874 prints a "
        "Toolbox address without one",
        TRY,
    ),
    "consentDefault": Evidence("parameter tables: older false, newer true", TRY),
    "redirectShape": Evidence(
        "docs/save-your-loginids (older): url; help article 43000765797: loginId, requestId", TRY
    ),
    "accountIdShape": Evidence(
        "events page names no type; a public form takes a string or an array", TRY
    ),
    "webhookHeader": Evidence(
        "reference/hmac and help article 43000765793: flinks-authenticity-key; a sample of the "
        "newer guide: X-Flinks-Signature",
        ASK,
    ),
    "loginIdByLanguage": Evidence(
        "help articles 43000723738 and 43000681817 (November 2025), key concepts page (2026)",
        f"{TRY}: sign in twice, in both languages",
    ),
    "lastRefreshSkewSeconds": Evidence("no source: clocks differ", "cannot be settled"),
    "lastRefreshLagSeconds": Evidence(
        "help article 43000761538 tells that cached calls lag behind live ones in state", ASK
    ),
    "lastRefreshDigits": Evidence(
        "reference/authorize (older): seven; six seen live (correction of November 2026)", TRY
    ),
    "bodyCase": Evidence(
        "pages print PascalCase; SetScheduledRefresh's and older samples mix in lowerCamel", TRY
    ),
    "credentialsDays": Evidence("help article 43000681817 (June 2023 and November 2025): 30", ASK),
    "credentialsGoneCode": Evidence("no source", ASK),
    "dataDays": Evidence(
        "help articles 43000681817 (June 2023) and 43000723738 (March 2024): 90; key concepts "
        "page (2026): until DeleteCard",
        ASK,
    ),
    "accountIdsDays": Evidence(
        "help article 43000681817: June 2023: change after 90 idle days; November 2025: for ever",
        ASK,
    ),
    "nightlyRuns": Evidence("wealth page: 04:00 to 08:00 UTC; taken to hold for banking", ASK),
    "statementsNeedConnect": Evidence(
        "GetStatements page (2026): Connect must have been opened with detailsAndStatementEnable; "
        "the vendor's C# suite (2019) reads statements without Connect",
        TRY,
    ),
    "withAccountIdentity": Evidence("GetAccountsDetail pages: true on one, false on another", TRY),
}
