//! The headless till.
fn main() {}
