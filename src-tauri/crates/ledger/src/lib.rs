//! The append-only ledger on SQLite.
