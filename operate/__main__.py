"""`python -m operate deploy | doctor`: what the make targets call."""

import argparse
import getpass
import os
import sys

from local.errors import LocalError
from operate.account import Account
from operate.deploy import Deploy
from operate.doctor import examine
from operate.patient import Patient
from operate.refresh import try_refresh
from operate.settings import OperateError, Settings


def main() -> int:
    """Run one command; 0 if all is well."""
    parser = argparse.ArgumentParser(prog="operate", description=__doc__)
    parser.add_argument("command", choices=["deploy", "doctor"])
    command = parser.parse_args().command
    try:
        settings = Settings.read(os.environ.get("ENV") or "dev")
        account = Account(region=settings.region)
        if command == "deploy":
            _deploy(settings, account)
        return _examine(Settings.read(settings.environment), account)
    except (OperateError, LocalError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1


def _deploy(settings: Settings, account: Account) -> None:
    somebody = sys.stdin.isatty()
    print(f"Reconnect for Flinks, {settings.environment}, in {account.region}:")
    deploy = Deploy(
        account=account,
        say=print,
        ask=input if somebody else None,
        ask_secret=getpass.getpass if somebody else None,
    )
    deploy(settings)


def _examine(settings: Settings, account: Account) -> int:
    ill = 0
    for finding in examine(settings, account):
        print(f"  {'well' if finding.to_do is None else 'ILL '}  {finding.name}")
        if finding.to_do is not None:
            ill += 1
            print(f"        {finding.to_do}")
    if login_id := os.environ.get("LOGIN"):
        patient = Patient(
            settings=settings, account=account, stack=account.stack(settings.stack_name)
        )
        to_do = try_refresh(patient, login_id)
        print(f"  {'well' if to_do is None else 'ILL '}  a refresh of the test login")
        if to_do is not None:
            ill += 1
            print(f"        {to_do}")
    return 1 if ill else 0


if __name__ == "__main__":
    sys.exit(main())
