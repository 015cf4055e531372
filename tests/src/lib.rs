//! Shared pieces of the behaviour tests.
