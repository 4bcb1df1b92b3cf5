"""Settings are few, closed and bounded."""

from pathlib import Path

import pytest

from qa.errors import ModelUnavailable, SettingsInvalid
from qa.llm.chat_models import LocalChatModel, RemoteChatModel, choose_model
from qa.settings import read_settings


def test_defaults_need_no_environment(tmp_path: Path) -> None:
    settings = read_settings(home=tmp_path)
    assert settings.model == "local:1.5b"
    assert settings.home == tmp_path


def test_the_environment_is_read_and_given_values_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUOTH_MODEL", "none")
    monkeypatch.setenv("QUOTH_HOME", "~/somewhere")
    assert read_settings().model == "none"
    assert read_settings().home == Path("~/somewhere").expanduser()
    assert read_settings(model="local:0.5b").model == "local:0.5b"


def test_a_mistyped_variable_is_an_error_that_names_the_right_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUOTH_MODLE", "none")
    with pytest.raises(SettingsInvalid, match=r"no setting QUOTH_MODLE; did you mean QUOTH_MODEL\?"):
        read_settings()


@pytest.mark.parametrize(
    ("name", "value"), [("QUOTH_THREADS", "0"), ("QUOTH_THREADS", "many"), ("QUOTH_MODEL_URL", "ftp://x")]
)
def test_a_value_out_of_bounds_is_an_error(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsInvalid, match=f"{name} cannot be '{value}'"):
        read_settings()


def test_a_key_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUOTH_MODEL_KEY", "very-secret")
    assert "very-secret" not in repr(read_settings())


def _nowhere(name: str) -> Path:
    raise AssertionError("weights are looked for only when they are needed")


def test_models_are_chosen_by_name_without_being_loaded(tmp_path: Path) -> None:
    gguf = tmp_path / "own.gguf"
    gguf.write_bytes(b"x")
    assert choose_model(read_settings(model="none"), _nowhere) is None
    assert isinstance(choose_model(read_settings(model="local:0.5b"), _nowhere), LocalChatModel)
    assert isinstance(choose_model(read_settings(model=str(gguf)), _nowhere), LocalChatModel)
    assert isinstance(choose_model(read_settings(model="openai:gpt-5-mini"), _nowhere), RemoteChatModel)


@pytest.mark.parametrize("name", ["gpt-4", "/no/such/file.gguf"])
def test_a_model_that_cannot_be_is_refused_at_once(name: str) -> None:
    with pytest.raises(ModelUnavailable, match="QUOTH_MODEL"):
        choose_model(read_settings(model=name), _nowhere)


def test_an_unknown_provider_is_one_sentence() -> None:
    model = choose_model(read_settings(model="nobody:nothing"), _nowhere)
    assert model is not None
    with pytest.raises(ModelUnavailable, match="'nobody:nothing' cannot be used"):
        _ = model.chat


def test_articles_in_a_database_need_a_server_of_vectors_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUOTH_DATABASE_URL", "postgresql://quoth:secret@127.0.0.1/quoth")
    with pytest.raises(SettingsInvalid, match=r"QUOTH_CHROMA_URL is not set.* neither") as failure:
        read_settings()
    assert "secret" not in str(failure.value)
    monkeypatch.setenv("QUOTH_CHROMA_URL", "http://127.0.0.1:8000")
    assert read_settings().chroma_url == "http://127.0.0.1:8000"
    monkeypatch.delenv("QUOTH_DATABASE_URL")
    with pytest.raises(SettingsInvalid, match="QUOTH_DATABASE_URL is not set"):
        read_settings()
