-- What several servers share besides the articles.

CREATE TABLE api_keys (
    name text COLLATE "C" PRIMARY KEY,
    role text COLLATE "C" NOT NULL,
    collections text[] NOT NULL,
    digest text COLLATE "C" NOT NULL UNIQUE,
    made timestamptz NOT NULL
);

-- A row once there has been a key: removing the last one does not open the servers.
CREATE TABLE first_key (id integer PRIMARY KEY CHECK (id = 1), made timestamptz NOT NULL DEFAULT now());

-- `token` is a hash. Removing a key ends its sessions.
CREATE TABLE sessions (
    token text COLLATE "C" PRIMARY KEY,
    key text COLLATE "C" NOT NULL REFERENCES api_keys (digest) ON DELETE CASCADE,
    used timestamptz NOT NULL DEFAULT now(),
    expires timestamptz NOT NULL
);
CREATE INDEX sessions_by_key ON sessions (key, used);
CREATE INDEX sessions_by_expiry ON sessions (expires);

-- The requests of each caller, by second (Unix time). After a crash of the database they start anew.
CREATE UNLOGGED TABLE request_counts (
    caller text COLLATE "C" NOT NULL,
    second bigint NOT NULL,
    requests integer NOT NULL,
    PRIMARY KEY (caller, second)
);

-- `state` is the job as its server last told it, in JSON, which may hold what `jsonb` refuses. `beat` is when
-- the server last gave a sign of life.
CREATE TABLE jobs (
    id text COLLATE "C" PRIMARY KEY,
    state text NOT NULL,
    cancelled boolean NOT NULL DEFAULT false,
    created timestamptz NOT NULL,
    ended timestamptz,
    beat timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX jobs_by_age ON jobs (created);

CREATE TABLE feedback (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry text NOT NULL
);

-- The last evaluation of each collection. Both texts are UTF-8 as bytes: an article may hold U+0000.
CREATE TABLE reports (
    collection text COLLATE "C" PRIMARY KEY,
    page bytea NOT NULL,
    run bytea NOT NULL,
    made timestamptz NOT NULL DEFAULT now()
);
