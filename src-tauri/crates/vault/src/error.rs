//! What can be wrong with a backup, each with what to do about it. No variant has room for content.

use std::io;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    #[error("This file is not a backup of Keptang. Choose another file.")]
    NotABackup,
    #[error("This backup was made by a newer version. Update Keptang, then try again.")]
    TooNew,
    #[error("This backup is incomplete: it ends too early. Use another copy.")]
    Truncated,
    #[error(
        "This backup does not open: wrong passphrase, or the file was changed. Check the passphrase, or use another copy."
    )]
    WrongPassphraseOrDamaged,
    #[error("A backup needs a passphrase. Set KEPTANG_PASSPHRASE.")]
    PassphraseMissing,
    #[error("A name inside a backup is used twice or holds more than letters, digits, '.', '-' and '_'.")]
    BadName,
    #[error("A file changed while it was copied. Try again.")]
    SourceChanged,
    #[error("This system gives no random numbers, so nothing can be encrypted. Restart it and try again.")]
    NoRandomness,
    #[error("A file cannot be read ({0}). Check its place and who owns it.")]
    Read(io::ErrorKind),
    #[error("A file cannot be written ({0}). Check the folder, who owns it, and free disk space.")]
    Write(io::ErrorKind),
}

impl VaultError {
    /// Stable word for logs and tests.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotABackup => "not_a_backup",
            Self::TooNew => "backup_too_new",
            Self::Truncated => "backup_truncated",
            Self::WrongPassphraseOrDamaged => "backup_not_opened",
            Self::PassphraseMissing => "passphrase_missing",
            Self::BadName => "backup_bad_name",
            Self::SourceChanged => "backup_source_changed",
            Self::NoRandomness => "no_randomness",
            Self::Read(_) => "backup_unreadable",
            Self::Write(_) => "backup_not_written",
        }
    }

    /// The same message in Thai.
    #[must_use]
    pub fn th(self) -> &'static str {
        match self {
            Self::NotABackup => "ไฟล์นี้ไม่ใช่ไฟล์สำรองของเก็บตัง เลือกไฟล์อื่น",
            Self::TooNew => "ไฟล์สำรองนี้มาจากรุ่นที่ใหม่กว่า อัปเดตเก็บตังแล้วลองอีกครั้ง",
            Self::Truncated => "ไฟล์สำรองนี้ไม่ครบ ขาดส่วนท้าย ใช้สำเนาอื่น",
            Self::WrongPassphraseOrDamaged => "เปิดไฟล์สำรองไม่ได้ รหัสผ่านผิดหรือไฟล์ถูกแก้ ตรวจรหัสผ่าน หรือใช้สำเนาอื่น",
            Self::PassphraseMissing => "ไฟล์สำรองต้องใช้รหัสผ่าน ตั้ง KEPTANG_PASSPHRASE",
            Self::BadName => "ชื่อในไฟล์สำรองซ้ำกันหรือมีอักขระที่ใช้ไม่ได้",
            Self::SourceChanged => "ไฟล์เปลี่ยนระหว่างคัดลอก ลองอีกครั้ง",
            Self::NoRandomness => "เครื่องสุ่มตัวเลขไม่ได้ จึงเข้ารหัสไม่ได้ เปิดเครื่องใหม่แล้วลองอีกครั้ง",
            Self::Read(_) => "อ่านไฟล์ไม่ได้ ตรวจที่อยู่และเจ้าของไฟล์",
            Self::Write(_) => "เขียนไฟล์ไม่ได้ ตรวจโฟลเดอร์ เจ้าของ และที่ว่างในดิสก์",
        }
    }

    /// What a reader of ours said, or what the system did.
    pub(crate) fn from_read(error: &io::Error) -> Self {
        let own = error.get_ref().and_then(|inner| inner.downcast_ref::<Self>());
        own.copied().unwrap_or(Self::Read(error.kind()))
    }

    pub(crate) fn from_write(error: &io::Error) -> Self {
        Self::Write(error.kind())
    }
}
