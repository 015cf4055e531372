-- What a day took, and the papers that were given numbers. Both are views of order_events. Older files are filled from
-- their events when they are opened; the key in meta says that this is still to be done.

-- view: money that one event moved. The day is the one stamped in the event's payload; without a stamp, the cut-off 04:00.
CREATE TABLE takings (
    seq INTEGER NOT NULL PRIMARY KEY REFERENCES order_events (seq),
    order_id BLOB NOT NULL,
    day TEXT NOT NULL,
    hour INTEGER NOT NULL,
    counter TEXT NOT NULL,
    cashier TEXT,
    provider TEXT NOT NULL,
    proof TEXT NOT NULL,
    sales INTEGER NOT NULL,
    received_satang INTEGER NOT NULL,
    adjustments_satang INTEGER NOT NULL,
    suspense_satang INTEGER NOT NULL,
    refunds_satang INTEGER NOT NULL,
    fees_satang INTEGER NOT NULL
) STRICT;

-- Holds every column that a day's report or the orders behind a figure need, so that the table itself is not read.
CREATE INDEX takings_by_day ON takings (day, provider, cashier, hour, proof, counter, sales, received_satang,
    adjustments_satang, suspense_satang, refunds_satang, fees_satang, order_id);

-- view
CREATE TABLE documents (
    number TEXT NOT NULL PRIMARY KEY,
    series TEXT NOT NULL,
    running INTEGER NOT NULL,
    kind TEXT NOT NULL,
    order_id BLOB NOT NULL REFERENCES orders (id),
    seq INTEGER NOT NULL REFERENCES order_events (seq),
    UNIQUE (series, running)
) STRICT, WITHOUT ROWID;

CREATE INDEX documents_by_order ON documents (order_id);
CREATE INDEX attempts_by_order ON attempts (order_id);

-- A series may begin anywhere and has no gap from there on.
CREATE TRIGGER documents_in_sequence BEFORE INSERT ON documents
WHEN NEW.running IS NOT (SELECT max(running) + 1 FROM documents WHERE series = NEW.series)
    AND EXISTS (SELECT 1 FROM documents WHERE series = NEW.series)
BEGIN
    SELECT RAISE(ABORT, 'documents: not the next number of the series');
END;

CREATE TRIGGER documents_stay BEFORE UPDATE ON documents
BEGIN
    SELECT RAISE(ABORT, 'documents is append-only');
END;

CREATE TRIGGER documents_remain BEFORE DELETE ON documents
BEGIN
    SELECT RAISE(ABORT, 'documents is append-only');
END;

INSERT INTO meta (key, value) VALUES ('to_fill', 'takings');
