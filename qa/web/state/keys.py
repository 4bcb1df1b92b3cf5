"""API keys that several servers share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from index.storage.postgres.connection import Postgres, Row
from qa.auth import Role
from qa.web.auth.api_keys import ApiKey, generate_token, hash_token, name_taken, name_unknown, new_key

_COLUMNS = "name, role, collections, digest, made"


class PostgresApiKeys:
    """Keys in a table. Every method raises StoreUnavailable if the database is away."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    def all(self) -> tuple[ApiKey, ...]:
        return tuple(map(_key, self._postgres.rows(f"SELECT {_COLUMNS} FROM api_keys ORDER BY name")))

    def exist(self) -> bool:
        [(exists,)] = self._postgres.rows("SELECT EXISTS (SELECT FROM first_key)")
        return bool(exists)

    def find(self, token: str) -> ApiKey | None:
        # The index compares hashes, so the time tells nothing about the tokens.
        query = f"SELECT {_COLUMNS} FROM api_keys WHERE digest = %s"
        found = self._postgres.rows(query, (hash_token(token),))
        return _key(found[0]) if found else None

    def add(self, name: str, role: Role, collections: Sequence[str] = ()) -> str:
        token = generate_token()
        if not self._insert(new_key(name, role, collections, token)):
            raise name_taken(name)
        return token

    def merge(self, keys: Iterable[ApiKey]) -> None:
        for key in keys:
            self._insert(key)

    def _insert(self, key: ApiKey) -> bool:
        """Adds a key; False if its name is taken."""
        added = self._postgres.rows(
            f"WITH added AS (INSERT INTO api_keys ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s) "
            "ON CONFLICT DO NOTHING RETURNING name), "
            "noted AS (INSERT INTO first_key (id) SELECT 1 FROM added ON CONFLICT DO NOTHING) "
            "SELECT name FROM added",
            (key.name, key.role, list(key.collections), key.digest, key.made),
        )
        return bool(added)

    def remove(self, name: str) -> None:
        # Its sessions go with it, see the table.
        if not self._postgres.rows("DELETE FROM api_keys WHERE name = %s RETURNING name", (name,)):
            raise name_unknown(name)


def _key(row: Row) -> ApiKey:
    name, role, collections, digest, made = row
    return ApiKey(name=name, role=role, collections=tuple(collections), digest=digest, made=made)
