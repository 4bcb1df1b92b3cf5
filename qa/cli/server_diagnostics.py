"""What `quoth doctor` says of servers that run the chat model and the embedder."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from index.embedding.served import ServedEmbedder
from index.errors import QuothError
from qa.cli.findings import Finding, problem_of
from qa.llm.chat_models import RemoteChatModel, choose_model, first_token, reason_for
from qa.llm.chat_models.model_server import WITHOUT_LOGPROBS, WITHOUT_LOGPROBS_MEND, ModelServer
from qa.llm.embedders import open_embedder
from qa.settings import Settings
from qa.verification.verifiers.judge import judging_task


def examine_servers(settings: Settings) -> Iterator[Finding]:
    """Asks the servers of one's own for one token and one vector."""
    if settings.model_url and settings.model.startswith("openai:"):
        yield from _chat_model(settings)
    if settings.embedder_url:
        yield _embedder(settings)


def _chat_model(settings: Settings) -> Iterator[Finding]:
    model = choose_model(settings, lambda name: settings.home / name)
    assert isinstance(model, RemoteChatModel) and model.server
    try:
        model.check()
        task = judging_task()
        reply = asyncio.run(model.for_task(task).ainvoke(task.prompt.empty()))
    except QuothError as error:
        yield problem_of("model server", error)
        return
    except Exception as error:  # LangChain's providers share no base class of errors
        text = f"{model.server.url} did not answer ({reason_for(error, model)})"
        mend = "correct QUOTH_MODEL, QUOTH_MODEL_URL and QUOTH_MODEL_KEY"
        yield Finding(about="model server", level="problem", text=text, mend=mend)
        return
    finally:
        model.close()
    yield Finding(about="model server", level="ok", text=_told(model.server))
    if first_token(reply) is None:
        text = WITHOUT_LOGPROBS.format(url=model.server.url)
        yield Finding(about="model server", level="warning", text=text, mend=WITHOUT_LOGPROBS_MEND)


def _told(server: ModelServer) -> str:
    told = server.properties
    context = f"{told.context:,} tokens of context" if told.context else "a context of unknown size"
    slots = f", {told.slots} slots" if told.slots else ""
    tokens = "counts tokens" if server.tokenize("ready") is not None else "tokens are estimated"
    return f"{server.url} answers: {told.engine or 'unknown engine'}, {context}{slots}, {tokens}"


def _embedder(settings: Settings) -> Finding:
    embedder = open_embedder(settings)
    assert isinstance(embedder, ServedEmbedder)
    try:
        dimension = embedder.encode(["ready"]).shape[1]
    except QuothError as error:
        return problem_of("embedder server", error)
    finally:
        embedder.close()
    text = f"{embedder.url} embeds with {embedder.name}: {dimension} dimensions"
    return Finding(about="embedder server", level="ok", text=text)
