//! What the core needs from the outside: providers, ledger, clock, ids, secrets.
