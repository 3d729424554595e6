"""One environment (dev, staging, prod) as samconfig.toml states it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

SAMCONFIG: Final = Path(__file__).resolve().parents[1] / "samconfig.toml"


class OperateError(Exception):
    """Something that the deployer has to mend; the text says what."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is known before anything is asked."""

    environment: str
    stack_name: str
    region: str
    parameters: Mapping[str, str]
    """Of template.yaml."""
    tags: Mapping[str, str]
    monitoring: Mapping[str, str]
    """Of template-monitoring.yaml; who is told must be among them."""
    waf: bool

    @classmethod
    def read(cls, environment: str, path: Path = SAMCONFIG) -> Self:
        """Read one environment's section; raises OperateError."""
        config = tomllib.loads(path.read_text())
        if environment not in config or environment in {"default", "version"}:
            known = sorted(config.keys() - {"default", "version"})
            raise OperateError(f"ENV={environment} is not in samconfig.toml; it has {known}.")
        section = config[environment]
        stated = section["deploy"]["parameters"]
        return cls(
            environment=environment,
            stack_name=stated["stack_name"],
            region=stated["region"],
            parameters=_pairs(stated.get("parameter_overrides", [])),
            tags=_pairs(stated.get("tags", [])),
            monitoring=_pairs(_of(section, "monitoring").get("parameter_overrides", [])),
            waf=bool(_of(section, "waf").get("deploy", True)),
        )


def _of(section: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = section.get(name, {}).get("parameters", {})
    return found


def _pairs(stated: list[str]) -> dict[str, str]:
    named = (each.split("=", 1) for each in stated)
    return {name: value.strip('"') for name, value in named}
