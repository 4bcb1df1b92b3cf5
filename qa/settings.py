"""What can be configured, all of it through `QUOTH_` variables."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from qa.errors import SettingsInvalid

PREFIX = "QUOTH_"


class Settings(BaseSettings):
    """The settings of one process; an unknown or mistyped `QUOTH_` variable is an error."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    home: Path = Field(
        Path("~/.local/share/quoth"), description="folder of the archive and of the models' weights"
    )
    model: str = Field(
        "local:1.5b",
        min_length=1,
        description="`local:1.5b`, `local:0.5b`, a `.gguf` file, `provider:model` of LangChain, or `none`",
    )
    model_url: str | None = Field(
        None, pattern="^https?://", description="address of an OpenAI-compatible server for `openai:…` models"
    )
    model_key: SecretStr | None = Field(None, description="key for that server")
    embedder: str = Field(
        "minilm",
        min_length=1,
        description="what finds by meaning: `minilm`, a folder, or `owner/name` of the Hugging Face hub",
    )
    reranker: str | None = Field(
        None,
        min_length=1,
        description="cross-encoder that puts what was found in order: a folder, or `owner/name` of the hub",
    )
    threads: int = Field(
        default_factory=lambda: min(os.cpu_count() or 1, 8),
        ge=1,
        le=256,
        description="threads of the local model; never more than free cores",
    )
    evidence_tokens: int = Field(
        240, ge=100, le=8000, description="how many tokens of quoted evidence the model reads"
    )
    logs: Literal["text", "json"] = Field(
        "text", description="how `quoth serve` tells what it does: for people, or as JSON lines"
    )
    private_urls: bool = Field(
        False, description="whether addresses of private networks, such as an intranet's, may be added"
    )
    hosts: str = Field(
        "",
        max_length=2000,
        pattern=r"^[\w.,-]*$",
        description="names by which a server is called besides its addresses, with commas between; "
        "then keys are asked for",
    )
    requests_per_minute: int = Field(
        600, ge=1, le=1_000_000, description="how many requests of one key a server takes in a minute"
    )
    requests_at_once: int = Field(
        16, ge=1, le=10_000, description="how many requests of one key a server takes at once"
    )
    waiting: int = Field(
        16,
        ge=0,
        le=10_000,
        description="how many questions may wait for the model; more are told to come again",
    )


def read_settings(**given: object) -> Settings:
    """The settings from the environment, those `given` (and not None) taking precedence.

    Raises SettingsInvalid, naming the variable and what it may be.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for variable in sorted(os.environ):
        if variable.upper().startswith(PREFIX) and variable.upper() not in known:
            [*near] = difflib.get_close_matches(variable.upper(), known, n=1)
            meant = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(known))}"
            raise SettingsInvalid(f"there is no setting {variable}; {meant}")
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        raise SettingsInvalid(f"{name} cannot be {first['input']!r}: {first['msg']}") from None
    return settings.model_copy(update={"home": settings.home.expanduser().absolute()})
