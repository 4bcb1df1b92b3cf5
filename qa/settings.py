"""Settings, read from `QUOTH_` environment variables."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from qa.errors import SettingsInvalid

PREFIX = "QUOTH_"
# What verifies, other than a classifier.
CHAT_MODEL, NO_VERIFIER = "model", "none"


class Settings(BaseModel):
    """The settings of one process. An unknown or mistyped `QUOTH_` variable is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    home: Path = Field(
        Path("~/.local/share/quoth"), description="folder of the archive and the model weights"
    )
    model: str = Field(
        "local:1.5b",
        min_length=1,
        description="`local:1.5b`, `local:0.5b`, a `.gguf` file, `provider:model` of LangChain, or `none`",
    )
    model_url: str | None = Field(
        None, pattern="^https?://", description="address of an OpenAI-compatible server for `openai:…` models"
    )
    model_key: SecretStr | None = Field(None, description="API key for that server")
    model_slots: Annotated[int, Field(ge=1, le=10_000)] | Literal["auto"] = Field(
        "auto",
        description="questions that one process has a remote model answer at once; `auto`: as many as "
        "llama-server has slots, 8 with other servers",
    )
    database_url: SecretStr | None = Field(
        None,
        description="PostgreSQL that holds the articles instead of the home: "
        "`postgresql://user:password@host/name`",
    )
    chroma_url: str | None = Field(
        None,
        pattern="^https?://",
        description="Chroma server that holds the vectors: `http://host:8000`, or with a tenant and a "
        "database `https://host/tenant/database`",
    )
    chroma_key: SecretStr | None = Field(
        None, description="API key for that server, or for a proxy before it"
    )
    embedder: str = Field(
        "minilm",
        min_length=1,
        description="embedding model: `minilm`, `multilingual`, a folder, or `owner/name` on the Hugging "
        "Face hub",
    )
    embedder_url: str | None = Field(
        None,
        pattern="^https?://",
        description="address of a server that embeds, with OpenAI's `/v1/embeddings`; `embedder` is then the "
        "name of its model",
    )
    embedder_key: SecretStr | None = Field(None, description="API key for that server")
    reranker: str | None = Field(
        None,
        min_length=1,
        description="cross-encoder that reranks passages: a folder, or `owner/name` on the hub",
    )
    verifier: str = Field(
        CHAT_MODEL,
        min_length=1,
        description="what verifies answers: `model` asks the chat model, `none` nothing; or a classifier of "
        "entailment: a folder, or `owner/name` on the hub",
    )
    threads: int = Field(
        default_factory=lambda: min(os.cpu_count() or 1, 8),
        ge=1,
        le=256,
        description="threads of the local model; at most the free cores",
    )
    evidence_tokens: Annotated[int, Field(ge=100, le=8000)] | Literal["auto"] = Field(
        "auto",
        description="tokens of evidence the model reads; `auto`: 240 for a local model, for a remote one a "
        "share of its context",
    )
    logs: Literal["text", "json"] = Field(
        "text", description="log format of `quoth serve`: text or JSON lines"
    )
    private_urls: bool = Field(
        False, description="allow adding addresses of private networks, such as an intranet"
    )
    hosts: str = Field(
        "",
        max_length=2000,
        pattern=r"^[\w.,-]*$",
        description="host names of the server besides its addresses, separated by commas; "
        "with any, the server requires API keys",
    )
    proxies: str = Field(
        "",
        max_length=2000,
        pattern=r"^[0-9A-Fa-f.:/, ]*$",
        description="addresses or networks of reverse proxies whose X-Forwarded-* headers count, "
        "separated by commas",
    )
    requests_per_minute: int = Field(
        600, ge=1, le=1_000_000, description="requests per minute of one API key"
    )
    requests_at_once: int = Field(16, ge=1, le=10_000, description="concurrent requests of one API key")
    waiting: int = Field(
        16,
        ge=0,
        le=10_000,
        description="questions that may wait for the model; more are rejected",
    )

    @field_validator("verifier")
    @classmethod
    def _check_verifier(cls, name: str) -> str:
        # A mistyped `none` must not pass for the folder of a classifier.
        if name in (CHAT_MODEL, NO_VERIFIER) or "/" in name or Path(name).expanduser().is_dir():
            return name
        raise PydanticCustomError(
            "verifier", "use `model`, `none`, a folder, or `owner/name` of the Hugging Face hub"
        )


def read_settings(**given: object) -> Settings:
    """The settings from the environment, overridden by the `given` values that are not None.

    Raises SettingsInvalid with the name of the variable and its allowed values.
    """
    values = _environment() | {name: value for name, value in given.items() if value is not None}
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        raise SettingsInvalid(f"{name} cannot be {first['input']!r}: {first['msg']}") from None
    if bool(settings.database_url) != bool(settings.chroma_url):
        lacking = "QUOTH_CHROMA_URL" if settings.database_url else "QUOTH_DATABASE_URL"
        raise SettingsInvalid(
            f"{lacking} is not set: articles in PostgreSQL need a Chroma server beside it; set both, or "
            "neither for an archive in the home"
        )
    return settings.model_copy(update={"home": settings.home.expanduser().absolute()})


def _environment() -> dict[str, object]:
    """The settings among the environment's variables, in any case; rejects unknown ones."""
    values: dict[str, object] = {}
    for variable in sorted(os.environ):
        name = variable.lower().removeprefix(PREFIX.lower())
        if name in Settings.model_fields and variable.upper().startswith(PREFIX):
            values[name] = os.environ[variable]
        elif variable.upper().startswith(PREFIX):
            known = {PREFIX + name.upper() for name in Settings.model_fields}
            similar = difflib.get_close_matches(variable.upper(), known, n=1)
            hint = f"did you mean {similar[0]}?" if similar else f"use one of {', '.join(sorted(known))}"
            raise SettingsInvalid(f"there is no setting {variable}; {hint}")
    return values
