-- Articles, passages, keywords and duplicates, of every collection.

-- A generation is one build of a collection. `vectors` names its vectors in Chroma; `purpose` is what an
-- unfinished one is built for, empty for a finished one. Counts are kept, since counting rows takes time.
CREATE TABLE generations (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    collection text COLLATE "C" NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('', 'reindex', 'import')),
    vectors text NOT NULL UNIQUE,
    articles bigint NOT NULL DEFAULT 0,
    passages bigint NOT NULL DEFAULT 0,
    words bigint NOT NULL DEFAULT 0,
    revision bigint NOT NULL DEFAULT 0,
    retired timestamptz
);
CREATE UNIQUE INDEX generations_unfinished ON generations (collection, purpose) WHERE purpose != '';

-- What a name stands for: one UPDATE puts a new generation in the place of the old one.
CREATE TABLE collections (
    name text COLLATE "C" PRIMARY KEY,
    generation bigint NOT NULL UNIQUE REFERENCES generations (id)
);

CREATE TABLE metadata (
    generation bigint NOT NULL REFERENCES generations (id) ON DELETE CASCADE,
    key text COLLATE "C" NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (generation, key)
);

-- `date` is a day, a month or a year. `folded` is title and source in lower case, for the list's search.
CREATE TABLE articles (
    row bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    generation bigint NOT NULL REFERENCES generations (id),
    id text COLLATE "C" NOT NULL,
    digest text COLLATE "C" NOT NULL,
    title text COLLATE "C" NOT NULL,
    url text COLLATE "C" NOT NULL,
    site text COLLATE "C" NOT NULL,
    date text COLLATE "C",
    source text COLLATE "C" NOT NULL,
    origin text COLLATE "C" NOT NULL,
    folded text COLLATE "C" NOT NULL,
    characters bigint NOT NULL,
    language text COLLATE "C",
    text text COLLATE "C" NOT NULL,
    UNIQUE (generation, id)
);
CREATE INDEX articles_by_date ON articles (generation, date);
CREATE INDEX articles_by_origin ON articles (generation, md5(origin)) WHERE origin != '';
CREATE INDEX articles_by_source ON articles (generation, source);
CREATE INDEX articles_by_language ON articles (generation, language);

-- `words` is the length by which BM25 divides, the title's words included.
CREATE TABLE passages (
    row bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    generation bigint NOT NULL,
    id text COLLATE "C" NOT NULL,
    article bigint NOT NULL REFERENCES articles (row),
    "start" integer NOT NULL,
    "end" integer NOT NULL,
    words integer NOT NULL,
    UNIQUE (generation, id)
);
CREATE INDEX passages_by_article ON passages (article);

-- `passages` is how many contain the term. A term with spaces is a word of several parts, such as "u s".
CREATE TABLE terms (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    generation bigint NOT NULL,
    term text COLLATE "C" NOT NULL,
    passages integer NOT NULL,
    UNIQUE (generation, term)
) WITH (fillfactor = 80);

-- The length of the passage is here too, so that ranking reads nothing else.
CREATE TABLE postings (
    passage bigint NOT NULL,
    term integer NOT NULL,
    frequency smallint NOT NULL,
    words smallint NOT NULL,
    PRIMARY KEY (term, passage) INCLUDE (frequency, words)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05);
CREATE INDEX postings_by_passage ON postings (passage);

-- `cluster` is the smallest row of the cluster's members; `hash` one of `Shingles.bands`.
CREATE TABLE cluster_members (
    row bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    generation bigint NOT NULL,
    article bigint NOT NULL UNIQUE REFERENCES articles (row),
    cluster bigint NOT NULL
);
CREATE INDEX cluster_members_by_cluster ON cluster_members (cluster);
CREATE TABLE minhash_bands (
    generation bigint NOT NULL,
    hash bigint NOT NULL,
    member bigint NOT NULL REFERENCES cluster_members (row) ON DELETE CASCADE,
    PRIMARY KEY (generation, hash, member)
);
CREATE INDEX minhash_bands_by_member ON minhash_bands (member);

-- A batch of writes is alive until `expires`.
CREATE TABLE batches (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    generation bigint NOT NULL REFERENCES generations (id) ON DELETE CASCADE,
    expires timestamptz NOT NULL
);
-- Vectors that are about to be written by a batch, or that no passage has any more (`batch` is NULL).
CREATE TABLE pending_vectors (
    generation bigint NOT NULL REFERENCES generations (id) ON DELETE CASCADE,
    passage_id text COLLATE "C" NOT NULL,
    batch bigint,
    PRIMARY KEY (generation, passage_id)
);
CREATE INDEX pending_vectors_by_batch ON pending_vectors (batch);
