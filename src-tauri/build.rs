//! Prepares what Tauri's macros read at compile time.
//!
//! It does not build the pages: `script/run` and `script/test` do. A missing `ui/dist` becomes an empty
//! folder, because the macros refuse a path that does not exist and `cargo clippy` must work before npm has
//! run; a window built over an empty folder says so on screen (see `fault.rs`).

fn main() -> Result<(), Box<dyn std::error::Error>> {
    std::fs::create_dir_all("../ui/dist")?;
    // Naming the command here takes it out of Tauri's "every window may call it" default: only a window whose
    // capability file lists `allow-call` reaches it.
    let commands = tauri_build::AppManifest::new().commands(&["call"]);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands))?;
    Ok(())
}
