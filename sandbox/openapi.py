"""The OpenAPI document of the API origin and of the control API, made from their tables."""

from typing import Any, Final

from . import VERSION
from .api.call import Endpoint
from .api.endpoints import ENDPOINTS
from .behaviours import BEHAVIOURS, SHAPES
from .codes import CODES
from .control.app import ACTS
from .control.scenarios import SCENARIOS
from .settings import Settings
from .strangers import KINDS

type Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
FLAG: Final[Schema] = {"type": "boolean"}
NUMBER: Final[Schema] = {"type": "integer"}
GUID: Final[Schema] = {"type": "string", "format": "uuid"}
GUIDS: Final[Schema] = {"type": "array", "items": GUID}
RESPONSES: Final[Schema] = {
    "type": "object",
    "additionalProperties": {"type": "array", "items": TEXT},
}

AUTHORIZE: Final[Schema] = {
    "LoginId": GUID,
    "MostRecentCached": FLAG,
    "Save": FLAG,
    "Tag": TEXT,
    "Language": {"enum": ["en", "fr"]},
    "RequestId": GUID,
    "SecurityResponses": RESPONSES,
    "Username": TEXT,
    "Password": TEXT,
    "Institution": TEXT,
    "ScheduleRefresh": FLAG,
    "DirectRefresh": FLAG,
    "WithMfaQuestions": FLAG,
}
DATA: Final[Schema] = {
    "RequestId": GUID,
    "WithAccountIdentity": FLAG,
    "WithKYC": FLAG,
    "WithTransactions": FLAG,
    "WithBalance": FLAG,
    "AccountsFilter": GUIDS,
    "DaysOfTransactions": {"enum": ["Days90", "Days365"]},
    "WithDetailsAndBankingStatements": FLAG,
    "NumberOfBankingStatements": TEXT,
    "DateFrom": {"type": "string", "format": "date"},
    "DateTo": {"type": "string", "format": "date"},
    "RefreshDelta": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"AccountId": GUID, "TransactionId": GUID},
            "required": ["AccountId", "TransactionId"],
        },
    },
    "MostRecent": FLAG,
    "MostRecentCached": FLAG,
}
BODIES: Final[dict[str, Schema]] = {
    "GenerateAuthorizeToken": {},
    "Token": {"client_id": TEXT, "secret": TEXT},
    "Authorize": AUTHORIZE,
    "AuthorizeAsync": AUTHORIZE,
    "AuthorizeMultiple": {"LoginIds": GUIDS},
    "GetAccountsDetail": DATA,
    "GetAccountsSummary": {"RequestId": GUID, "WithBalance": FLAG, "WithAccountIdentity": FLAG},
    "GetStatements": {
        "RequestId": GUID,
        "NumberOfStatements": {"enum": ["MostRecent", "Months3", "Months12"]},
        "AccountsFilter": GUIDS,
    },
    "SetScheduledRefresh": {"LoginId": GUID, "IsActivated": FLAG},
    "AnswerMFAQuestions": {
        "LoginId": GUID,
        "Questions": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"Question": TEXT, "Answer": TEXT},
                "required": ["Question", "Answer"],
            },
        },
    },
}
LOGIN: Final[Schema] = {
    "behaviour": {"enum": sorted(BEHAVIOURS)},
    "mfa": FLAG,
    "challenges": {"type": "array", "items": {}},
    "dataPolls": NUMBER,
    "pendingPolls": NUMBER,
    "bankSeconds": NUMBER,
    "lostAnswers": NUMBER,
    "locksAfter": NUMBER,
    "downSeconds": NUMBER,
    "error": {"enum": sorted(CODES)},
    "dataShape": {"enum": list(SHAPES)},
    "dataSeconds": NUMBER,
    "staleRefreshes": NUMBER,
    "emptyAnswers": NUMBER,
    "selectedAccounts": {"type": "array", "items": TEXT},
    "nightlyEnabled": FLAG,
    "lastRefresh": {"type": "string", "format": "date-time"},
    "lastCode": {"enum": sorted(CODES)},
    "collectingPolls": NUMBER,
}
CONTROL_BODIES: Final[dict[tuple[str, str], Schema]] = {
    ("POST", "/clock"): {
        "advanceSeconds": {"type": "number", "minimum": 0},
        "set": {"type": "string", "format": "date-time"},
        "freeze": FLAG,
    },
    ("POST", "/reset"): {
        "keep": {
            "type": "array",
            "items": {"enum": ["calls", "clock", "faults", "readings", "webhooks"]},
        }
    },
    ("POST", "/logins"): LOGIN
    | {
        "loginId": GUID,
        "username": TEXT,
        "password": TEXT,
        "institution": TEXT,
        "language": {"enum": ["en", "fr"]},
        "type": {"enum": ["Personal", "Business"]},
        "accounts": NUMBER,
    },
    ("PATCH", "/logins/{login_id}"): LOGIN
    | {
        "bankPassword": TEXT,
        "passwordChanged": FLAG,
        "credentialsGood": FLAG,
        "vanishAccount": TEXT,
        "addAccount": FLAG,
        "nightlyFailed": {"type": ["boolean", "string"]},
    },
    ("POST", "/faults"): {
        "endpoint": TEXT,
        "loginId": TEXT,
        "institution": TEXT,
        "times": NUMBER,
        "status": {"type": "integer", "minimum": 200, "maximum": 599},
        "flinksCode": TEXT,
        "message": TEXT,
        "headers": {"type": "object", "additionalProperties": TEXT},
        "latencySeconds": {"type": "number", "minimum": 0},
        "virtual": FLAG,
        "dropBefore": FLAG,
        "dropAfter": FLAG,
        "truncate": FLAG,
        "html": TEXT,
        "slowDrip": FLAG,
    },
    ("PUT", "/webhooks"): {
        "url": {"type": "string", "format": "uri"},
        "secret": TEXT,
        "headerName": TEXT,
        "enabled": FLAG,
        "kyc": FLAG,
        "delaySeconds": {"type": "number", "minimum": 0},
    },
    ("POST", "/webhooks/send"): {
        "loginId": TEXT,
        "requestId": TEXT,
        "responseType": TEXT,
        "signature": {"enum": ["good", "bad", "none"]},
        "kind": {"enum": ["own", "stale", *KINDS]},
        "duplicate": NUMBER,
        "bodyBytes": NUMBER,
        "rawBody": TEXT,
        "delaySeconds": {"type": "number", "minimum": 0},
    },
    ("POST", "/nightly/run"): {"fail": {"type": "object", "additionalProperties": TEXT}},
    ("POST", "/scenarios"): {"name": {"enum": list(SCENARIOS)}, "loginId": TEXT},
    ("PATCH", "/readings"): {},
}
QUERIES: Final[dict[str, tuple[str, ...]]] = {
    "/calls": ("loginId", "endpoint"),
    "/sessions": ("loginId",),
    "/journal": ("after",),
    "/Institutions": ("skip", "take"),
}
KEY_HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "secret": ("flinks-auth-key",),
    "token": ("flinks-auth-key",),
    "api": ("x-api-key",),
    "any": ("x-api-key",),
    "bearer": ("Authorization",),
    "none": (),
}


def document(settings: Settings) -> dict[str, Any]:
    """Describe what the API port serves."""
    paths: dict[str, dict[str, Any]] = {}
    base = f"/v3/{settings.customer_id}/BankingServices"
    for endpoint in ENDPOINTS.values():
        tail = "/{id}" if endpoint.argument and endpoint.name != "Institutions" else ""
        methods = endpoint.methods
        paths[f"{base}/{endpoint.name}{tail}"] = {
            method.lower(): _banking(endpoint, method, tail) for method in methods
        }
    for method, path, act in ACTS:
        operation = _operation(act.__doc__ or "", CONTROL_BODIES.get((method, path)))
        operation["parameters"] = _control_parameters(path)
        operation["tags"] = ["control"]
        paths.setdefault(f"/_sandbox{path}", {})[method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "Flinks sandbox", "version": VERSION, "description": __doc__},
        "servers": [{"url": settings.public_api_url}],
        "paths": paths,
    }


def _banking(endpoint: Endpoint, method: str, tail: str) -> dict[str, Any]:
    body = BODIES.get(endpoint.name) if method in ("POST", "PATCH") else None
    operation = _operation(endpoint.handle.__doc__ or "", body)
    headers = [{"name": name, "in": "header", "schema": TEXT} for name in KEY_HEADERS[endpoint.key]]
    path = [{"name": "id", "in": "path", "required": True, "schema": TEXT}] if tail else []
    operation["parameters"] = [*headers, *path, *_query(f"/{endpoint.name}")]
    operation["tags"] = ["BankingServices"]
    return operation


def _control_parameters(path: str) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    inside = [{"name": name, "in": "path", "required": True, "schema": TEXT} for name in names]
    return [*inside, *_query(path)]


def _query(path: str) -> list[dict[str, Any]]:
    return [{"name": name, "in": "query", "schema": TEXT} for name in QUERIES.get(path, ())]


def _operation(summary: str, body: Schema | None) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": summary.strip().partition("\n")[0],
        "responses": {"default": {"description": "a JSON answer"}},
    }
    if body is not None:
        schema = {"type": "object", "properties": body}
        operation["requestBody"] = {"content": {"application/json": {"schema": schema}}}
    return operation
