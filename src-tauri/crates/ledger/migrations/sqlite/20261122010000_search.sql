-- Finding: texts, flags, states and amounts by index at a million orders. And the audit trail as a hash chain.
-- Older files are filled from their events when they are opened; the key in meta says that this is still to be done.

-- view: what a person may remember an order by, one row for each event that brought some. The row number is
-- opened_seq * 4096 + version, so that the newest orders come first without sorting.
CREATE VIRTUAL TABLE search USING fts5 (text, tokenize = 'trigram', columnsize = 0);

-- The same for slips, which are no events: reference and payer, under the slip's place.
CREATE VIRTUAL TABLE slip_search USING fts5 (text, tokenize = 'trigram', columnsize = 0);
ALTER TABLE slips ADD COLUMN place INTEGER;
UPDATE slips SET place = ranked.place
    FROM (SELECT id, row_number() OVER (ORDER BY presented_at_ms, id) AS place FROM slips) AS ranked
    WHERE ranked.id = slips.id;
CREATE UNIQUE INDEX slips_by_place ON slips (place);
INSERT INTO slip_search (rowid, text)
    SELECT place, coalesce(reference, '') || char(10)
        || CASE WHEN json_valid(detail) THEN coalesce(json_extract(detail, '$.sender'), '') ELSE '' END FROM slips;

CREATE INDEX orders_by_state ON orders (state, opened_seq);
CREATE INDEX orders_flagged ON orders (opened_seq) WHERE flags <> '';
CREATE INDEX orders_by_cashier ON orders (cashier, opened_seq);
CREATE INDEX orders_by_amount ON orders (amount_due_satang, opened_seq);

-- hash = SHA-256 over prev_hash and every other column; see chain.rs for the exact bytes. A line written before there
-- were hashes gets its own once, and nothing else of it may change.
ALTER TABLE audit ADD COLUMN prev_hash BLOB;
ALTER TABLE audit ADD COLUMN hash BLOB;
CREATE INDEX audit_by_what ON audit (what, id);
CREATE INDEX audit_by_subject ON audit (subject, id);

CREATE TRIGGER audit_is_chained BEFORE INSERT ON audit
WHEN NEW.prev_hash IS NULL OR NEW.hash IS NULL
    OR NEW.prev_hash IS NOT coalesce((SELECT hash FROM audit ORDER BY id DESC LIMIT 1), zeroblob(32))
BEGIN
    SELECT RAISE(ABORT, 'audit: not the next line of the chain');
END;

DROP TRIGGER audit_stays;
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
WHEN OLD.hash IS NOT NULL OR NEW.hash IS NULL OR NEW.id IS NOT OLD.id OR NEW.at_ms IS NOT OLD.at_ms
    OR NEW.by_name IS NOT OLD.by_name OR NEW.what IS NOT OLD.what OR NEW.subject IS NOT OLD.subject
    OR NEW.detail IS NOT OLD.detail
BEGIN
    SELECT RAISE(ABORT, 'audit is append-only');
END;

INSERT INTO meta (key, value) VALUES ('to_fill_texts', 'search, audit');
