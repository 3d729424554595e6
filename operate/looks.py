"""What `make doctor` looks at in AWS, one function each: None is well, a text says what to do."""

import base64
import hashlib
import hmac
import json
import re
from typing import Any, Final

from flinks_reconnect.api.hosted.brand import accent_fault

from docs.tools.template import template
from operate.patient import Patient
from operate.wire import addresses, call, signed_call

WHOLE: Final = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
FIELDS: Final = {
    "FlinksSecret": ("secretKey", "apiKey"),
    "WebhookSecret": ("current",),
    "SigningKey": ("current",),
    "IdKey": ("current",),
}
NOBODYS: Final = "rf_mfrggzdfmztwq2lknnwg23tp01kajz3m0r4g7h2k9x"
"""A refresh's id in the right form, of no refresh."""
KIND_OF_NOBODY: Final = b'{"ResponseType":"KYC"}'


def stack_is_whole(patient: Patient) -> str | None:
    """The last deploy ended well."""
    if patient.stack.status in WHOLE:
        return None
    return (
        f"The stack is {patient.stack.status}. Read its events (aws cloudformation "
        f"describe-stack-events --stack-name {patient.stack.name}), mend the first failure and "
        "deploy again; docs/operations.md says what a failed deploy leaves behind."
    )


def is_this_environment(patient: Patient) -> str | None:
    """The stack is the one that samconfig.toml means."""
    found = patient.stack.parameters.get("Environment")
    if found == patient.settings.environment:
        return None
    return (
        f"The stack {patient.stack.name} says Environment={found}, not "
        f"{patient.settings.environment}: samconfig.toml names the wrong stack, or the stack was "
        "deployed by hand. Deploy it with make deploy."
    )


def parameters_fit(patient: Patient) -> str | None:
    """What is deployed is what samconfig.toml says, and what the template takes."""
    deployed = patient.stack.parameters
    wrong = sorted(
        name
        for name, value in patient.settings.parameters.items()
        if deployed.get(name, value) != value
    )
    if wrong:
        return f"{', '.join(wrong)}: samconfig.toml says otherwise than the stack. Run make deploy."
    for name, definition in template()["Parameters"].items():
        pattern = definition.get("AllowedPattern", "(?s:.*)")
        if name in deployed and not re.fullmatch(pattern, deployed[name]):
            return f"{name}: {definition.get('ConstraintDescription', pattern)} Run make deploy."
    return None


def accent_can_be_seen(patient: Patient) -> str | None:
    """The hosted page's buttons stand out from it."""
    accent = patient.stack.parameters.get("AppAccentColour")
    fault = accent_fault(accent) if accent else None
    if fault is None:
        return None
    return f"AppAccentColour: {fault}. Change it in samconfig.toml and run make deploy."


def gateway_logs(patient: Patient) -> str | None:
    """API Gateway may write the access log."""
    if patient.account.client("apigateway").get_account().get("cloudwatchRoleArn"):
        return None
    return (
        "API Gateway has no role for its logs in this region; a change of the stage will fail. "
        "Deploy with ApiGatewayLogsRole=make."
    )


def concurrency(patient: Patient) -> str | None:
    """The account may run the workers and the API beside each other."""
    limits = patient.account.client("lambda").get_account_settings()["AccountLimit"]
    may, want = int(limits["ConcurrentExecutions"]), _workers(patient) + 20
    if may >= want:
        return None
    return (
        f"Lambda may run {may} functions at once here, and the workers alone may want "
        f"{_workers(patient)}. Ask for more (Service Quotas, AWS Lambda, Concurrent executions), "
        f"or deploy with FlinksConcurrency={max(2, (may - 4) // 2)} until then."
    )


def _workers(patient: Patient) -> int:
    return 2 * int(patient.stack.parameters["FlinksConcurrency"])


def secret(patient: Patient, name: str) -> dict[str, Any]:
    """Read a secret of the stack; what is no JSON object has no field."""
    arn = patient.stack.resources.get(name) or patient.stack.parameters["IdKeyArn"]
    manager = patient.account.client("secretsmanager")
    text = manager.get_secret_value(SecretId=arn)["SecretString"]
    try:
        fields = json.loads(text)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


def secrets_are_filled(patient: Patient) -> str | None:
    """Each secret has the fields that the functions read."""
    for name, fields in FIELDS.items():
        stored = secret(patient, name)
        for field in fields:
            value = stored.get(field)
            if not isinstance(value, str) or not value or value != value.strip():
                return (
                    f"{name} lacks {field}, or it is no plain text. Run make deploy, which asks "
                    "for it, or write it with aws secretsmanager put-secret-value."
                )
    return None


def page_answers(patient: Patient) -> str | None:
    """A person can open the hosted page."""
    heard = call("GET", f"{patient.api_url}/reconnect")
    if heard.status == 200:
        return None
    return (
        f"GET {patient.api_url}/reconnect answers {heard.status or heard.text}. Look at "
        "PublicBaseUrl or DomainName, the API's policy, and the log of ReconnectPageFunction."
    )


def unsigned_is_refused(patient: Patient) -> str | None:
    """Nobody gets at the integrator's routes without a signature."""
    heard = call("GET", f"{patient.api_url}/refreshes/{NOBODYS}")
    if heard.status == 403:
        return None
    return (
        f"An unsigned call is answered {heard.status or heard.text}, not 403. Close the address "
        "until you know why: somebody has changed the API by hand."
    )


def signed_is_answered(patient: Patient) -> str | None:
    """The integrator's routes answer whoever signs."""
    url = f"{patient.api_url}/refreshes/{NOBODYS}"
    heard = signed_call(patient.account.session, patient.account.region, "GET", url)
    if heard.status == 404 and '"not_found"' in heard.text:
        return None
    if heard.status == 403:
        return (
            "Your credentials may not call the API. Attach the policy of the output "
            "CallersPolicyArn to them, or look with a caller's."
        )
    return (
        f"A signed call for an unknown refresh is answered {heard.status or heard.text}, not 404. "
        "Read the log of RefreshesFunction."
    )


def unsigned_webhook_is_refused(patient: Patient) -> str | None:
    """Only Flinks is heard."""
    heard = call("POST", f"{patient.api_url}/webhooks/flinks", KIND_OF_NOBODY, _JSON)
    if 400 <= heard.status < 500:
        return None
    return (
        f"An unsigned webhook is answered {heard.status or heard.text}, not refused. Read the log "
        "of FlinksWebhookFunction."
    )


def signed_webhook_is_taken(patient: Patient) -> str | None:
    """What Flinks signs with the stored secret is taken."""
    key = str(secret(patient, "WebhookSecret").get("current", ""))
    signature = base64.b64encode(hmac.digest(key.encode(), KIND_OF_NOBODY, hashlib.sha256)).decode()
    heard = call(
        "POST",
        f"{patient.api_url}/webhooks/flinks",
        KIND_OF_NOBODY,
        _JSON | {"flinks-authenticity-key": signature},
    )
    if heard.status == 200:
        return None
    return (
        f"A webhook signed with the stored secret is answered {heard.status or heard.text}. Is "
        "WebhookSecret filled in? A function keeps an old one for five minutes."
    )


_JSON: Final = {"Content-Type": "application/json"}


def schedules_are_on(patient: Patient) -> str | None:
    """The sweep and the nightly check are invoked."""
    client = patient.account.client("scheduler")
    for function in ("SweepFunction", "NightlyCheckFunction"):
        names = [
            physical_id
            for logical_id, physical_id in patient.stack.resources.items()
            if logical_id.startswith(function) and logical_id in _schedules()
        ]
        states = [client.get_schedule(Name=name)["State"] for name in names]
        if states != ["ENABLED"]:
            return (
                f"The schedule of {function} is not on. Switch it on (EventBridge Scheduler), or "
                "run make deploy."
            )
    return None


def _schedules() -> set[str]:
    """The logical ids that SAM gives: the function's and the event's."""
    return {
        f"{name}{event}"
        for name, each in template()["Resources"].items()
        for event, stated in each.get("Properties", {}).get("Events", {}).items()
        if stated["Type"] == "ScheduleV2"
    }


def workers_listen(patient: Patient) -> str | None:
    """Queues and the stream have somebody who takes what is in them."""
    client = patient.account.client("lambda")
    for name, uuid in patient.stack.of_type("AWS::Lambda::EventSourceMapping").items():
        if name.startswith("PassWebhookOnFunction"):
            continue  # off where no address is given
        state = client.get_event_source_mapping(UUID=uuid)["State"]
        if state not in {"Enabled", "Creating"}:
            return (
                f"{name} does not listen: this event source is {state}. Switch it on (Lambda, "
                "Triggers), or run make deploy."
            )
    return None


def callers_get_what_was_deployed(patient: Patient) -> str | None:
    """The alias that everything calls names the version with the latest code and settings."""
    client = patient.account.client("lambda")
    for name, function in patient.stack.of_type("AWS::Lambda::Function").items():
        latest, live = (
            client.get_function_configuration(FunctionName=function, Qualifier=qualifier)
            for qualifier in ("$LATEST", "live")
        )
        if any(latest.get(each) != live.get(each) for each in _OF_A_RELEASE):
            return (
                f"{name}: the alias live still serves version {live['Version']}, older than what "
                "was deployed last. A gradual release takes minutes; otherwise run make deploy, "
                "which makes a version for changed parameters too."
            )
    return None


_OF_A_RELEASE: Final = ("CodeSha256", "Environment", "MemorySize", "Timeout")


def no_dead_letters(patient: Patient) -> str | None:
    """No message was given up."""
    client = patient.account.client("sqs")
    for name, url in patient.stack.resources.items():
        if not name.endswith("DeadLetters"):
            continue
        count = client.get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
        )["Attributes"]["ApproximateNumberOfMessages"]
        if int(count):
            return f"{name} holds {count} messages. See docs/runbooks/dead-letters.md."
    return None


def alarms_tell_somebody(patient: Patient) -> str | None:
    """The monitoring stack is there, and somebody hears it."""
    stack = patient.account.stack(f"{patient.stack.name}-monitoring")
    client = patient.account.client("cloudwatch")
    names = list(stack.of_type("AWS::CloudWatch::Alarm").values())
    found = client.describe_alarms(AlarmNames=names)["MetricAlarms"]
    deaf = [each["AlarmName"] for each in found if not each.get("AlarmActions")]
    off = [each["AlarmName"] for each in found if each.get("ActionsEnabled") is False]
    if len(found) < len(names) or deaf or off:
        return "An alarm is gone, switched off or tells nobody. Run make deploy."
    topic = found[0]["AlarmActions"][0]
    people = patient.account.client("sns").list_subscriptions_by_topic(TopicArn=topic)
    if not people["Subscriptions"]:
        return f"Nobody listens to {topic}. Subscribe somebody to it."
    if all(each["SubscriptionArn"] == "PendingConfirmation" for each in people["Subscriptions"]):
        return f"Nobody has confirmed yet to listen to {topic}: look for AWS's e-mail."
    return None


def domain_points_here(patient: Patient) -> str | None:
    """The DNS record of an own domain leads to this API."""
    domain = patient.stack.parameters.get("DomainName")
    if not domain:
        return None
    target = patient.stack.outputs["DomainTarget"]
    if addresses(domain) & addresses(target):
        return None
    return (
        f"{domain} does not lead to this API. Make a DNS record that points to {target} (an alias "
        "in Route 53, else a CNAME); a new one takes minutes to be known."
    )
