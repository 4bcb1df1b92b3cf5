"""Prints the findings of `quoth doctor`, and models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from qa.cli.console import PlainConsole, printable, show_json, show_level

if TYPE_CHECKING:
    from qa.cli.findings import Finding
    from qa.llm.installed_weights import ModelListing


def show_findings(findings: Sequence[Finding], *, as_json: bool) -> None:
    """Prints the findings, and how to fix problems."""
    if as_json:
        show_json({"findings": [asdict(finding) for finding in findings]})
        return
    screen = PlainConsole()
    for finding in findings:
        show_level(screen, finding.level, f"{finding.about}: {finding.text}")
        if finding.mend:
            screen.show(("to fix: ", "bold"), printable(finding.mend), prefix="  ")


def show_models(listed: Sequence[ModelListing], answering: str, *, as_json: bool) -> None:
    """Prints the known models, where their weights are or can come from, and which are in use."""
    if as_json:
        show_json({"answering": answering, "models": [_model(one) for one in listed]})
        return
    screen = PlainConsole()
    for one in listed:
        model, use = one.weights, ", in use" if one.used else ""
        style = "green" if one.state == "verified" else "red" if use and one.state == "missing" else "yellow"
        screen.show((model.name, "bold"), f"  {model.purpose}  ", (one.state + use, style))
        digest = model.sha256 or "(not computed yet)"
        screen.show((f"{model.size / 1e6:,.0f} MB  sha256 {digest}", "dim"), prefix="    ")
        for place in [str(one.path)] if one.path else [f"from {source}" for source in model.sources]:
            screen.show(printable(place), prefix="    ")
    screen.show(f"QUOTH_MODEL is {printable(answering)}.")


def _model(one: ModelListing) -> dict[str, Any]:
    names = ("name", "purpose", "size", "sha256", "sources")
    about = {name: getattr(one.weights, name) for name in names}
    return about | {"used": one.used, "state": one.state, "path": one.path}
