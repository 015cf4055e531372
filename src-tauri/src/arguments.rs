//! The few words the window's binary takes. Everything else is set in `settings.toml` or done with `keptang`.

use std::ffi::OsString;
use std::path::PathBuf;

pub(crate) const USAGE: &str = "Usage: keptang-desktop [--data-dir DIR] [--version] [--help]\n\n\
    Opens the till's window. DIR holds settings.toml, ledger and logs; without it KEPTANG_DATA_DIR is used, then the\n\
    system's place for data. The same till without a window: keptang --help";

/// What the caller wants.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Open { data_dir: Option<PathBuf> },
    Text(String),
}

/// What could not be understood.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unknown {
    Word(OsString),
    DirMissing,
}

impl std::fmt::Display for Unknown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Word(word) => write!(f, "keptang-desktop does not know \"{}\".", word.to_string_lossy()),
            Self::DirMissing => f.write_str("--data-dir needs a folder."),
        }
    }
}

pub(crate) fn read(words: impl IntoIterator<Item = OsString>) -> Result<Asked, Unknown> {
    let mut words = words.into_iter();
    let mut data_dir = None;
    while let Some(word) = words.next() {
        match word.to_str() {
            Some("--help" | "-h") => return Ok(Asked::Text(USAGE.to_owned())),
            Some("--version" | "-V") => {
                return Ok(Asked::Text(format!("keptang {}", env!("CARGO_PKG_VERSION"))))
            }
            Some("--data-dir") => {
                let dir = words
                    .next()
                    .filter(|dir| !dir.is_empty())
                    .ok_or(Unknown::DirMissing)?;
                data_dir = Some(PathBuf::from(dir));
            }
            Some(text) => match text.strip_prefix("--data-dir=") {
                Some("") => return Err(Unknown::DirMissing),
                Some(dir) => data_dir = Some(PathBuf::from(dir)),
                None => return Err(Unknown::Word(word)),
            },
            None => return Err(Unknown::Word(word)),
        }
    }
    Ok(Asked::Open { data_dir })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &[&str]) -> Result<Asked, Unknown> {
        read(words.iter().map(OsString::from))
    }

    #[test]
    fn takes_a_data_directory_in_both_spellings() {
        let open = |dir: Option<&str>| {
            Ok(Asked::Open {
                data_dir: dir.map(PathBuf::from),
            })
        };
        assert_eq!(of(&[]), open(None));
        assert_eq!(of(&["--data-dir", "a b"]), open(Some("a b")));
        assert_eq!(of(&["--data-dir=a"]), open(Some("a")));
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        assert_eq!(of(&["--data-dir"]), Err(Unknown::DirMissing));
        assert_eq!(of(&["--data-dir="]), Err(Unknown::DirMissing));
        assert_eq!(
            of(&["--remote-debugging-port=1"]),
            Err(Unknown::Word("--remote-debugging-port=1".into()))
        );
        assert_eq!(of(&["charge"]), Err(Unknown::Word("charge".into())));
    }

    #[test]
    fn says_what_it_is() {
        assert_eq!(of(&["--help"]), Ok(Asked::Text(USAGE.to_owned())));
        assert!(matches!(of(&["-V"]), Ok(Asked::Text(text)) if text.ends_with(env!("CARGO_PKG_VERSION"))));
    }
}
