//! Where settings, ledger, logs and secrets live.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::error::SettingsError;

/// The data directory: `--data-dir`, else `KEPTANG_DATA_DIR`, else the operating system's place. Not created here.
///
/// # Errors
/// When nothing was named and the system has no place for data.
pub fn data_dir(explicit: Option<PathBuf>, environment: Option<OsString>) -> Result<PathBuf, SettingsError> {
    let named = explicit.or_else(|| environment.filter(|value| !value.is_empty()).map(PathBuf::from));
    if let Some(path) = named {
        return Ok(path);
    }
    let system = directories::ProjectDirs::from("", "", "keptang").ok_or(SettingsError::NoDataDir)?;
    Ok(system.data_dir().to_path_buf())
}

/// Makes the data directory, readable by its owner only. One that is already there is left as it is.
///
/// # Errors
/// When it cannot be made, or something else has its name.
pub fn create_data_dir(path: &Path) -> Result<(), SettingsError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(path)
        .map_err(|error| SettingsError::DataDirNotMade {
            path: path.to_path_buf(),
            reason: error.kind(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_explicit_place_wins() {
        let (flag, variable) = (Some(PathBuf::from("/a")), Some(OsString::from("/b")));
        assert_eq!(data_dir(flag, variable.clone()), Ok(PathBuf::from("/a")));
        assert_eq!(data_dir(None, variable), Ok(PathBuf::from("/b")));
        let system = data_dir(None, None).unwrap();
        assert_eq!(
            data_dir(None, Some(OsString::new())),
            Ok(system.clone()),
            "empty is not set"
        );
        assert!(system.to_string_lossy().contains("keptang"));
    }

    #[test]
    fn created_for_the_owner_only() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("deep/keptang");
        create_data_dir(&path).unwrap();
        create_data_dir(&path).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(
                std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o700
            );
        }
        let file = place.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert_eq!(create_data_dir(&file).unwrap_err().code(), "data_dir_not_made");
    }
}
