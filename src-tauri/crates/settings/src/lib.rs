//! settings.toml, environment overrides, secrets and the data directory (cli.md, sections Common and Settings).
//!
//! [`Settings::load`] lays `settings.toml` and then `KEPTANG__SECTION__KEY` variables over the built-in defaults.
//! Every key is described once, in `schema`; loading, error texts and the file that `keptang init` writes all
//! come from there.
//!
//! [`Secrets::load`] gathers keys from the environment, the operating system's [`Keychain`] and the encrypted file, in
//! this order; [`store_secret`] keeps a new one. [`pepper`] is the secret that PIN hashes need.
//!
//! [`edit`] changes keys of `settings.toml` and leaves every other byte as it is.
//!
//! Nothing here reads the process environment except [`process_environment`]; nothing touches the network. Error
//! texts name keys and places and never repeat a value, because what was typed into the wrong place may be a key.

mod address;
mod check;
mod data_dir;
mod edit;
mod edit_text;
mod error;
mod init;
mod keychain;
mod keychain_system;
mod load;
mod pepper;
mod replace;
mod schema;
mod secret;
mod secrets;
mod secrets_file;
mod settings;

pub use data_dir::{create_data_dir, data_dir};
pub use edit::{Changed, EditedSettings, SettingChange, SettingValue, SettingsFile, edit, overridden};
pub use error::{Expected, Place, SettingsError};
pub use init::init_text;
pub use keychain::{KEYCHAIN_NAMES_FILE, KEYCHAIN_VARIABLE, Keychain, KeychainStore, KeychainUnusable};
pub use load::{SETTINGS_FILE, process_environment, values};
pub use pepper::{PEPPER_FILE, pepper};
pub use schema::is_account;
pub use secret::{Secret, SecretName};
pub use secrets::{SecretPlace, Secrets, remove_secret, store_secret};
pub use secrets_file::{SECRETS_FILE, SecretsFile};
pub use settings::{
    AccountText, AmountSignature, Backup, CallbackSignature, Callbacks, Crypto2328, DecimalText,
    DepositGateway, EasySlip, Era, Flow, JwtGateway, JwtPaths, JwtType, Language, LedgerUrl, OmiseTrueMoney,
    PayoutAccount, Printer, PrinterKind, Providers, Routing, Settings, Shop, ShopAccount, Timing, Vat,
    VatMode,
};
