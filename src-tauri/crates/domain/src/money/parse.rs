//! Reading an amount a person typed. Refuses rather than guesses.
