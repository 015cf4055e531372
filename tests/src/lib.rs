//! Shared pieces of the tests that look at the whole: the checkout as a tree of files, and the built binaries.
//!
//! Behaviour of one crate is tested in that crate; nothing here reaches into a crate's internals.

pub mod binaries;
pub mod tree;
