//! The layers: defaults, then settings.toml, then the environment. The later one wins, key by key.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::check::{Raw, Refusal, Value, check, expected};
use crate::edit::SettingValue;
use crate::error::{Expected, Place, SettingsError};
use crate::schema::{self, KEYS, Key, Kind};
use crate::secret::{SecretName, looks_secret};
use crate::settings::Settings;

pub const SETTINGS_FILE: &str = "settings.toml";
pub(crate) const OVERRIDE_PREFIX: &str = "KEPTANG__";

/// This process's environment variables whose names begin with `KEPTANG_`: the one place that reads them.
///
/// # Errors
/// When one of them is not valid text.
pub fn process_environment() -> Result<Vec<(String, String)>, SettingsError> {
    let mut pairs = Vec::new();
    for (name, value) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("KEPTANG_") {
            let value = value.into_string().map_err(|_| SettingsError::NotText {
                variable: name.clone(),
            })?;
            pairs.push((name, value));
        }
    }
    Ok(pairs)
}

impl Settings {
    /// Defaults, then `settings.toml` in `data_dir` if it is there, then `KEPTANG__…` pairs of `environment`.
    /// Other pairs are passed over.
    ///
    /// # Errors
    /// The first thing that is wrong, with its key and place.
    pub fn load(
        data_dir: &Path,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        let path = data_dir.join(SETTINGS_FILE);
        match fs::read_to_string(&path) {
            Ok(text) => Self::from_sources(Some(&text), environment),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::from_sources(None, environment),
            Err(error) => Err(SettingsError::FileUnreadable {
                path,
                reason: error.kind(),
            }),
        }
    }

    /// Like [`Settings::load`], with the text of the file instead of its place.
    ///
    /// # Errors
    /// As [`Settings::load`].
    pub fn from_sources(
        file: Option<&str>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        let mut values = Values::defaults();
        if let Some(text) = file {
            values.read_file(text.trim_start_matches('\u{feff}'))?;
        }
        values.read_environment(environment)?;
        Ok(Self::from_values(&values))
    }
}

/// What holds for every key: what the environment says, else the file, else the default; `None` where nothing is set.
///
/// # Errors
/// As [`Settings::load`].
pub fn values(
    data_dir: &Path,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<Vec<(&'static str, Option<SettingValue>)>, SettingsError> {
    let path = data_dir.join(SETTINGS_FILE);
    let mut values = Values::defaults();
    match fs::read_to_string(&path) {
        Ok(text) => values.read_file(text.trim_start_matches('\u{feff}'))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => {
            return Err(SettingsError::FileUnreadable {
                path,
                reason: error.kind(),
            });
        }
    }
    values.read_environment(environment)?;
    let shown = |key: &Key| (key.path, values.get(key.path).map(SettingValue::from));
    Ok(KEYS.iter().map(shown).collect())
}

/// `SHOP__NAME` to `shop.name`.
pub(crate) fn path_of_variable(rest: &str) -> String {
    rest.replace("__", ".").to_ascii_lowercase()
}

/// Accepted values by key.
pub(crate) struct Values(BTreeMap<&'static str, Value>);

impl Values {
    fn defaults() -> Self {
        let mut values = Self(BTreeMap::new());
        for key in KEYS.iter().filter(|key| key.has_default) {
            let shown = DeValue::parse(key.shown).expect("a test parses every default");
            let value = check(key.kind, raw(shown.get_ref())).expect("a test checks every default");
            values.0.extend(value.map(|value| (key.path, value)));
        }
        values
    }

    /// Without the defaults, for seeing what a file itself sets.
    pub(crate) fn nothing() -> Self {
        Self(BTreeMap::new())
    }

    pub(crate) fn into_map(self) -> BTreeMap<&'static str, Value> {
        self.0
    }

    pub(crate) fn get(&self, path: &str) -> Option<&Value> {
        debug_assert!(schema::find(path).is_some(), "{path} is not in the schema");
        self.0.get(path)
    }

    fn put(&mut self, key: &Key, raw: Raw, place: Place) -> Result<(), SettingsError> {
        // Emptied on purpose: what an earlier layer set is gone, and the default, if there is one, holds again.
        let value = match checked(key, raw, place)? {
            None if key.has_default => Self::defaults().0.remove(key.path),
            value => value,
        };
        match value {
            Some(value) => self.0.insert(key.path, value),
            None => self.0.remove(key.path),
        };
        Ok(())
    }

    fn read_environment(
        &mut self,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<(), SettingsError> {
        for (variable, text) in environment {
            if let Some(rest) = variable.strip_prefix(OVERRIDE_PREFIX) {
                let path = path_of_variable(rest);
                self.read_override(&path, &text, variable)?;
            }
        }
        Ok(())
    }

    pub(crate) fn read_file(&mut self, text: &str) -> Result<(), SettingsError> {
        let line_of = |at: usize| 1 + text.bytes().take(at).filter(|&byte| byte == b'\n').count();
        let document = DeTable::parse(text).map_err(|error| SettingsError::Syntax {
            line: error.span().map_or(1, |span| line_of(span.start)),
            // Its `Display` would quote the line, and with it whatever was written there.
            problem: error.message().to_owned(),
        })?;
        // Before anything else, so that a key in a mistyped section is still called a secret.
        refuse_secrets("", document.get_ref(), &line_of)?;
        self.read_table("", document.get_ref(), &line_of)
    }

    fn read_table(
        &mut self,
        parent: &str,
        table: &DeTable<'_>,
        line_of: &dyn Fn(usize) -> usize,
    ) -> Result<(), SettingsError> {
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        for (name, value) in entries {
            let path = join(parent, name.get_ref());
            let place = Place::File {
                line: line_of(name.span().start),
            };
            if let Some(key) = schema::find(&path) {
                self.put(key, raw(value.get_ref()), place)?;
            } else if !schema::is_section(&path) {
                let nearest = schema::nearest(&path).to_owned();
                return Err(SettingsError::UnknownKey {
                    key: path,
                    place,
                    nearest,
                });
            } else if let DeValue::Table(inner) = value.get_ref() {
                self.read_table(&path, inner, line_of)?;
            } else {
                let expected = Expected::new(format!("a section [{path}]"), format!("หมวด [{path}]"));
                let found = raw(value.get_ref()).kind();
                return Err(SettingsError::WrongType {
                    key: path,
                    place,
                    found,
                    expected,
                });
            }
        }
        Ok(())
    }

    fn read_override(&mut self, path: &str, text: &str, variable: String) -> Result<(), SettingsError> {
        let place = Place::Environment { variable };
        if let Some(key) = schema::find(path) {
            return self.put(key, raw_override(key.kind, text), place);
        }
        let key = path.to_owned();
        if looks_secret(path.rsplit('.').next().unwrap_or(path)) {
            return Err(SettingsError::SecretInSettings {
                name: SecretName::meant_by(path),
                key,
                place,
            });
        }
        let nearest = schema::nearest(path).to_ascii_uppercase().replace('.', "__");
        Err(SettingsError::UnknownKey {
            key,
            place,
            nearest: format!("{OVERRIDE_PREFIX}{nearest}"),
        })
    }
}

/// The value, or `None` where nothing is set, or what is wrong with it.
pub(crate) fn checked(key: &Key, raw: Raw, place: Place) -> Result<Option<Value>, SettingsError> {
    check(key.kind, raw).map_err(|refusal| {
        let (name, expected) = (key.path.to_owned(), expected(key.kind));
        match refusal {
            Refusal::WrongType { found } => SettingsError::WrongType {
                key: name,
                place,
                found,
                expected,
            },
            Refusal::Invalid => SettingsError::Invalid {
                key: name,
                place,
                expected,
            },
        }
    })
}

pub(crate) fn join(parent: &str, name: &str) -> String {
    if parent.is_empty() {
        name.to_owned()
    } else {
        format!("{parent}.{name}")
    }
}

fn refuse_secrets(
    parent: &str,
    table: &DeTable<'_>,
    line_of: &dyn Fn(usize) -> usize,
) -> Result<(), SettingsError> {
    for (name, value) in table {
        let path = join(parent, name.get_ref());
        let is_table = matches!(value.get_ref(), DeValue::Table(_));
        if !is_table && looks_secret(name.get_ref()) {
            let place = Place::File {
                line: line_of(name.span().start),
            };
            return Err(SettingsError::SecretInSettings {
                name: SecretName::meant_by(&path),
                key: path,
                place,
            });
        }
        match value.get_ref() {
            DeValue::Table(inner) => refuse_secrets(&path, inner, line_of)?,
            DeValue::Array(items) => {
                for inner in items.iter().map(Spanned::get_ref).filter_map(DeValue::as_table) {
                    refuse_secrets(&path, inner, line_of)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

pub(crate) fn raw(value: &DeValue<'_>) -> Raw {
    match value {
        DeValue::String(text) => Raw::Text(text.clone().into_owned()),
        DeValue::Boolean(flag) => Raw::Flag(*flag),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Raw::Foreign("a number that is too large"), Raw::Number),
        DeValue::Float(_) => Raw::Foreign("a number with a decimal point"),
        DeValue::Datetime(_) => Raw::Foreign("a date or time without quotes"),
        DeValue::Array(items) => Raw::List(items.iter().map(|item| raw(item.get_ref())).collect()),
        DeValue::Table(table) => Raw::Table(
            table
                .iter()
                .map(|(name, value)| (name.get_ref().clone().into_owned(), raw(value.get_ref())))
                .collect(),
        ),
    }
}

/// The environment has only text: what it means depends on the key.
fn raw_override(kind: Kind, text: &str) -> Raw {
    let trimmed = text.trim();
    let as_text = || Raw::Text(text.to_owned());
    match kind {
        Kind::Flag => match trimmed.to_ascii_lowercase().as_str() {
            "true" | "1" => Raw::Flag(true),
            "false" | "0" => Raw::Flag(false),
            _ => as_text(),
        },
        Kind::Number(..) | Kind::NumberOf(_) => trimmed.parse().map_or_else(|_| as_text(), Raw::Number),
        Kind::Coins | Kind::Providers(_) | Kind::Rows(_) if trimmed.starts_with('[') => {
            DeValue::parse(trimmed).map_or_else(|_| as_text(), |value| raw(value.get_ref()))
        }
        Kind::Coins | Kind::Providers(_) => {
            let items = trimmed.split(',').map(str::trim).filter(|item| !item.is_empty());
            Raw::List(items.map(|item| Raw::Text(item.to_owned())).collect())
        }
        _ => as_text(),
    }
}
