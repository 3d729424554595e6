"""What the emulator does not enforce, held over template.yaml as SAM expands it."""

import importlib
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.template import functions, resources, template
from tests.contract.transformed import expanded, of_type

READ = {"dynamodb:Query table", "dynamodb:GetItem table"}
STEP = READ | {"dynamodb:PutItem table"}
TAKE = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
VISIT = ("current", "start", "declined", "iframe-url")
MAY = {
    "start_refresh": STEP
    | {"secretsmanager:GetSecretValue IdKey"}
    | {"sqs:SendMessage AuthorizeQueue", "sqs:SendMessage AccountsQueue"},
    "iframe_url": STEP
    | {"sqs:SendMessage AccountsQueue"}
    | {"secretsmanager:GetSecretValue FlinksSecret", "secretsmanager:GetSecretValue SigningKey"},
    "redirect_callback": STEP
    | {"secretsmanager:GetSecretValue SigningKey", "sqs:SendMessage AccountsQueue"},
    "flinks_webhook": {
        "s3:PutObject inbox/*",
        "secretsmanager:GetSecretValue WebhookSecret",
        "sqs:SendMessage AccountsQueue",
    },
    "refreshes": STEP | {"s3:GetObject snapshots/*", "secretsmanager:GetSecretValue SigningKey"},
    "reconnect_page": STEP
    | {"secretsmanager:GetSecretValue SigningKey", "sqs:SendMessage AuthorizeQueue"},
    "connections": {"dynamodb:Query table", "dynamodb:PutItem table"}
    | {"dynamodb:Query index/code", "dynamodb:Query index/broken"}
    | {"dynamodb:UpdateItem table CN#*"}
    | {"secretsmanager:GetSecretValue FlinksSecret", "secretsmanager:GetSecretValue IdKey"},
    "authorize": STEP
    | {"dynamodb:UpdateItem table IB#*"}
    | {"secretsmanager:GetSecretValue FlinksSecret"}
    | {"sqs:SendMessage AuthorizeQueue", "sqs:SendMessage AccountsQueue"}
    | {f"sqs:{each} AuthorizeQueue" for each in TAKE},
    "fetch_accounts": STEP
    | {f"sqs:{each} AccountsQueue" for each in TAKE}
    | {"dynamodb:UpdateItem table CN#*", "sqs:SendMessage AccountsQueue"}
    | {"s3:PutObject snapshots/*", "s3:PutObject quarantine/*"}
    | {"s3:PutObject outbound/*", "sqs:SendMessage PassOnQueue"}
    | {"s3:GetObject inbox/*", "s3:DeleteObject inbox/*", "s3:ListBucket bucket inbox/*"}
    | {"secretsmanager:GetSecretValue FlinksSecret", "secretsmanager:GetSecretValue IdKey"},
    "pass_webhook_on": {f"sqs:{each} PassOnQueue" for each in TAKE}
    | {"s3:GetObject outbound/*", "s3:DeleteObject outbound/*", "s3:ListBucket bucket outbound/*"},
    "sweep": {"dynamodb:Query table", "dynamodb:PutItem table"}
    | {"dynamodb:Query index/due", "dynamodb:UpdateItem table CN#*"}
    | {"sqs:SendMessage AuthorizeQueue", "sqs:SendMessage AccountsQueue"},
    "nightly_check": {"dynamodb:Query table", "dynamodb:PutItem table"}
    | {"s3:PutObject nightly/*", "s3:GetObject nightly/*", "s3:ListBucket bucket nightly/*"}
    | {"sqs:SendMessage NightlyQueue"}
    | {f"sqs:{each} NightlyQueue" for each in TAKE}
    | {"secretsmanager:GetSecretValue FlinksSecret", "secretsmanager:GetSecretValue IdKey"},
    "publish_events": {
        "dynamodb:Query table",
        "dynamodb:UpdateItem table CN#*",
        "events:PutEvents ReconnectBus",
        "sqs:SendMessage EventDeadLetters",
        "dynamodb:DescribeStream ReconnectTable",
        "dynamodb:GetShardIterator ReconnectTable",
        "dynamodb:GetRecords ReconnectTable",
        "dynamodb:ListStreams stream/*",
    },
}
"""Design, section 4: the most that each function may do, and on what."""


def logical_id(function: str) -> str:
    (found,) = (
        name
        for name, each in resources("AWS::Serverless::Function").items()
        if each["CodeUri"].endswith(f"/{function}")
    )
    return found


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(role: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for policy in role.get("Policies", []):
        yield from listed(policy["PolicyDocument"]["Statement"])


def target(resource: Any) -> str:
    match resource:
        case {"Fn::If": ["MakesIdKey", made, _]}:
            return target(made)
        case {"Fn::GetAtt": ["ReconnectTable", "Arn"]}:
            return "table"
        case {"Fn::GetAtt": ["ReconnectBucket", "Arn"]}:
            return "bucket"
        case {"Fn::GetAtt": [name, _]}:
            return str(name)
        case {"Fn::Sub": text}:
            return str(text).split("}/", 1)[1].removeprefix("/")
    return json.dumps(resource)


def rights(role: dict[str, Any]) -> set[str]:
    """Each right as "action target", with what a condition narrows it to."""
    found = set()
    for statement in statements(role):
        keys = statement.get("Condition", {}).get("ForAllValues:StringLike", {})
        prefixes = statement.get("Condition", {}).get("StringLike", {})
        narrowed = [
            *listed(keys.get("dynamodb:LeadingKeys", [])),
            *listed(prefixes.get("s3:prefix", [])),
        ]
        for action in listed(statement["Action"]):
            for resource in listed(statement["Resource"]):
                found.add(" ".join([action, target(resource), *narrowed]))
    return found


# Rights


@pytest.mark.parametrize("function", functions())
def test_b21_a_role_may_do_what_its_function_does_and_nothing_else(function: str) -> None:
    name = logical_id(function)
    logs = {f"logs:{each} {name}Logs" for each in ("CreateLogStream", "PutLogEvents")}
    assert rights(of_type("AWS::IAM::Role")[f"{name}Role"]) == MAY[function] | logs


@pytest.mark.parametrize("function", functions())
def test_b21_no_policy_of_somebody_elses_is_attached(function: str) -> None:
    role = of_type("AWS::IAM::Role")[f"{logical_id(function)}Role"]
    assert "ManagedPolicyArns" not in role


def test_b21_no_statement_of_a_role_allows_everything() -> None:
    for name, role in of_type("AWS::IAM::Role").items():
        for statement in statements(role):
            assert statement["Effect"] == "Allow"
            assert "NotAction" not in statement
            assert "NotResource" not in statement
            assert not any("*" in action for action in listed(statement["Action"])), name
            assert "*" not in listed(statement["Resource"]), name
            assert "dynamodb:Scan" not in listed(statement["Action"])


def test_every_function_has_a_role_of_its_own_for_one_service() -> None:
    roles = [each["Role"]["Fn::GetAtt"][0] for each in of_type("AWS::Lambda::Function").values()]
    assert len(set(roles)) == len(roles) == len(functions())
    for name in roles:
        trust = of_type("AWS::IAM::Role")[name]["AssumeRolePolicyDocument"]["Statement"]
        assert [each["Principal"] for each in trust] == [{"Service": "lambda.amazonaws.com"}]


OF_NO_SCHEDULE = {"CallersRole", "GatewayLogsRole", "ReleaseRole"}


def test_a_schedule_may_only_invoke_its_function_and_fill_its_dead_letter_queue() -> None:
    for name, role in of_type("AWS::IAM::Role").items():
        if name.endswith("FunctionRole") or name in OF_NO_SCHEDULE:
            continue
        actions = {action for each in statements(role) for action in listed(each["Action"])}
        assert actions == {"lambda:InvokeFunction", "sqs:SendMessage"}, name


def test_the_webhook_worker_may_see_that_an_object_is_gone() -> None:
    """Without ListBucket, S3 says "denied" where it would say "no such key"."""
    role = of_type("AWS::IAM::Role")[f"{logical_id('fetch_accounts')}Role"]
    assert "s3:ListBucket bucket inbox/*" in rights(role)


def test_a_caller_may_call_the_integrators_routes_and_nothing_else() -> None:
    (policy,) = of_type("AWS::IAM::ManagedPolicy").values()
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Action"] == "execute-api:Invoke"
    paths = [each["Fn::Sub"].split("/v1/", 1)[1] for each in statement["Resource"]]
    assert sorted(paths) == ["*/connections", "*/connections/*", "*/refreshes", "*/refreshes/*"]


def test_the_functions_act_with_their_own_roles_and_not_with_their_callers() -> None:
    assert template()["Resources"]["Api"]["Properties"]["Auth"]["InvokeRole"] == "NONE"


# Queues, stream and timers


def test_only_the_two_pollers_are_spared_the_loop_detection() -> None:
    allowed = {name for name, each in functions().items() if "RecursiveLoop" in each}
    assert allowed == {"authorize", "fetch_accounts"}
    assert {functions()[name]["RecursiveLoop"] for name in allowed} == {"Allow"}


def sources() -> dict[str, dict[str, Any]]:
    """Each queue's event source, by the function that it calls."""
    return {
        each["FunctionName"]["Ref"].removesuffix("Aliaslive"): each
        for each in of_type("AWS::Lambda::EventSourceMapping").values()
        if each["EventSourceArn"]["Fn::GetAtt"][1] == "Arn"
    }


@pytest.mark.parametrize(
    "function", ["authorize", "fetch_accounts", "nightly_check", "pass_webhook_on"]
)
def test_d74_a_message_stays_hidden_for_six_times_the_workers_timeout(function: str) -> None:
    source = sources()[logical_id(function)]
    queue = of_type("AWS::SQS::Queue")[source["EventSourceArn"]["Fn::GetAtt"][0]]
    timeout = of_type("AWS::Lambda::Function")[logical_id(function)]["Timeout"]
    assert queue["VisibilityTimeout"] >= 6 * timeout


WORKERS = ("authorize", "fetch_accounts", "nightly_check", "pass_webhook_on")


def test_a_worker_reports_which_message_failed_and_only_authorize_takes_ten() -> None:
    names = {logical_id(each): each for each in WORKERS}
    assert set(sources()) == set(names)
    for function, source in sources().items():
        assert source["BatchSize"] == (10 if names[function] == "authorize" else 1)
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        most = source["ScalingConfig"]["MaximumConcurrency"]
        assert most == (10 if names[function] == "nightly_check" else {"Ref": "FlinksConcurrency"})
        assert "FilterCriteria" not in source  # D78: a filter drops what it does not match


def test_webhooks_are_passed_on_only_where_an_address_is_given() -> None:
    assert template()["Parameters"]["WebhookForwardUrl"]["Default"] == ""
    written = functions()["pass_webhook_on"]["Events"]["Asked"]["Properties"]
    assert written["Enabled"] == {"Fn::If": ["PassesWebhooksOn", True, False]}


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("", True),
        ("https://app.example.com", True),
        ("https://app.example.com:8443/hooks/flinks?key=1", True),
        ("http://app.example.com/", False),
        ("https://user@app.example.com/", False),
        ("app.example.com", False),
        ("https://app.example.com/a b", False),
    ],
)
def test_an_address_for_webhooks_is_one_with_tls(url: str, allowed: bool) -> None:
    pattern = template()["Parameters"]["WebhookForwardUrl"]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, url)) == allowed


def test_the_fence_counts_on_the_authorize_workers_own_timeout() -> None:
    clocks = template()["Globals"]["Function"]["Environment"]["Variables"]["CLOCKS"]["Fn::Sub"]
    timeout = functions()["authorize"]["Timeout"]
    assert f"worker_timeout={timeout} " in " ".join(clocks.split()) + " "


def test_the_worker_of_the_data_outlives_every_call_that_it_may_make() -> None:
    """Flinks answers a data call within 210 s (Data endpoints, help centre of January 2025)."""
    client = importlib.import_module("flinks_reconnect.flinks.client")
    assert client.DATA_LIMIT.total_seconds() >= 210
    token_read_and_data = 2 * client.TOKEN_LIMIT + client.READ_LIMIT + client.DATA_LIMIT
    assert functions()["fetch_accounts"]["Timeout"] > token_read_and_data.total_seconds()


def test_a_deletion_at_flinks_ends_before_api_gateway_gives_up() -> None:
    client = importlib.import_module("flinks_reconnect.flinks.client")
    assert client.DELETE_LIMIT.total_seconds() < functions()["connections"]["Timeout"] <= 29


def test_no_pause_is_longer_than_a_queue_can_delay() -> None:
    assert importlib.import_module("flinks_reconnect.config").LARGEST["poll"] <= 900


def work_queues() -> dict[str, dict[str, Any]]:
    return {
        name: each
        for name, each in of_type("AWS::SQS::Queue").items()
        if not name.endswith("DeadLetters")
    }


def test_d75_every_work_queue_has_a_dead_letter_queue_that_keeps_longer() -> None:
    queues = of_type("AWS::SQS::Queue")
    for queue in work_queues().values():
        letters = queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        assert queue["RedrivePolicy"]["maxReceiveCount"] >= 5
        assert queues[letters]["MessageRetentionPeriod"] == 1209600
        assert queues[letters]["MessageRetentionPeriod"] > queue["MessageRetentionPeriod"]


def test_d79_the_stream_bisects_gives_up_and_keeps_what_failed() -> None:
    (stream,) = (
        each
        for each in of_type("AWS::Lambda::EventSourceMapping").values()
        if each["EventSourceArn"]["Fn::GetAtt"][1] == "StreamArn"
    )
    assert stream["FunctionName"]["Ref"] == f"{logical_id('publish_events')}Aliaslive"
    assert stream["BisectBatchOnFunctionError"] is True
    assert stream["MaximumRetryAttempts"] > 0
    assert stream["MaximumRecordAgeInSeconds"] > 0
    assert stream["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    failed = stream["DestinationConfig"]["OnFailure"]["Destination"]
    assert failed == {"Fn::GetAtt": ["EventDeadLetters", "Arn"]}
    (pattern,) = stream["FilterCriteria"]["Filters"]
    image = json.loads(pattern["Pattern"])["dynamodb"]["NewImage"]
    assert image == {"ev_count": {"N": [{"exists": True}]}}


def test_every_schedule_has_a_dead_letter_queue_and_gives_up() -> None:
    schedules = of_type("AWS::Scheduler::Schedule")
    assert len(schedules) == 2
    for schedule in schedules.values():
        letters = schedule["Target"]["DeadLetterConfig"]["Arn"]
        assert letters == {"Fn::GetAtt": ["TimerDeadLetters", "Arn"]}
        assert schedule["Target"]["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 300


def test_d89_nothing_in_this_stack_listens_to_its_own_bus() -> None:
    assert not of_type("AWS::Events::Rule")


# The HTTP API


def test_b27_nothing_of_a_request_is_logged_at_the_edge() -> None:
    settings = template()["Resources"]["Api"]["Properties"]["MethodSettings"]
    (everything,) = (each for each in settings if each["ResourcePath"] == "/*")
    assert everything["LoggingLevel"] == "OFF"
    assert everything["DataTraceEnabled"] is False
    for each in settings:
        assert each.get("LoggingLevel", "OFF") == "OFF"
        assert each.get("DataTraceEnabled", False) is False


def test_b27_the_access_log_holds_no_value_of_a_path_no_query_and_no_body() -> None:
    log = template()["Resources"]["Api"]["Properties"]["AccessLogSetting"]["Format"]
    fields = json.loads(log)
    assert set(fields.values()) == {
        "$context.requestId",
        "$context.requestTimeEpoch",
        "$context.httpMethod",
        "$context.resourcePath",
        "$context.status",
        "$context.error.responseType",
        "$context.responseLatency",
        "$context.responseLength",
    }


def test_method_settings_name_their_paths_as_cloudformation_encodes_them() -> None:
    settings = template()["Resources"]["Api"]["Properties"]["MethodSettings"]
    named = {each["ResourcePath"]: each for each in settings}
    public = {f"/{path.replace('/', '~1')}" for _, path, open_ in routes() if open_}
    assert set(named) == {"/*", *public}
    for path in public:
        assert named[path]["ThrottlingRateLimit"] < named["/*"]["ThrottlingRateLimit"]


def routes() -> list[tuple[str, str, bool]]:
    """Method, path, and whether nobody needs to sign."""
    return [
        (
            event["Properties"]["Method"].upper(),
            event["Properties"]["Path"],
            event["Properties"].get("Auth", {}).get("Authorizer") == "NONE",
        )
        for each in functions().values()
        for event in each.get("Events", {}).values()
        if event["Type"] == "Api"
    ]


def test_only_what_a_browser_or_flinks_calls_is_public() -> None:
    api = template()["Resources"]["Api"]["Properties"]
    assert api["Auth"]["DefaultAuthorizer"] == "AWS_IAM"
    public = {(method, path) for method, path, open_ in routes() if open_}
    visits = {"/reconnect/visits", *(f"/reconnect/visits/{each}" for each in VISIT)}
    assert public == {
        ("GET", "/callback/{state}"),
        ("POST", "/webhooks/flinks"),
        ("GET", "/reconnect"),
        ("GET", "/{page+}"),
        ("HEAD", "/{page+}"),
        ("POST", "/reconnect/visits"),
        ("GET", "/reconnect/visits/current"),
        ("POST", "/reconnect/visits/start"),
        ("POST", "/reconnect/visits/declined"),
        ("POST", "/reconnect/visits/iframe-url"),
        *(("OPTIONS", path) for path in visits),
    }


@pytest.mark.parametrize("function", functions())
def test_every_route_of_the_template_is_served_by_its_function_and_none_more(
    function: str,
) -> None:
    module = importlib.import_module(f"functions.{function}.app")
    assert callable(module.handler)
    stated = {
        f"{event['Properties']['Method'].upper()} {event['Properties']['Path']}"
        for event in functions()[function].get("Events", {}).values()
        if event["Type"] == "Api"
    }
    if hasattr(module, "ROUTES"):
        assert set(module.ROUTES) == stated
    else:
        assert len(stated) <= 1


def test_a_body_is_text_since_there_are_no_binary_media_types() -> None:
    assert "BinaryMediaTypes" not in template()["Resources"]["Api"]["Properties"]


def test_what_is_long_travels_compressed() -> None:
    assert template()["Resources"]["Api"]["Properties"]["MinimumCompressionSize"] == 1024


def test_the_edges_own_answers_are_problems_too() -> None:
    answers: dict[str, Any] = template()["Resources"]["Api"]["Properties"]["GatewayResponses"]
    assert {"DEFAULT_4XX", "DEFAULT_5XX", "THROTTLED", "REQUEST_TOO_LARGE"} <= set(answers)
    for name, answer in answers.items():
        headers = answer["ResponseParameters"]["Headers"]
        assert headers["Content-Type"] == "'application/problem+json'", name
        assert headers["Cache-Control"] == "'no-store'", name
        (body,) = answer["ResponseTemplates"].values()
        problem = json.loads(body)
        stated = {"status"} if "StatusCode" in answer else set()
        assert problem.keys() == {"type", "title", "code", "owner", "nextAction"} | stated
        assert str(problem.get("status")) == str(answer.get("StatusCode"))
        assert problem["type"].endswith(f"#{problem['code']}")
        assert "$context" not in body  # nothing of the request comes back


# What is stored


def test_b19_everything_at_rest_is_encrypted_with_our_key() -> None:
    key = {"Fn::GetAtt": ["ReconnectKey", "Arn"]}
    (table,) = of_type("AWS::DynamoDB::Table").values()
    assert table["SSESpecification"] == {
        "SSEEnabled": True,
        "SSEType": "KMS",
        "KMSMasterKeyId": key,
    }
    (bucket,) = of_type("AWS::S3::Bucket").values()
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {
        "SSEAlgorithm": "aws:kms",
        "KMSMasterKeyID": key,
    }
    assert rule["BucketKeyEnabled"] is True
    assert {str(each["KmsMasterKeyId"]) for each in of_type("AWS::SQS::Queue").values()} == {
        str(key)
    }
    secrets = of_type("AWS::SecretsManager::Secret").values()
    assert {str(each["KmsKeyId"]) for each in secrets} == {str(key)}


def test_b19_the_key_is_used_through_services_of_this_account_only() -> None:
    (key,) = of_type("AWS::KMS::Key").values()
    assert key["EnableKeyRotation"] is True
    by_sid = {each["Sid"]: each for each in key["KeyPolicy"]["Statement"]}
    used = by_sid["UseThroughServices"]["Condition"]["StringEquals"]
    assert used["kms:CallerAccount"] == {"Ref": "AWS::AccountId"}
    services = {each["Fn::Sub"].split(".")[0] for each in used["kms:ViaService"]}
    assert services == {"dynamodb", "s3", "sqs", "secretsmanager"}
    unguarded = [sid for sid, each in by_sid.items() if "Condition" not in each]
    assert unguarded == ["Administer"]
    assert "root" in str(by_sid["Administer"]["Principal"])


def test_the_table_forgets_by_ttl_is_backed_up_and_survives_the_stack() -> None:
    resource = template()["Resources"]["ReconnectTable"]
    table = resource["Properties"]
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert table["StreamSpecification"]["StreamViewType"] == "NEW_IMAGE"
    for index in table["GlobalSecondaryIndexes"]:  # what else it held would cost a write each time
        assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}
    assert resource["DeletionPolicy"] == "RetainExceptOnCreate"
    assert resource["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize("name", ["ReconnectBucket", "ReconnectKey", "IdKey"])
def test_what_cannot_be_made_again_survives_the_stack(name: str) -> None:
    resource = template()["Resources"][name]
    assert resource["DeletionPolicy"] == "RetainExceptOnCreate"
    assert resource["UpdateReplacePolicy"] == "Retain"


def test_b36_the_bucket_is_private_and_forgets() -> None:
    (bucket,) = of_type("AWS::S3::Bucket").values()
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    rules = bucket["LifecycleConfiguration"]["Rules"]
    kept = {each["Prefix"]: each["ExpirationInDays"] for each in rules}
    kept_days = {"snapshots/": 2, "inbox/": 7, "quarantine/": 7, "nightly/": 2, "outbound/": 14}
    assert kept == kept_days
    assert all(each["Status"] == "Enabled" for each in rules)
    (policy,) = of_type("AWS::S3::BucketPolicy").values()
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert template()["Parameters"]["RequireTls"]["Default"] == "true"


def test_b18_no_secret_stands_in_the_template_or_an_environment() -> None:
    for name, secret in of_type("AWS::SecretsManager::Secret").items():
        stated = json.loads(secret.get("SecretString", "{}"))
        assert not any(stated.values()), name
    for name, each in of_type("AWS::Lambda::Function").items():
        variables = each["Environment"]["Variables"]
        named = [key for key in variables if re.search("SECRET|KEY|TOKEN|PASSWORD", key)]
        assert all(key.endswith("_ARN") for key in named), name


def test_d78_no_work_queue_drops_a_message_by_a_filter() -> None:
    sources = of_type("AWS::Lambda::EventSourceMapping").values()
    from_queues = [each for each in sources if each["EventSourceArn"]["Fn::GetAtt"][1] == "Arn"]
    assert len(from_queues) == len(work_queues())
    assert [each for each in from_queues if "FilterCriteria" in each] == []


def test_b41_no_switch_of_a_trial_is_on_by_default() -> None:
    parameters = template()["Parameters"]
    assert parameters["ConnectDemo"]["Default"] == "false"
    assert parameters["RequireTls"]["Default"] == "true"


# Parameters, logs, cycles


@pytest.mark.parametrize("name", template()["Parameters"])
def test_every_parameter_says_what_it_is_and_works_by_default(name: str) -> None:
    parameter = template()["Parameters"][name]
    default = str(parameter["Default"])
    assert len(parameter["Description"]) > 15
    if "AllowedPattern" in parameter:
        assert re.fullmatch(parameter["AllowedPattern"], default)
    if "AllowedValues" in parameter:
        assert default in map(str, parameter["AllowedValues"])
    if parameter["Type"] == "Number":
        assert float(parameter.get("MinValue", default)) <= float(default)
        assert float(default) <= float(parameter.get("MaxValue", default))


def test_every_parameter_is_grouped_and_used() -> None:
    groups = template()["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    grouped = [name for group in groups for name in group["Parameters"]]
    assert sorted(grouped) == sorted(template()["Parameters"])
    written = {
        name: each for name, each in template().items() if name not in {"Metadata", "Parameters"}
    }
    text = json.dumps(written)
    for name in template()["Parameters"]:
        assert f'"Ref": "{name}"' in text or f"${{{name}}}" in text, name


def test_every_function_logs_json_to_a_group_of_its_own_that_forgets() -> None:
    groups = of_type("AWS::Logs::LogGroup")
    for name, each in of_type("AWS::Lambda::Function").items():
        logging = each["LoggingConfig"]
        assert logging["LogFormat"] == "JSON"
        group = groups[logging["LogGroup"]["Ref"]]
        assert logging["LogGroup"]["Ref"] == f"{name}Logs"
        assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}
        assert "POWERTOOLS_LOGGER_LOG_EVENT" not in each["Environment"]["Variables"]


def test_no_resource_refers_to_itself_by_way_of_others() -> None:
    """A function's environment that named the Api would be a circle: CloudFormation refuses it."""
    names = set(expanded())
    edges = {name: references(each) & names for name, each in expanded().items()}
    settled: set[str] = set()
    while ready := {name for name in names - settled if edges[name] <= settled}:
        settled |= ready
    assert names - settled == set()


def references(value: Any) -> set[str]:
    match value:
        case {"Ref": str(name)}:
            return {name}
        case {"Fn::GetAtt": [name, *_]} | {"Fn::GetAtt": str(name)}:
            return {str(name).split(".")[0]}
        case {"Fn::Sub": str(text)}:
            return {each.split(".")[0] for each in re.findall(r"\$\{([^}!]+)\}", text)}
        case dict():
            named = set(listed(value["DependsOn"])) if "DependsOn" in value else set()
            return named.union(*map(references, value.values()))
        case list():
            return set().union(*map(references, value))
    return set()
