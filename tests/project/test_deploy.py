"""The files in deploy/ refer only to files, commands and settings that exist. No image is built."""

from __future__ import annotations

import configparser
import itertools
import re
import shlex
from pathlib import Path

import yaml
from typer.main import get_command

from qa.cli import main
from qa.settings import PREFIX, Settings
from qa.web.run import CLOSE_SECONDS, DRAIN_SECONDS
from tests.paths import ROOT

DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text().replace("\\\n", " ")
UNIT = (ROOT / "deploy/quoth.service").read_text()
# The longest shutdown: draining, closing connections, and some seconds for the archive.
SHUTDOWN_SECONDS = DRAIN_SECONDS + CLOSE_SECONDS + 5


def check_command(words: list[str]) -> None:
    """The command and its options exist."""
    command = get_command(main.app)
    for word in words:
        commands = getattr(command, "commands", {})
        if word in commands:
            command = commands[word]
        elif word.startswith("--"):
            assert word in {option for parameter in command.params for option in parameter.opts}, word
    assert command.name != "quoth", words


def check_variables(variables: list[str]) -> None:
    """Every `QUOTH_` variable is a setting."""
    names = {PREFIX + name.upper() for name in Settings.model_fields}
    assert {name for name in variables if name.startswith(PREFIX)} <= names


def test_proxy_configuration_starts_what_exists() -> None:
    [command] = re.findall(r"^#\s+(QUOTH_.* quoth serve .*)$", (ROOT / "deploy/nginx.conf").read_text(), re.M)
    variables, _, options = command.partition(" quoth ")
    check_variables(re.findall(r"\b(QUOTH_\w+)=", variables))
    check_command(options.split())


def test_image_copies_and_starts_what_exists() -> None:
    included = {
        line[1:] for line in (ROOT / "deploy/Dockerfile.dockerignore").read_text().split() if line[0] == "!"
    }
    copied = [line.split()[1:-1] for line in re.findall(r"^COPY (?!--from).*", DOCKERFILE, re.M)]
    for source in itertools.chain.from_iterable(copied):
        assert (ROOT / source).exists(), source
        assert source in included, source
    stages = re.findall(r"^FROM \S+ AS (\w+)", DOCKERFILE, re.M)
    assert set(re.findall(r"--from=(\w+)", DOCKERFILE)) <= set(stages)
    for line in re.findall(r"/quoth (models pull.*)", DOCKERFILE):
        check_command(line.split())
    [command] = re.findall(r"^CMD \[(\"serve\".*)\]", DOCKERFILE, re.M)
    check_command([word.strip('" ') for word in command.split(",")])
    check_variables(re.findall(r"\b(QUOTH_\w+)=", DOCKERFILE))
    assert re.search(r"^USER (?!0|root)", DOCKERFILE, re.M)


def test_container_has_time_to_shut_down() -> None:
    composed = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())
    quoth = composed["services"]["quoth"]
    assert int(quoth["stop_grace_period"].removesuffix("s")) >= SHUTDOWN_SECONDS
    assert (ROOT / "deploy" / quoth["build"]["context"] / quoth["build"]["dockerfile"]).is_file()
    assert all(port.startswith("127.0.0.1:") for port in quoth["ports"])
    assert {volume.partition(":")[0] for volume in quoth["volumes"]} == set(composed["volumes"])


def test_unit_starts_what_exists_and_lets_it_shut_down() -> None:
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[method-assign,assignment]
    unit.read_string(UNIT)
    service = unit["Service"]
    assert int(service["TimeoutStopSec"]) >= SHUTDOWN_SECONDS
    for name in ("ExecStart", "ExecStartPre"):
        program, *words = shlex.split(service[name])
        assert Path(program).name == "quoth"
        check_command(words)
    check_variables([word.partition("=")[0] for word in service["Environment"].split()])
    assert service["User"] != "root" and service["NoNewPrivileges"] == "yes"
