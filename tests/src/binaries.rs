//! Where the binaries under test lie.

use std::path::PathBuf;

/// The path of a workspace binary, built beside the running test (`target/<profile>/deps/<test>`).
///
/// Cargo names binaries only to tests of their own package, and the tests of the whole belong to none.
///
/// # Panics
/// When it was not built, with the command that builds it.
#[must_use]
pub fn binary(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a running test has a path");
    let profile = test
        .parent()
        .and_then(std::path::Path::parent)
        .expect("tests lie in <profile>/deps");
    let path = profile.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(
        path.is_file(),
        "{name} is not built; run: cargo build --workspace --bins --features keptang-desktop/e2e"
    );
    path
}
