//! Fake clock, scripted provider, contract suites, builders. For tests only.

pub mod scripted_provider;
