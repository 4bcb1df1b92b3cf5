-- Articles on their way to a worker. `articles` and `outcomes` are packed, see `index.queue.messages`; `begun` is set
-- when a worker takes them, and `ended` once they are stored, or cannot be, with the `error`.
CREATE TABLE ingest_batches (
    id uuid PRIMARY KEY,
    collection text COLLATE "C" NOT NULL,
    articles bytea NOT NULL,
    created timestamptz NOT NULL DEFAULT now(),
    begun timestamptz,
    ended timestamptz,
    outcomes bytea,
    error text
);
