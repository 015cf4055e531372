-- The first ledger. What happened is in order_events and nothing may change it; everything marked "view" below can be
-- rebuilt from there, and `keptang ledger verify` does.

CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The oldest schema whose reader still understands this file: an older till must not touch it.
INSERT INTO meta (key, value) VALUES ('min_reader', '20261121000000');

-- hash = SHA-256 over prev_hash and every other column; see chain.rs for the exact bytes.
CREATE TABLE order_events (
    seq INTEGER NOT NULL PRIMARY KEY,
    order_id BLOB NOT NULL CHECK (length(order_id) = 16),
    version INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    prev_hash BLOB NOT NULL CHECK (length(prev_hash) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    UNIQUE (order_id, version)
) STRICT;

-- Also what stops INSERT OR REPLACE, and how a writer learns that another process wrote meanwhile.
CREATE TRIGGER order_events_in_sequence BEFORE INSERT ON order_events
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM order_events)
BEGIN
    SELECT RAISE(ABORT, 'order_events: not the next sequence number');
END;

CREATE TRIGGER order_events_in_order BEFORE INSERT ON order_events
WHEN NEW.version IS NOT (SELECT coalesce(max(version), 0) + 1 FROM order_events WHERE order_id = NEW.order_id)
BEGIN
    SELECT RAISE(ABORT, 'order_events: not the next version of the order');
END;

CREATE TRIGGER order_events_stay BEFORE UPDATE ON order_events
BEGIN
    SELECT RAISE(ABORT, 'order_events is append-only');
END;

CREATE TRIGGER order_events_remain BEFORE DELETE ON order_events
BEGIN
    SELECT RAISE(ABORT, 'order_events is append-only');
END;

CREATE TABLE postings (
    seq INTEGER NOT NULL REFERENCES order_events (seq),
    line INTEGER NOT NULL,
    debit TEXT NOT NULL,
    credit TEXT NOT NULL,
    amount_satang INTEGER NOT NULL CHECK (amount_satang > 0),
    PRIMARY KEY (seq, line)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER postings_once BEFORE INSERT ON postings
WHEN EXISTS (SELECT 1 FROM postings WHERE seq = NEW.seq AND line = NEW.line)
BEGIN
    SELECT RAISE(ABORT, 'postings is append-only');
END;

CREATE TRIGGER postings_stay BEFORE UPDATE ON postings
BEGIN
    SELECT RAISE(ABORT, 'postings is append-only');
END;

CREATE TRIGGER postings_remain BEFORE DELETE ON postings
BEGIN
    SELECT RAISE(ABORT, 'postings is append-only');
END;

-- view
CREATE TABLE orders (
    opened_seq INTEGER NOT NULL PRIMARY KEY REFERENCES order_events (seq),
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    counter TEXT NOT NULL,
    counter_no INTEGER NOT NULL,
    number TEXT NOT NULL,
    amount_due_satang INTEGER NOT NULL,
    note TEXT,
    cashier TEXT,
    business_day TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    state TEXT NOT NULL,
    settled_at_ms INTEGER,
    running INTEGER NOT NULL,
    newest_state TEXT,
    flags TEXT NOT NULL,
    -- The number is made of these two, so this also keeps numbers unique.
    UNIQUE (counter, counter_no)
) STRICT;

CREATE INDEX orders_by_day ON orders (business_day, opened_seq);
CREATE INDEX orders_running ON orders (opened_seq) WHERE running = 1;

-- view
CREATE TABLE attempts (
    id BLOB NOT NULL PRIMARY KEY,
    order_id BLOB NOT NULL REFERENCES orders (id),
    position INTEGER NOT NULL,
    provider TEXT NOT NULL,
    provider_ref TEXT,
    token BLOB NOT NULL UNIQUE,
    state TEXT NOT NULL,
    asked_satang INTEGER NOT NULL,
    payable_satang INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX attempts_by_reference ON attempts (provider, provider_ref) WHERE provider_ref IS NOT NULL;

-- view
CREATE TABLE refunds (
    id BLOB NOT NULL PRIMARY KEY,
    order_id BLOB NOT NULL REFERENCES orders (id),
    attempt_id BLOB NOT NULL REFERENCES attempts (id),
    amount_satang INTEGER NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    provider_ref TEXT,
    reason TEXT NOT NULL,
    by_name TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One payment settles one order, ever.
CREATE TABLE evidence (
    provider TEXT NOT NULL,
    key TEXT NOT NULL,
    order_id BLOB NOT NULL REFERENCES orders (id),
    seq INTEGER NOT NULL REFERENCES order_events (seq),
    PRIMARY KEY (provider, key)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER evidence_stays BEFORE UPDATE ON evidence
BEGIN
    SELECT RAISE(ABORT, 'evidence is append-only');
END;

CREATE TRIGGER evidence_remains BEFORE DELETE ON evidence
BEGIN
    SELECT RAISE(ABORT, 'evidence is append-only');
END;

-- Who asks which provider when. Says nothing about money, so it is not part of the chain.
CREATE TABLE watches (
    attempt_id BLOB NOT NULL PRIMARY KEY REFERENCES attempts (id),
    order_id BLOB NOT NULL REFERENCES orders (id),
    next_at_ms INTEGER NOT NULL,
    asked_at_ms INTEGER,
    answered_at_ms INTEGER,
    looks INTEGER NOT NULL DEFAULT 0,
    nothing_found_at_ms INTEGER,
    -- The earliest wake-up nobody has answered yet by looking at or after it.
    woken_at_ms INTEGER,
    claimed_by BLOB,
    claimed_until_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE people (
    name TEXT NOT NULL PRIMARY KEY,
    role TEXT NOT NULL,
    pin_hash TEXT NOT NULL,
    disabled INTEGER NOT NULL,
    wrong_pins INTEGER NOT NULL,
    locked_until_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    id INTEGER NOT NULL PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    by_name TEXT,
    what TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;

CREATE TRIGGER audit_in_sequence BEFORE INSERT ON audit
WHEN NEW.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM audit)
BEGIN
    SELECT RAISE(ABORT, 'audit: not the next line');
END;

CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'audit is append-only');
END;

CREATE TRIGGER audit_remains BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'audit is append-only');
END;
