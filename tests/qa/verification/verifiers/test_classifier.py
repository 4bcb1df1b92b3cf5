"""A classifier of entailment verifies claims, whatever the order and the names of its labels."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.errors import WeightsCorrupt, WeightsMissing
from qa.assistant import open_assistant
from qa.cli.diagnostics import examine
from qa.errors import SettingsInvalid
from qa.llm import custom
from qa.llm.embedders import list_models
from qa.settings import Settings, read_settings
from qa.verification.verifiers.classifier import ClassifierVerifier, LabelOrder, label_order
from qa.verification.verifiers.verifier import Hypothesis, Verdict
from tests.tinymodels import edit_json, save_reranker

NLI = ("contradiction", "entailment", "neutral")
QUESTION = "When was the Vey Bridge in Ostleigh opened?"
HELD = Hypothesis(
    claim="The ferry left the harbour at noon.",
    quote="At noon the ferry left. It was full.",
    quoted_on="2024-03-02",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_reranker(tmp_path_factory.mktemp("models") / "nli", labels=NLI)


@pytest.fixture
def changed(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "changed"))


def judge(folder: Path, hypothesis: Hypothesis = HELD) -> Verdict:
    return asyncio.run(ClassifierVerifier(folder).verify(hypothesis))


def relabel(folder: Path, *labels: str) -> Path:
    named = {str(at): label for at, label in enumerate(labels)}
    edit_json(
        folder / "config.json", id2label=named, label2id={label: int(at) for at, label in named.items()}
    )
    return folder


def test_the_verdict_is_the_softmax_of_what_the_model_says(folder: Path) -> None:
    import torch
    from sentence_transformers import CrossEncoder

    plain = CrossEncoder(str(folder), device="cpu", local_files_only=True, activation_fn=torch.nn.Identity())
    [logits] = np.asarray(plain.predict([(f"(2024-03-02) {HELD.quote}", HELD.claim)]))
    odds = np.exp(logits) / np.exp(logits).sum()
    assert judge(folder) == pytest.approx((odds[1], odds[0]), abs=0.02)
    assert 0 < judge(folder).proof < 1 and judge(folder).contradiction != judge(folder).proof


def test_the_order_and_the_case_of_the_labels_are_those_of_the_config(changed: Path) -> None:
    before = judge(changed)
    swapped = judge(relabel(changed, "ENTAILMENT", "Contradiction", "NEUTRAL"))
    assert swapped == pytest.approx((before.contradiction, before.proof))


@pytest.mark.parametrize(
    ("labels", "order"),
    [
        (("entailment", "neutral", "contradiction"), LabelOrder(0, 2)),
        (("NEUTRAL", "Entailment", "CONTRADICTION"), LabelOrder(1, 2)),
        (("entailment", "not_entailment"), LabelOrder(0, None)),
        (("Not Entailment", "Entailment"), LabelOrder(1, None)),
        (("NOT_SUPPORTED", "SUPPORTED"), LabelOrder(1, None)),
        (("SUPPORTS", "REFUTES", "NOT ENOUGH INFO"), LabelOrder(0, 1)),
        (("LABEL_0", "LABEL_1"), LabelOrder(1, None)),
        (("LABEL_0", "LABEL_1", "LABEL_2"), None),
        (("LABEL_0",), None),
        (("positive", "negative"), None),
        (("entailment", "entailment"), None),
        (("entailment", "joy", "contradiction"), None),
        ((), None),
    ],
)
def test_labels_are_read_by_their_meaning(labels: tuple[str, ...], order: LabelOrder | None) -> None:
    assert label_order(labels) == order


def test_a_fact_checker_without_names_counts_its_second_label(tmp_path: Path) -> None:
    folder = save_reranker(tmp_path / "facts", labels=2)
    verdict = judge(folder)
    assert 0 < verdict.proof < 1 and verdict.contradiction == 0
    assert judge(relabel(folder, "supported", "not_supported")).proof == pytest.approx(1 - verdict.proof)


def test_a_claim_that_is_no_sentence_is_read_with_its_question(folder: Path) -> None:
    asked = replace(HELD, question="Who leads the port?")
    joined = judge(folder, replace(HELD, claim="Who leads the port? Ada Quill"))
    assert judge(folder, replace(asked, claim="Ada Quill")) == pytest.approx(joined)
    assert judge(folder, replace(HELD, claim="Ada Quill")) != pytest.approx(joined)
    assert judge(folder, asked) == pytest.approx(judge(folder, HELD))


def test_a_quote_that_is_too_long_is_cut_and_not_the_claim(folder: Path) -> None:
    long = "The harbour was full of boats. " * 200
    first, second = (
        replace(HELD, quote=long, claim=claim) for claim in (HELD.claim, "It rained all day here.")
    )
    assert judge(folder, first) != pytest.approx(judge(folder, second), abs=1e-4)


def test_another_kind_of_model_is_refused(changed: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsCorrupt, match=r"labels: joy, anger.* is not a verifier"):
        ClassifierVerifier(relabel(changed, "joy", "anger", "neutral"))
    with pytest.raises(WeightsCorrupt, match=r"labels: LABEL_0\) is not a verifier"):
        ClassifierVerifier(save_reranker(tmp_path / "one"))
    edit_json(changed / "config.json", architectures=["T5ForConditionalGeneration"])
    with pytest.raises(WeightsCorrupt, match=r"T5ForConditionalGeneration, labels: none"):
        ClassifierVerifier(changed)


def test_damaged_weights_and_code_are_not_loaded(changed: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    (changed / "custom.py").write_text(f"open({str(ran)!r}, 'w')\nclass Custom: pass\n")
    auto = {"AutoModelForSequenceClassification": "custom.Custom", "AutoConfig": "custom.Custom"}
    edit_json(changed / "config.json", model_type="custom", auto_map=auto)
    with pytest.raises(WeightsCorrupt, match=r"(?s)verifier in .*changed cannot be loaded.*QUOTH_VERIFIER"):
        judge(changed)
    assert not ran.exists()
    (changed / "model.safetensors").unlink()
    with pytest.raises(WeightsMissing, match=r"verifier in .* has no model\.safetensors"):
        ClassifierVerifier(changed)


def test_the_settings_name_one(seeded_home: Path, folder: Path) -> None:
    def settings(verifier: str) -> Settings:
        return read_settings(home=seeded_home, model="none", verifier=verifier)

    with open_assistant(settings(str(folder))) as assistant:
        answer = assistant.ask(QUESTION)
        assert answer.proof is not None and 0 < answer.proof < 1
    with open_assistant(settings("none")) as assistant:
        assert assistant.ask(QUESTION).proof is None
    assert any(one.used and one.weights.name == str(folder) for one in list_models(settings(str(folder))))
    with pytest.raises(WeightsMissing, match="run `quoth models pull someone/facts`"):
        open_assistant(settings("someone/facts"))
    [told] = [one for one in examine(settings("someone/facts")) if one.about == "verifier"]
    assert (told.level, told.mend) == ("problem", "run `quoth models pull someone/facts`")
    assert custom.pull("someone/facts", seeded_home / "elsewhere", local=folder).is_dir()


def test_doctor_tells_a_model_that_cannot_verify(seeded_home: Path, changed: Path) -> None:
    relabel(changed, "joy", "anger", "neutral")
    found = examine(read_settings(home=seeded_home, model="none", verifier=str(changed)))
    told = [one for one in found if one.about == "verifier" and one.level == "problem"]
    assert len(told) == 1 and "joy" in told[0].text and "QUOTH_VERIFIER=model" in told[0].mend


@pytest.mark.parametrize("name", ["modle", "None", "nli-small"])
def test_an_unknown_name_is_an_error(name: str) -> None:
    with pytest.raises(SettingsInvalid, match=rf"QUOTH_VERIFIER cannot be '{name}': use `model`, `none`, a"):
        read_settings(verifier=name)
