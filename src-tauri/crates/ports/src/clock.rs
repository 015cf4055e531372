//! Time and identifiers enter the core here, so that tests own both.

use keptang_domain::Timestamp;

/// The clock of this machine.
pub trait Clock: Send + Sync {
    /// Now, by the wall clock. Durations are measured by the runtime's own timer, which a changed clock cannot move.
    fn now(&self) -> Timestamp;
}

/// The source of identifiers and secrets of an address.
pub trait Ids: Send + Sync {
    /// 128 bits of a UUID version 7: sorts by time, never repeats.
    fn next_id(&self) -> u128;

    /// 128 bits from the operating system's secure random source.
    fn next_token(&self) -> u128;
}
