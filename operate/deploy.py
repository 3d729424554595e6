"""`make deploy ENV=…`: build, three stacks, the secrets, and a look at what came of it."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flinks_reconnect.api.hosted.brand import accent_fault

from local import ROOT, artefact
from local.stack import FOLDER
from local.tools import SAM, run, tool_env
from operate.account import Account, Deployed
from operate.questions import (
    DOMAIN,
    RECEIVER,
    SECRETS,
    Ask,
    Say,
    answer,
    missing,
    parameter,
)
from operate.samconfig import with_answers
from operate.settings import SAMCONFIG, OperateError, Settings

CAPABILITIES: Final = ("CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND")
MONITORING: Final = "template-monitoring.yaml"
WAF: Final = "template-waf.yaml"


@dataclass(frozen=True, kw_only=True)
class Deploy:
    """One run. `ask` and `ask_secret` are None where nobody can answer (CI)."""

    account: Account
    say: Say
    ask: Ask | None
    ask_secret: Ask | None
    samconfig: Path = SAMCONFIG
    monitoring: Path = ROOT / MONITORING
    bucket: str | None = None
    """Where artefacts go; without one SAM keeps a bucket of its own."""

    def __call__(self, settings: Settings) -> Deployed:
        """Bring everything up to date; raises OperateError."""
        settings = self._answered(settings)
        _refuse_faint_accent(settings.parameters.get("AppAccentColour"))
        template = self._built(settings)
        parameters = artefact.with_release(template, self._parameters(settings))
        self._sam(settings.stack_name, template, parameters, settings.tags)
        stack = self.account.stack(settings.stack_name)
        self._fill_secrets(stack)
        if settings.waf:
            api = {"ApiId": stack.outputs["ApiId"]}
            self._sam(f"{stack.name}-waf", _apart(ROOT / WAF), api, settings.tags)
        told = dict(pair.split("=", 1) for pair in stack.outputs["MonitoringParameters"].split())
        self._sam(
            f"{stack.name}-monitoring",
            _apart(self.monitoring),
            {**told, "ConcurrencyLimit": str(self._concurrency_limit()), **settings.monitoring},
            settings.tags,
        )
        return stack

    def _answered(self, settings: Settings) -> Settings:
        """Ask what samconfig.toml does not say, and write it there."""
        questions = missing(settings.parameters)
        told = {"AlarmEmail", "AlarmTopicArn"} & settings.monitoring.keys()
        if not questions and told:
            return settings
        if self.ask is None:
            names = [each.parameter for each in questions] + ([] if told else ["AlarmEmail"])
            raise OperateError(
                f"samconfig.toml does not say {', '.join(names)} for {settings.environment}, and "
                "nobody is here to ask."
            )
        given = {
            each.parameter: answer(each, self.ask, self.say, parameter(each.parameter))
            for each in questions
        }
        if given.get("DomainName"):
            given[DOMAIN.parameter] = answer(
                DOMAIN, self.ask, self.say, parameter(DOMAIN.parameter)
            )
        receiver = {}
        if not told:
            definition = parameter(RECEIVER.parameter, MONITORING)
            receiver = {RECEIVER.parameter: answer(RECEIVER, self.ask, self.say, definition)}
        text = with_answers(self.samconfig.read_text(), settings.environment, given, receiver)
        self.samconfig.write_text(text)
        return Settings.read(settings.environment, self.samconfig)

    def _parameters(self, settings: Settings) -> dict[str, str]:
        """Add what the account itself says: whether API Gateway has a role for its logs."""
        stated = dict(settings.parameters)
        if "ApiGatewayLogsRole" not in stated and self._logs_role_of_others(settings.stack_name):
            stated["ApiGatewayLogsRole"] = "there"
        return stated

    def _logs_role_of_others(self, stack_name: str) -> bool:
        """Whether there is a role that this stack has not made."""
        if not self.account.client("apigateway").get_account().get("cloudwatchRoleArn"):
            return False
        try:
            own = self.account.stack(stack_name).resources
        except OperateError:
            return True
        return "GatewayAccount" not in own

    def _concurrency_limit(self) -> int:
        limits = self.account.client("lambda").get_account_settings()["AccountLimit"]
        return int(limits["ConcurrentExecutions"])

    def _built(self, settings: Settings) -> Path:
        architecture = settings.parameters.get("Architecture", "arm64")
        self.say(f"  build      for {architecture}, with byte code")
        return artefact.build(
            architecture=architecture,
            to=ROOT / ".aws-sam/build",
            cache=ROOT / ".aws-sam/cache",
            log=FOLDER / "deploy/build.log",
        )

    def _sam(
        self, name: str, template: Path, parameters: Mapping[str, str], tags: Mapping[str, str]
    ) -> None:
        """Create or update one stack by `sam deploy`; nobody has to confirm."""
        self.say(f"  deploy     {name}")
        place = ["--s3-bucket", self.bucket] if self.bucket else ["--resolve-s3"]
        command: list[str | Path] = [
            *(SAM, "deploy", "--template-file", template, "--stack-name", name),
            *("--region", self.account.region, *place, "--capabilities", *CAPABILITIES),
            *("--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar"),
        ]
        if tags:
            command += ["--tags", *(f"{key}={value}" for key, value in tags.items())]
        # Quoted, for the tool splits at spaces.
        command += [
            "--parameter-overrides",
            *(f'{key}="{value}"' for key, value in parameters.items()),
        ]
        run(command, env=tool_env(**self.account.environment), log=FOLDER / f"deploy/{name}.log")

    def _fill_secrets(self, stack: Deployed) -> None:
        """Ask for whatever Flinks' secrets still lack; nothing of it touches a file."""
        manager = self.account.client("secretsmanager")
        for secret, texts in SECRETS.items():
            arn = stack.resources[secret]
            stored = json.loads(manager.get_secret_value(SecretId=arn)["SecretString"])
            lacking = [name for name in texts if not stored.get(name)]
            if not lacking:
                continue
            if self.ask_secret is None:
                self.say(f"  secret     {secret} lacks {', '.join(lacking)}; nobody is here to ask")
                continue
            given = {name: self.ask_secret(f"{texts[name]}: ").strip() for name in lacking}
            if any(given.values()):
                manager.put_secret_value(SecretId=arn, SecretString=json.dumps(stored | given))


def _refuse_faint_accent(accent: str | None) -> None:
    if accent and (fault := accent_fault(accent)):
        raise OperateError(f"AppAccentColour {accent}: {fault}.")


def _apart(template: Path) -> Path:
    """Copy a template to where no samconfig.toml lies: the SAM CLI would mix its defaults in."""
    folder = FOLDER / "deploy"
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(template, folder))
