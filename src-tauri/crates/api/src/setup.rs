//! `keptang init`: a data directory, its settings and an empty ledger.

use crate::app::{App, StartError};
use crate::headless::UserError;
use keptang_ports::Role;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Why a data directory was not made.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// There is one already; nothing was touched.
    #[error("{} is already there; nothing was changed", .0.display())]
    AlreadyThere(PathBuf),
    /// The file could not be written.
    #[error("settings.toml could not be written: {0}")]
    Write(#[from] std::io::Error),
    /// The till could not be opened afterwards.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The owner could not be added.
    #[error(transparent)]
    Owner(#[from] UserError),
}

/// Makes a data directory; `owner` is the first user with their PIN.
pub async fn init(
    data_dir: Option<PathBuf>,
    training: bool,
    owner: Option<(&str, &str)>,
) -> Result<PathBuf, InitError> {
    if let Some((name, pin)) = owner {
        // Checked first, so that a refused PIN leaves nothing behind.
        crate::people::check_name(name).map_err(UserError::from)?;
        crate::people::check_pin(pin).map_err(UserError::from)?;
    }
    let environment = keptang_settings::process_environment().map_err(StartError::from)?;
    let named = environment
        .iter()
        .find(|(name, _)| name == "KEPTANG_DATA_DIR")
        .map(|(_, dir)| dir.into());
    let data_dir = keptang_settings::data_dir(data_dir, named).map_err(StartError::from)?;
    keptang_settings::create_data_dir(&data_dir).map_err(StartError::from)?;
    write_settings(&data_dir, training)?;
    let app = App::open_with(&data_dir, environment).await?;
    if let Some((name, pin)) = owner {
        app.add_user(name, Role::Owner, pin, None).await?;
    }
    app.stop();
    Ok(data_dir)
}

fn write_settings(data_dir: &Path, training: bool) -> Result<(), InitError> {
    let path = data_dir.join("settings.toml");
    // `create_new`: two at once, or a file that is already there, never overwrite each other.
    let mut file = match std::fs::File::options().write(true).create_new(true).open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            return Err(InitError::AlreadyThere(path));
        }
        Err(error) => return Err(error.into()),
    };
    file.write_all(keptang_settings::init_text(training).as_bytes())?;
    file.sync_all()?;
    Ok(())
}
