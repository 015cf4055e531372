//! What can be wrong with settings and secrets. Each text says what happened, where, and what to do.
//!
//! No variant has room for a value from a file or the environment, so none can leak one.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::secret::SecretName;

/// Where a key was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A line of settings.toml, counted from 1.
    File { line: usize },
    /// An environment variable.
    Environment { variable: String },
    /// A change that was asked for.
    Change,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { line } => write!(f, "settings.toml line {line}"),
            Self::Environment { variable } => write!(f, "environment variable {variable}"),
            Self::Change => f.write_str("not changed"),
        }
    }
}

impl Place {
    fn th(&self) -> String {
        match self {
            Self::File { line } => format!("settings.toml บรรทัด {line}"),
            Self::Environment { variable } => format!("ตัวแปรระบบ {variable}"),
            Self::Change => "ยังไม่ได้แก้".to_owned(),
        }
    }
}

/// What would have been right, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    pub en: String,
    pub th: String,
}

impl Expected {
    pub(crate) fn new(en: impl Into<String>, th: impl Into<String>) -> Self {
        Self {
            en: en.into(),
            th: th.into(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    #[error("{} cannot be read ({reason}). Check that it exists and belongs to you.", path.display())]
    FileUnreadable { path: PathBuf, reason: io::ErrorKind },
    #[error("settings.toml line {line} cannot be understood: {problem}. Correct that line.")]
    Syntax { line: usize, problem: String },
    #[error("{place}: there is no setting '{key}'. The nearest one is '{nearest}'.")]
    UnknownKey {
        key: String,
        place: Place,
        nearest: String,
    },
    #[error("{place}: '{key}' holds {found}, expected {}.", .expected.en)]
    WrongType {
        key: String,
        place: Place,
        found: &'static str,
        expected: Expected,
    },
    #[error("{place}: the value of '{key}' is not right, expected {}.", .expected.en)]
    Invalid {
        key: String,
        place: Place,
        expected: Expected,
    },
    #[error(
        "{place}: '{key}' is a secret and must not be kept in the settings. Remove it there and put it into the OS \
         keychain, the encrypted secrets file, or {}.",
        variable_or_general(*name)
    )]
    SecretInSettings {
        key: String,
        place: Place,
        name: Option<SecretName>,
    },
    #[error("settings.toml was changed by someone else meanwhile; nothing was written. Look at it again.")]
    ChangedMeanwhile,
    #[error("'{key}' stands in settings.toml in a way that only a person can change. Change it there.")]
    NotEditable { key: String },
    #[error("{} cannot be written ({reason}). Check its place, who owns it, and free disk space.", path.display())]
    FileNotWritten { path: PathBuf, reason: io::ErrorKind },
    #[error("There is no secret '{variable}'. The nearest one is {}.", nearest.variable())]
    UnknownSecret { variable: String, nearest: SecretName },
    #[error("The environment variable {variable} is not valid text. Set it again.")]
    NotText { variable: String },
    #[error("This system names no home for data. Say where with --data-dir or KEPTANG_DATA_DIR.")]
    NoDataDir,
    #[error("The data directory {} cannot be made ({reason}). Choose another with --data-dir.", path.display())]
    DataDirNotMade { path: PathBuf, reason: io::ErrorKind },
    #[error("The secrets file {} cannot be {act} ({reason}). Check its place and who owns it.", path.display())]
    SecretsFileAccess {
        path: PathBuf,
        act: &'static str,
        reason: io::ErrorKind,
    },
    #[error("The secrets file is damaged. Restore it from a copy, or remove it and enter the secrets again.")]
    SecretsDamaged,
    #[error(
        "The secrets file does not open: wrong passphrase, or the file was changed. Check KEPTANG_PASSPHRASE."
    )]
    SecretsNotOpened,
    #[error("The secrets file needs a passphrase. Set KEPTANG_PASSPHRASE.")]
    PassphraseMissing,
    #[error("The value for {} is empty or holds a line break or control character. Copy it again.", name.variable())]
    SecretUnusable { name: SecretName },
    #[error(
        "Something of this till lies in the keychain of this computer, which is locked or does not answer. Unlock it, then \
         start again. If the till was moved here from another computer, delete keychain.names; keys and PINs are then set \
         again."
    )]
    KeychainUnreadable,
    #[error(
        "The file 'pepper' in the data directory is damaged, so no PIN can be checked. Restore it from a copy."
    )]
    PepperDamaged,
    #[error("This system gives no random numbers, so nothing can be encrypted. Restart it and try again.")]
    NoRandomness,
}

impl SettingsError {
    /// Stable word for logs and tests.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::FileUnreadable { .. } => "settings_unreadable",
            Self::Syntax { .. } => "settings_syntax",
            Self::UnknownKey { .. } => "unknown_setting",
            Self::WrongType { .. } => "setting_wrong_type",
            Self::Invalid { .. } => "setting_invalid",
            Self::SecretInSettings { .. } => "secret_in_settings",
            Self::ChangedMeanwhile => "settings_changed_meanwhile",
            Self::NotEditable { .. } => "setting_not_editable",
            Self::FileNotWritten { .. } => "file_not_written",
            Self::UnknownSecret { .. } => "unknown_secret",
            Self::NotText { .. } => "environment_not_text",
            Self::NoDataDir => "no_data_dir",
            Self::DataDirNotMade { .. } => "data_dir_not_made",
            Self::SecretsFileAccess { .. } => "secrets_file_access",
            Self::SecretsDamaged => "secrets_damaged",
            Self::SecretsNotOpened => "secrets_not_opened",
            Self::PassphraseMissing => "passphrase_missing",
            Self::SecretUnusable { .. } => "secret_unusable",
            Self::KeychainUnreadable => "keychain_unreadable",
            Self::PepperDamaged => "pepper_damaged",
            Self::NoRandomness => "no_randomness",
        }
    }

    /// The setting to look at, when it is about one.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::UnknownKey { key, .. }
            | Self::WrongType { key, .. }
            | Self::Invalid { key, .. }
            | Self::NotEditable { key }
            | Self::SecretInSettings { key, .. } => Some(key),
            Self::UnknownSecret { variable, .. } | Self::NotText { variable } => Some(variable),
            Self::SecretUnusable { name } => Some(name.variable()),
            Self::PassphraseMissing | Self::SecretsNotOpened => Some("KEPTANG_PASSPHRASE"),
            _ => None,
        }
    }

    /// The same message in Thai.
    #[must_use]
    pub fn th(&self) -> String {
        match self {
            Self::FileUnreadable { path, .. } => {
                format!("อ่านไฟล์ {} ไม่ได้ ตรวจว่ามีไฟล์และเป็นของคุณ", path.display())
            }
            Self::Syntax { line, .. } => format!("settings.toml บรรทัด {line} เขียนไม่ถูกรูปแบบ กรุณาแก้บรรทัดนั้น"),
            Self::UnknownKey { key, place, nearest } => {
                format!("{}: ไม่มีการตั้งค่าชื่อ '{key}' ชื่อที่ใกล้ที่สุดคือ '{nearest}'", place.th())
            }
            Self::WrongType {
                key, place, expected, ..
            } => {
                format!("{}: '{key}' ผิดชนิด ต้องเป็น{}", place.th(), expected.th)
            }
            Self::Invalid { key, place, expected } => {
                format!("{}: ค่าของ '{key}' ไม่ถูกต้อง ต้องเป็น{}", place.th(), expected.th)
            }
            Self::SecretInSettings { key, place, name } => format!(
                "{}: '{key}' เป็นความลับ ห้ามเก็บในการตั้งค่า ให้ลบออกแล้วเก็บใน keychain ของเครื่อง ไฟล์ความลับที่เข้ารหัส หรือ {}",
                place.th(),
                name.map_or("ตัวแปรระบบ KEPTANG_SECRET__…", SecretName::variable)
            ),
            Self::ChangedMeanwhile => {
                "มีคนแก้ settings.toml ไปก่อนแล้ว จึงยังไม่ได้เขียนอะไร ดูค่าใหม่แล้วลองอีกครั้ง".to_owned()
            }
            Self::NotEditable { key } => {
                format!("'{key}' ใน settings.toml เขียนไว้แบบที่แก้ให้ไม่ได้ กรุณาแก้ในไฟล์เอง")
            }
            Self::FileNotWritten { path, .. } => {
                format!("เขียนไฟล์ {} ไม่ได้ ตรวจที่อยู่ เจ้าของไฟล์ และที่ว่างในดิสก์", path.display())
            }
            Self::UnknownSecret { variable, nearest } => {
                format!("ไม่มีความลับชื่อ '{variable}' ชื่อที่ใกล้ที่สุดคือ {}", nearest.variable())
            }
            Self::NotText { variable } => format!("ตัวแปรระบบ {variable} ไม่ใช่ข้อความ กรุณาตั้งใหม่"),
            Self::NoDataDir => "ระบบไม่บอกที่เก็บข้อมูล ระบุด้วย --data-dir หรือ KEPTANG_DATA_DIR".to_owned(),
            Self::DataDirNotMade { path, .. } => {
                format!("สร้างโฟลเดอร์ข้อมูล {} ไม่ได้ เลือกที่อื่นด้วย --data-dir", path.display())
            }
            Self::SecretsFileAccess { path, .. } => {
                format!("เปิดหรือเขียนไฟล์ความลับ {} ไม่ได้ ตรวจที่อยู่และเจ้าของไฟล์", path.display())
            }
            Self::SecretsDamaged => "ไฟล์ความลับเสียหาย กู้จากสำเนา หรือลบแล้วใส่ความลับใหม่".to_owned(),
            Self::SecretsNotOpened => {
                "เปิดไฟล์ความลับไม่ได้ รหัสผ่านผิดหรือไฟล์ถูกแก้ ตรวจ KEPTANG_PASSPHRASE".to_owned()
            }
            Self::PassphraseMissing => "ไฟล์ความลับต้องใช้รหัสผ่าน ตั้ง KEPTANG_PASSPHRASE".to_owned(),
            Self::SecretUnusable { name } => {
                format!("ค่าของ {} ว่างหรือมีอักขระที่ใช้ไม่ได้ กรุณาคัดลอกใหม่", name.variable())
            }
            Self::KeychainUnreadable => {
                "ข้อมูลลับของร้านอยู่ใน keychain ของเครื่องนี้ ซึ่งล็อกอยู่หรือไม่ตอบ ปลดล็อกแล้วเปิดใหม่ \
                 ถ้าย้ายมาจากเครื่องอื่น ให้ลบ keychain.names แล้วใส่คีย์และตั้ง PIN ใหม่"
                    .to_owned()
            }
            Self::PepperDamaged => "ไฟล์ pepper ในโฟลเดอร์ข้อมูลเสียหาย จึงตรวจ PIN ไม่ได้ กู้ไฟล์จากสำเนา".to_owned(),
            Self::NoRandomness => "เครื่องสุ่มตัวเลขไม่ได้ จึงเข้ารหัสไม่ได้ เปิดเครื่องใหม่แล้วลองอีกครั้ง".to_owned(),
        }
    }
}

fn variable_or_general(name: Option<SecretName>) -> String {
    match name {
        Some(name) => format!("the environment variable {}", name.variable()),
        None => "an environment variable KEPTANG_SECRET__…".to_owned(),
    }
}
