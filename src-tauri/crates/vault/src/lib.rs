//! What leaves the till: encrypted backups ([`seal`], [`open`]), and a redacted bundle for support ([`Redactor`],
//! [`bundle`]).
//!
//! Neither knows what it carries. What belongs into a backup (a snapshot of the ledger, the settings, the pepper of the
//! ledger's PINs; never a provider's key), when one is made, and where the passphrase comes from are the caller's business.

mod archive;
mod bundle;
mod copies;
mod error;
mod known;
mod labelled;
mod redact;
mod stream;

pub use archive::{Entry, OpenBackup, open, seal, seal_files, unpack};
pub use bundle::bundle;
pub use copies::{BACKUP_ENDING, BackupCopy, copies, prune};
pub use error::VaultError;
pub use redact::Redactor;
pub use stream::{Header, peek};
