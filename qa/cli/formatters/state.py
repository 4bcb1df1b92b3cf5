"""Findings of `quoth doctor` and models on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from qa.cli.console import PlainConsole, safe, show_json, signed

if TYPE_CHECKING:
    from qa.cli.diagnostics import Finding
    from qa.llm.installed_weights import ModelListing


def show_findings(findings: Sequence[Finding], *, as_json: bool) -> None:
    """What was looked at, and how to mend it."""
    if as_json:
        show_json({"findings": [asdict(finding) for finding in findings]})
        return
    screen = PlainConsole()
    for finding in findings:
        signed(screen, finding.level, f"{finding.about}: {finding.text}")
        if finding.mend:
            screen.say(("to mend: ", "bold"), safe(finding.mend), mark="  ")


def show_models(listed: Sequence[ModelListing], answering: str, *, as_json: bool) -> None:
    """The known models, where their weights lie or could come from, and which of them are used."""
    if as_json:
        show_json({"answering": answering, "models": [_model(one) for one in listed]})
        return
    screen = PlainConsole()
    for one in listed:
        model, use = one.weights, ", in use" if one.used else ""
        style = "green" if one.state == "verified" else "red" if use and one.state == "missing" else "yellow"
        screen.say((model.name, "bold"), f"  {model.purpose}  ", (one.state + use, style))
        digest = model.sha256 or "(not looked at yet)"
        screen.say((f"{model.size / 1e6:,.0f} MB  sha256 {digest}", "dim"), mark="    ")
        for place in [str(one.path)] if one.path else [f"from {way}" for way in model.sources]:
            screen.say(safe(place), mark="    ")
    screen.say(f"QUOTH_MODEL is {safe(answering)}.")


def _model(one: ModelListing) -> dict[str, Any]:
    names = ("name", "purpose", "size", "sha256", "sources")
    about = {name: getattr(one.weights, name) for name in names}
    return about | {"used": one.used, "state": one.state, "path": one.path}
