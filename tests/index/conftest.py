"""Both kinds of storage: folders of this machine, and servers. Tests of what both do run once for each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from index.storage.folders.folder_storage import FolderStorage
from index.storage.generations import Generation, Storage
from tests.servers import Servers

KINDS = ["folder", pytest.param("server", marks=pytest.mark.distributed)]


@pytest.fixture(params=KINDS)
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    if request.param == "server":
        servers: Servers = request.getfixturevalue("servers")
        opened: Storage = servers.new_storage()
    else:
        home = tmp_path / "stored"
        home.mkdir()
        opened = FolderStorage(home)
    with closing(opened):
        yield opened


@pytest.fixture
def generation(storage: Storage) -> Generation:
    return storage.create("default")
