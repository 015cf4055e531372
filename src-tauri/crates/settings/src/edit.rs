//! Changing keys of settings.toml where they stand: every byte that is not part of a changed value stays as it was,
//! with comments, order and blank lines.
//!
//! A change is checked against the same schema as loading, and the whole new text is read back before anything is
//! written: it must hold exactly what the old one held, plus the changes. Who may change what, and the line in the
//! audit trail, are the caller's business; [`Changed`] is made for that line and holds no whole account number.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::check::{Raw, Value};
use crate::edit_text;
use crate::error::{Place, SettingsError};
use crate::init::init_text;
use crate::load::{OVERRIDE_PREFIX, SETTINGS_FILE, Values, checked, path_of_variable};
use crate::replace::{lock_beside, replace_file};
use crate::schema::{self, Key};
use crate::secret::{SecretName, looks_secret};
use crate::settings::AccountText;

/// A value for a key, before the schema had a say. An empty text means "not set", as in the file.
#[derive(Clone, PartialEq, Eq)]
pub enum SettingValue {
    Text(String),
    Flag(bool),
    Number(i64),
    Texts(Vec<String>),
    /// Rows of a list of tables, such as `shop.accounts`: column to text.
    Rows(Vec<BTreeMap<String, String>>),
}

/// Prints the kind only: the value may be an account.
impl fmt::Debug for SettingValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Raw::from(self.clone()).kind())
    }
}

impl From<SettingValue> for Raw {
    fn from(value: SettingValue) -> Self {
        match value {
            SettingValue::Text(text) => Self::Text(text),
            SettingValue::Flag(flag) => Self::Flag(flag),
            SettingValue::Number(number) => Self::Number(number),
            SettingValue::Texts(texts) => Self::List(texts.into_iter().map(Self::Text).collect()),
            SettingValue::Rows(rows) => {
                let row = |row: BTreeMap<String, String>| {
                    Self::Table(
                        row.into_iter()
                            .map(|(name, text)| (name, Self::Text(text)))
                            .collect(),
                    )
                };
                Self::List(rows.into_iter().map(row).collect())
            }
        }
    }
}

impl From<&Value> for SettingValue {
    fn from(value: &Value) -> Self {
        match value {
            Value::Text(text) => Self::Text(text.clone()),
            Value::Flag(flag) => Self::Flag(*flag),
            Value::Number(number) => Self::Number(*number),
            Value::Texts(texts) => Self::Texts(texts.clone()),
            Value::Rows(rows) => {
                let row = |row: &BTreeMap<&'static str, String>| {
                    row.iter()
                        .map(|(name, text)| ((*name).to_owned(), text.clone()))
                        .collect()
                };
                Self::Rows(rows.iter().map(row).collect())
            }
        }
    }
}

/// One key to change; `None` takes it out of the file, so that its default holds again.
pub type SettingChange = (String, Option<SettingValue>);

/// What was changed, fit for the audit trail: of accounts the last four digits, of a database address no more than
/// its kind. `None` means that the file did not, or does not, set the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub key: &'static str,
    pub old: Option<String>,
    pub new: Option<String>,
}

/// settings.toml as it was at one moment.
pub struct SettingsFile {
    path: PathBuf,
    /// Without a byte order mark; the text of `keptang init` when there is no file.
    text: String,
    mark: &'static str,
    fingerprint: String,
    set: BTreeMap<&'static str, Value>,
}

/// A new text that was checked, and what is different in it.
pub struct EditedSettings {
    pub changes: Vec<Changed>,
    text: String,
}

impl SettingsFile {
    /// Reads the file of a data directory. One that is not there yet counts as empty.
    ///
    /// # Errors
    /// When it cannot be read, or is not right as it stands.
    pub fn read(data_dir: &Path) -> Result<Self, SettingsError> {
        // A link is kept: what it points at is replaced.
        let named = data_dir.join(SETTINGS_FILE);
        let path = fs::canonicalize(&named).unwrap_or(named);
        let bytes = read_bytes(&path)?;
        let fingerprint = fingerprint(bytes.as_deref());
        let whole = match bytes {
            None => init_text(false),
            Some(bytes) => String::from_utf8(bytes).map_err(|_| SettingsError::FileUnreadable {
                path: path.clone(),
                reason: io::ErrorKind::InvalidData,
            })?,
        };
        let (mark, text) = match whole.strip_prefix('\u{feff}') {
            Some(text) => ("\u{feff}", text.to_owned()),
            None => ("", whole),
        };
        let set = set_by(&text)?;
        Ok(Self {
            path,
            text,
            mark,
            fingerprint,
            set,
        })
    }

    /// Stands for the content: the same content has the same one.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// What the file sets for `key`; `None` where the default holds.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<SettingValue> {
        self.set.get(key).map(SettingValue::from)
    }

    /// Checks `changes` and makes the new text, writing nothing. A value that is there already is no change.
    ///
    /// # Errors
    /// An unknown key (with the nearest one), a secret, a value the key does not take, or a place that only a person
    /// can change.
    pub fn edited(&self, changes: &[SettingChange]) -> Result<EditedSettings, SettingsError> {
        let (mut text, mut set) = (self.text.clone(), self.set.clone());
        for (path, value) in changes {
            let key = find(path)?;
            let value = match value.clone() {
                None => None,
                // No rows is the same as no key.
                Some(SettingValue::Rows(rows)) if rows.is_empty() => None,
                Some(value) => checked(key, value.into(), Place::Change)?,
            };
            if set.get(key.path) == value.as_ref() {
                continue;
            }
            match value.clone() {
                Some(value) => set.insert(key.path, value),
                None => set.remove(key.path),
            };
            text = edit_text::candidates(&text, key, value.as_ref())
                .into_iter()
                .find(|candidate| set_by(candidate).is_ok_and(|read| read == set))
                .ok_or_else(|| SettingsError::NotEditable {
                    key: key.path.to_owned(),
                })?;
        }
        Ok(EditedSettings {
            changes: self.changes(&set),
            text,
        })
    }

    fn changes(&self, set: &BTreeMap<&'static str, Value>) -> Vec<Changed> {
        let change = |key: &Key| {
            let (old, new) = (self.set.get(key.path), set.get(key.path));
            (old != new).then(|| Changed {
                key: key.path,
                old: old.map(|value| shown(key, value)),
                new: new.map(|value| shown(key, value)),
            })
        };
        schema::KEYS.iter().filter_map(change).collect()
    }

    fn replace_with(&self, edited: &EditedSettings) -> Result<(), SettingsError> {
        let now = read_bytes(&self.path)?;
        if fingerprint(now.as_deref()) != self.fingerprint {
            return Err(SettingsError::ChangedMeanwhile);
        }
        let like = fs::metadata(&self.path)
            .ok()
            .map(|metadata| metadata.permissions());
        let bytes = format!("{}{}", self.mark, edited.text);
        replace_file(&self.path, bytes.as_bytes(), like.as_ref()).map_err(|error| self.not_written(&error))
    }

    fn not_written(&self, error: &io::Error) -> SettingsError {
        SettingsError::FileNotWritten {
            path: self.path.clone(),
            reason: error.kind(),
        }
    }
}

/// Changes settings.toml in one step and says what changed. `seen` is the fingerprint of the file that the person who
/// asks has looked at; without it, the file as it is now is taken.
///
/// # Errors
/// As [`SettingsFile::read`] and [`SettingsFile::edited`]; [`SettingsError::ChangedMeanwhile`] when the file is not
/// the one that was seen; or it cannot be written. Nothing is written then.
pub fn edit(
    data_dir: &Path,
    seen: Option<&str>,
    changes: &[SettingChange],
) -> Result<Vec<Changed>, SettingsError> {
    let path = data_dir.join(SETTINGS_FILE);
    let lock = lock_beside(&path).map_err(|error| SettingsError::FileNotWritten {
        path,
        reason: error.kind(),
    })?;
    let file = SettingsFile::read(data_dir)?;
    if seen.is_some_and(|seen| seen != file.fingerprint) {
        return Err(SettingsError::ChangedMeanwhile);
    }
    let edited = file.edited(changes)?;
    if !edited.changes.is_empty() {
        file.replace_with(&edited)?;
    }
    drop(lock);
    Ok(edited.changes)
}

/// Keys that the environment sets (`KEPTANG__…`), whatever the file says: changing them in the file shows no effect.
#[must_use]
pub fn overridden<'a>(variables: impl IntoIterator<Item = &'a str>) -> Vec<&'static str> {
    let named: Vec<String> = variables
        .into_iter()
        .filter_map(|variable| variable.strip_prefix(OVERRIDE_PREFIX))
        .map(path_of_variable)
        .collect();
    let is_named = |key: &&Key| named.iter().any(|path| path == key.path);
    schema::KEYS.iter().filter(is_named).map(|key| key.path).collect()
}

fn find(path: &str) -> Result<&'static Key, SettingsError> {
    if let Some(key) = schema::find(path) {
        return Ok(key);
    }
    let (key, place) = (path.to_owned(), Place::Change);
    if looks_secret(path.rsplit('.').next().unwrap_or(path)) {
        return Err(SettingsError::SecretInSettings {
            name: SecretName::meant_by(path),
            key,
            place,
        });
    }
    let nearest = schema::nearest(path).to_owned();
    Err(SettingsError::UnknownKey { key, place, nearest })
}

fn read_bytes(path: &Path) -> Result<Option<Vec<u8>>, SettingsError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(SettingsError::FileUnreadable {
            path: path.to_owned(),
            reason: error.kind(),
        }),
    }
}

fn fingerprint(bytes: Option<&[u8]>) -> String {
    bytes.map_or_else(
        || "no file".to_owned(),
        |bytes| hex::encode(Sha256::digest(bytes)),
    )
}

/// What a text sets, by key, without the defaults.
fn set_by(text: &str) -> Result<BTreeMap<&'static str, Value>, SettingsError> {
    let mut values = Values::nothing();
    values.read_file(text)?;
    Ok(values.into_map())
}

/// A value as the audit trail may keep it.
fn shown(key: &Key, value: &Value) -> String {
    let masked = |text: &str| format!("{:?}", AccountText::new(text));
    match value {
        Value::Text(text) if key.is_account() && text != "auto" => masked(text),
        // May hold a password.
        Value::Text(text) if key.path == "ledger.url" && !text.starts_with("sqlite:") => {
            "postgres://…".to_owned()
        }
        Value::Text(text) => text.clone(),
        Value::Flag(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Texts(texts) => texts.join(", "),
        Value::Rows(rows) => {
            let row = |row: &BTreeMap<&'static str, String>| {
                let cell = |(name, text): (&&'static str, &String)| match *name {
                    "number" | "promptpay" | "account_no" => masked(text),
                    _ => text.clone(),
                };
                row.iter().map(cell).collect::<Vec<_>>().join(" ")
            };
            rows.iter().map(row).collect::<Vec<_>>().join("; ")
        }
    }
}
