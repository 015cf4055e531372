-- Slips that were shown: the proof beside what an order's events say, and the queue of those whose bank is late.
-- Not part of the chain: what a slip paid is evidence of its order, unique there for all time.

CREATE TABLE slips (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    presented_at_ms INTEGER NOT NULL,
    by_name TEXT,
    wanted_order BLOB REFERENCES orders (id),
    paid_order BLOB REFERENCES orders (id),
    code TEXT,
    reference TEXT,
    picture_file TEXT,
    picture_sha256 TEXT,
    url TEXT,
    next_at_ms INTEGER,
    verdict TEXT NOT NULL,
    times INTEGER NOT NULL,
    failure TEXT,
    detail TEXT NOT NULL,
    claimed_until_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX slips_waiting ON slips (next_at_ms) WHERE next_at_ms IS NOT NULL;
CREATE INDEX slips_by_time ON slips (presented_at_ms);
CREATE INDEX slips_wanted ON slips (wanted_order) WHERE wanted_order IS NOT NULL;
CREATE INDEX slips_paid ON slips (paid_order) WHERE paid_order IS NOT NULL;

-- A slip may be looked at again; that it was shown is never forgotten.
CREATE TRIGGER slips_remain BEFORE DELETE ON slips
BEGIN
    SELECT RAISE(ABORT, 'slips are kept');
END;
