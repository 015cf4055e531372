//! Shared pieces of the tests that look at the whole: the checkout as a tree of files, the built binaries, and a till
//! of one's own to run them on.
//!
//! Behaviour of one crate is tested in that crate; nothing here reaches into a crate's internals.

pub mod binaries;
pub mod gateways;
pub mod till;
pub mod tree;
