//! Settings, keys, copies and support for the window: what is set, changing it, and the owner's word on what moves
//! money elsewhere.

use crate::app::App;
use crate::dto::Nothing;
use crate::error::{ApiError, ErrorCode};
use crate::paperwork::SavedFile;
use crate::session::Who;
use crate::view::moment;
use keptang_domain::Timestamp;
use keptang_domain::role::Right;
use keptang_ports::{AuditLine, TrailFilter};
use keptang_settings::{Changed, SecretName, SecretPlace, SettingValue, SettingsError, SettingsFile};
use keptang_vault::{BACKUP_ENDING, Redactor};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use ts_rs::TS;

/// Word of the line that says that money may go elsewhere from now on.
const RECEIVING_CHANGED: &str = "receiving_changed";
const SETTINGS_CHANGED: &str = "settings_changed";
const SHIFT_CLOSED: &str = "shift_closed";
/// Announcements that are looked at.
const ANNOUNCED: usize = 20;
/// How copies that were made by themselves are called.
const COPY_BEGINNING: &str = "keptang-";
/// Lines of the log that support is given.
const LOG_BYTES: usize = 2 * 1024 * 1024;

/// Everything that is set.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct SettingsView {
    /// Every key, as in settings.toml, with what holds now; `null` where nothing is set.
    #[ts(type = "Record<string, unknown>")]
    pub values: BTreeMap<&'static str, Value>,
    /// Keys of providers, without their values.
    pub secrets: Vec<SecretLine>,
    /// Keys that the environment sets, whatever the file says.
    pub overridden: Vec<&'static str>,
    /// New keys go into the computer's keychain.
    pub keychain: bool,
    /// Stands for the file as it was read; to be given back with a change.
    pub file_version: String,
    /// Nothing here is real.
    pub training: bool,
    /// What was changed holds after the next start.
    pub restart_needed: bool,
    /// Nobody has set this shop up yet.
    pub first_run: bool,
}

/// A key of a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SecretLine {
    /// Its variable.
    pub name: &'static str,
    /// There is one.
    pub set: bool,
    /// Where it lies.
    #[ts(type = "\"environment\" | \"keychain\" | \"file\" | null")]
    pub from: Option<&'static str>,
    /// It moves real money, where its letters say so.
    pub live: Option<bool>,
}

/// Changes settings.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SettingsPutRequest {
    /// What.
    pub changes: Vec<SettingChangeLine>,
    /// The file that was looked at.
    pub file_version: String,
}

/// One key; `null` takes it out of the file, so that its default holds again.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SettingChangeLine {
    /// As in settings.toml.
    pub key: String,
    /// The new value.
    #[ts(type = "unknown")]
    pub value: Value,
}

/// Keeps a key of a provider.
#[derive(Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SecretPutRequest {
    /// Its variable.
    pub name: String,
    /// The key.
    pub value: String,
}

/// The copies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct BackupState {
    /// Where they go by themselves.
    pub folder: Option<String>,
    /// How often.
    #[ts(type = "number")]
    pub every_hours: u32,
    /// The newest.
    pub last: Option<CopyLine>,
    /// Why the last one was not made.
    pub error: Option<String>,
    /// They can be encrypted.
    pub passphrase_set: bool,
}

/// A copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct CopyLine {
    /// When it was made.
    pub at: String,
    /// Where it lies.
    pub path: String,
    /// How long it is.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// Tries a copy.
#[derive(Clone, Default, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct DrillRequest {
    /// Which; the newest when left out.
    #[ts(optional)]
    pub path: Option<String>,
    /// Its passphrase; the one that is kept when left out.
    #[ts(optional)]
    pub passphrase: Option<String>,
}

/// What a proof showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Proof {
    /// Nothing is wrong.
    pub ok: bool,
    /// Events read.
    #[ts(type = "number")]
    pub events: u64,
    /// Bills rebuilt.
    #[ts(type = "number")]
    pub orders: u64,
    /// The first thing that is wrong.
    pub fault: Option<String>,
}

/// Money may go elsewhere than last week: said to the next shift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Announcement {
    /// When.
    pub at: String,
    /// Who.
    pub by: Option<String>,
    /// What.
    #[ts(type = "\"account_changed\" | \"key_changed\" | \"provider_changed\"")]
    pub what: String,
    /// Of what.
    pub subject: String,
}

impl From<SettingsError> for ApiError {
    fn from(error: SettingsError) -> Self {
        if matches!(error, SettingsError::ChangedMeanwhile) {
            return Self::new(ErrorCode::ChangedMeanwhile);
        }
        let refused = Self::new(ErrorCode::BadSetting)
            .with("why", error.code())
            .with("message_th", error.th())
            .with("message_en", &error);
        match error.key() {
            Some(key) => refused.with("setting", key),
            None => refused,
        }
    }
}

fn shown(value: &SettingValue) -> Value {
    match value {
        SettingValue::Text(text) => json!(text),
        SettingValue::Flag(flag) => json!(flag),
        SettingValue::Number(number) => json!(number),
        SettingValue::Texts(texts) => json!(texts),
        SettingValue::Rows(rows) => json!(rows),
    }
}

/// The last four figures; the rest is nobody's business who may not change it.
pub(crate) fn masked(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let hidden = letters.len().saturating_sub(4);
    let tail: String = letters.iter().skip(hidden).collect();
    format!("{}{tail}", "•".repeat(hidden))
}

fn masked_value(value: &SettingValue) -> Value {
    match value {
        SettingValue::Text(text) => json!(masked(text)),
        SettingValue::Rows(rows) => rows
            .iter()
            .map(|row| {
                row.iter()
                    .map(|(column, text)| {
                        let is_account = ["number", "promptpay", "account_no"].contains(&column.as_str());
                        (
                            column.clone(),
                            if is_account { masked(text) } else { text.clone() },
                        )
                    })
                    .collect::<BTreeMap<_, _>>()
            })
            .map(|row| json!(row))
            .collect(),
        other => shown(other),
    }
}

fn read(value: Value, key: &str) -> Result<Option<SettingValue>, ApiError> {
    let bad = || {
        ApiError::new(ErrorCode::BadSetting)
            .with("setting", key)
            .with("why", "wrong_type")
    };
    Ok(Some(match value {
        Value::Null => return Ok(None),
        Value::Bool(flag) => SettingValue::Flag(flag),
        Value::Number(number) => SettingValue::Number(number.as_i64().ok_or_else(bad)?),
        Value::String(text) => SettingValue::Text(text),
        Value::Array(items) if items.iter().all(Value::is_string) && !items.is_empty() => {
            let texts = items
                .into_iter()
                .filter_map(|item| item.as_str().map(str::to_owned));
            SettingValue::Texts(texts.collect())
        }
        Value::Array(items) => {
            let rows: Option<Vec<BTreeMap<String, String>>> = items.into_iter().map(row).collect();
            SettingValue::Rows(rows.ok_or_else(bad)?)
        }
        Value::Object(_) => return Err(bad()),
    }))
}

fn row(value: Value) -> Option<BTreeMap<String, String>> {
    let Value::Object(columns) = value else {
        return None;
    };
    columns
        .into_iter()
        // A column left empty is a column left out.
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| Some((name, value.as_str()?.to_owned())))
        .collect()
}

/// What the till announces to the next shift: `None` for what moves no money.
fn announced(key: &str) -> Option<&'static str> {
    let account = [
        "shop.promptpay_id",
        "shop.accounts",
        "providers.jwt_gateway.payout_accounts",
    ];
    let provider = ["base_url", "merchant_id", "enabled", "project", "paths"];
    let of_provider = key.starts_with("providers.") && provider.iter().any(|part| key.contains(part));
    if account.contains(&key) {
        Some("account_changed")
    } else if of_provider || key.starts_with("routing.") {
        Some("provider_changed")
    } else {
        None
    }
}

impl App {
    async fn note(
        &self,
        by: Option<String>,
        what: &str,
        subject: &str,
        detail: Value,
    ) -> Result<(), ApiError> {
        let line = AuditLine {
            at: self.till().now(),
            by,
            what: what.to_owned(),
            subject: subject.to_owned(),
            detail: detail.to_string(),
        };
        Ok(self.till().ledger().note(line, None).await?)
    }

    fn settings_view(&self, may_see: bool) -> Result<SettingsView, ApiError> {
        let file = SettingsFile::read(self.data_dir())?;
        let mut values = BTreeMap::new();
        for (key, value) in keptang_settings::values(self.data_dir(), self.environment().iter().cloned())? {
            let value = match value {
                None => Value::Null,
                // May hold a password, which no page has any use for.
                Some(SettingValue::Text(url)) if key == "ledger.url" && !url.starts_with("sqlite:") => {
                    json!("postgres://…")
                }
                Some(value) if may_see || !keptang_settings::is_account(key) => shown(&value),
                Some(value) => masked_value(&value),
            };
            values.insert(key, value);
        }
        let environment = self.environment();
        let overridden = keptang_settings::overridden(environment.iter().map(|(name, _)| name.as_str()));
        let secret = |name: &SecretName| SecretLine {
            name: name.variable(),
            set: self.secrets().get(*name).is_some() || self.was_stored(*name),
            from: self.secrets().place(*name).map(|place| match place {
                SecretPlace::Environment => "environment",
                SecretPlace::Keychain => "keychain",
                SecretPlace::EncryptedFile => "file",
            }),
            live: self
                .secrets()
                .get(*name)
                .and_then(|secret| is_live(*name, secret.expose())),
        };
        Ok(SettingsView {
            values,
            secrets: SecretName::ALL.iter().map(secret).collect(),
            overridden,
            keychain: self.keychain().is_usable(),
            file_version: file.fingerprint().to_owned(),
            training: self.is_training(),
            restart_needed: self.restart_needed().load(Ordering::Relaxed),
            first_run: self.settings().shop.name.is_none() && self.settings().shop.promptpay_id.is_none(),
        })
    }

    /// Changes of accounts, keys and providers that no shift has gone through yet.
    pub(crate) async fn announcements(&self) -> Result<Vec<Announcement>, ApiError> {
        let newest = |what: &str, limit| TrailFilter {
            what: vec![what.to_owned()],
            newest_first: true,
            limit,
            ..TrailFilter::default()
        };
        let closed = self.till().ledger().trail_lines(newest(SHIFT_CLOSED, 1)).await?;
        let opened = self
            .till()
            .ledger()
            .trail_lines(newest("shift_opened", ANNOUNCED))
            .await?;
        let last_close = closed.first().map_or(0, |(number, _)| *number);
        let changes = self
            .till()
            .ledger()
            .trail_lines(newest(RECEIVING_CHANGED, ANNOUNCED))
            .await?;
        let told = changes.into_iter().filter(|(number, _)| {
            // Told to a whole shift: one that was opened after the change and closed since.
            !opened.iter().any(|(open, _)| open > number && last_close > *open)
        });
        let line = |(_, line): (i64, AuditLine)| {
            let detail: Value = serde_json::from_str(&line.detail).unwrap_or_default();
            Announcement {
                at: moment(line.at),
                by: line.by,
                what: detail["what"].as_str().unwrap_or("provider_changed").to_owned(),
                subject: line.subject,
            }
        };
        Ok(told.map(line).collect())
    }

    async fn note_changes(&self, changes: &[Changed], by: Option<String>) -> Result<(), ApiError> {
        for change in changes {
            let detail = json!({ "old": change.old, "new": change.new });
            self.note(by.clone(), SETTINGS_CHANGED, change.key, detail)
                .await?;
            if let Some(what) = announced(change.key) {
                self.note(by.clone(), RECEIVING_CHANGED, change.key, json!({ "what": what }))
                    .await?;
            }
        }
        Ok(())
    }

    fn backup_state_now(&self) -> BackupState {
        let backup = &self.settings().backup;
        let copies = backup
            .folder
            .as_deref()
            .map(|folder| keptang_vault::copies(folder, COPY_BEGINNING));
        let (last, unreadable) = match copies {
            Some(Ok(copies)) => (copies.into_iter().next(), None),
            Some(Err(fault)) => (None, Some(fault.code().to_owned())),
            None => (None, None),
        };
        BackupState {
            folder: backup.folder.as_ref().map(|folder| folder.display().to_string()),
            every_hours: backup.every_hours,
            last: last.map(|copy| CopyLine {
                at: moment(Timestamp::from_ms(copy.created_at_ms)),
                bytes: copy.bytes,
                path: copy.path.display().to_string(),
            }),
            error: self.copy_fault().or(unreadable),
            passphrase_set: self.secrets().get(SecretName::BackupPassphrase).is_some(),
        }
    }

    /// Makes a copy in the owner's folder and removes the oldest.
    async fn copy_to_folder(&self) -> Result<(), ApiError> {
        let backup = &self.settings().backup;
        let refused = |why: &str| ApiError::new(ErrorCode::BackupRefused).with("why", why);
        let folder = backup.folder.as_deref().ok_or_else(|| refused("no_folder"))?;
        let passphrase = self
            .secrets()
            .get(SecretName::BackupPassphrase)
            .ok_or_else(|| refused("passphrase_missing"))?;
        let stamp = self.till().now().ms();
        let to: PathBuf = folder.join(format!("{COPY_BEGINNING}{stamp}.{BACKUP_ENDING}"));
        self.back_up(&to, passphrase.expose()).await?;
        let keep = usize::try_from(backup.keep).unwrap_or(usize::MAX);
        keptang_vault::prune(folder, COPY_BEGINNING, keep)?;
        self.set_copy_fault(None);
        Ok(())
    }

    /// Makes a copy whenever the newest is older than the owner wants. What goes wrong is shown on the owner's page.
    pub(crate) async fn copy_when_due(&self) {
        let state = self.backup_state_now();
        if state.folder.is_none() || !state.passphrase_set {
            return;
        }
        let Some(folder) = self.settings().backup.folder.as_deref() else {
            return;
        };
        let newest = keptang_vault::copies(folder, COPY_BEGINNING)
            .ok()
            .and_then(|copies| copies.first().map(|copy| copy.created_at_ms));
        let every_ms = i64::from(self.settings().backup.every_hours).saturating_mul(3_600_000);
        let due = newest.is_none_or(|at| self.till().now().ms().saturating_sub(at) >= every_ms);
        if due && let Err(error) = self.copy_to_folder().await {
            tracing::error!(error = %error, "a copy could not be made");
            let why = error.params.get("why").cloned();
            self.set_copy_fault(Some(why.unwrap_or_else(|| "backup_not_written".to_owned())));
        }
    }

    fn redactor(&self) -> Redactor {
        let secrets = self.secrets();
        let values = secrets
            .names()
            .filter_map(|name| secrets.get(name))
            .map(|secret| secret.expose());
        let own = self.pepper().text();
        let passphrase = self
            .environment()
            .iter()
            .filter(|(name, _)| name == "KEPTANG_PASSPHRASE" || name.starts_with("KEPTANG_SECRET__"))
            .map(|(_, value)| value.as_str());
        Redactor::new(values.chain(std::iter::once(own)).chain(passphrase))
    }
}

/// What the letters of a key say about the money it moves (omise-truemoney.md §1).
fn is_live(name: SecretName, secret: &str) -> Option<bool> {
    match name {
        SecretName::OmiseSecretKey => Some(!secret.starts_with("skey_test_")),
        SecretName::OmisePublicKey => Some(!secret.starts_with("pkey_test_")),
        _ => None,
    }
}

pub(crate) async fn settings_get(app: &App, who: Who, _: Nothing) -> Result<SettingsView, ApiError> {
    let may_see = who.may(Right::Own) || !app.session().await?.has_people;
    app.settings_view(may_see)
}

pub(crate) async fn settings_put(
    app: &App,
    who: Who,
    request: SettingsPutRequest,
) -> Result<SettingsView, ApiError> {
    let changes: Result<Vec<_>, ApiError> = request
        .changes
        .into_iter()
        .map(|change| Ok((change.key.clone(), read(change.value, &change.key)?)))
        .collect();
    let changed = keptang_settings::edit(app.data_dir(), Some(&request.file_version), &changes?)?;
    app.note_changes(&changed, who.name()).await?;
    if !changed.is_empty() {
        app.restart_needed().store(true, Ordering::Relaxed);
    }
    // Whoever approved in place goes away again; the page stays with whoever sits there.
    app.settings_view(app.session().await?.rights.contains(&Right::Own.word()))
}

pub(crate) async fn secret_put(
    app: &App,
    who: Who,
    request: SecretPutRequest,
) -> Result<SettingsView, ApiError> {
    let name = SecretName::from_variable(&request.name)
        .ok_or_else(|| ApiError::new(ErrorCode::BadRequest).with("argument", "name"))?;
    let environment = app.environment();
    let passphrase = environment.iter().find(|(name, _)| name == "KEPTANG_PASSPHRASE");
    let passphrase = passphrase.map(|(_, text)| keptang_settings::Secret::new(text.clone()));
    let (data_dir, keychain) = (app.data_dir().to_owned(), app.keychain().clone());
    let value = keptang_settings::Secret::new(request.value);
    let stored = tokio::task::spawn_blocking(move || {
        keptang_settings::store_secret(&data_dir, name, &value, &keychain, passphrase.as_ref())
    });
    stored.await.map_err(|_| ApiError::new(ErrorCode::Internal))??;
    app.stored(name);
    app.restart_needed().store(true, Ordering::Relaxed);
    let detail = json!({ "what": "key_changed" });
    app.note(who.name(), RECEIVING_CHANGED, name.variable(), detail)
        .await?;
    // Whoever approved in place goes away again; the page stays with whoever sits there.
    app.settings_view(app.session().await?.rights.contains(&Right::Own.word()))
}

pub(crate) async fn backup_state(app: &App, _: Who, _: Nothing) -> Result<BackupState, ApiError> {
    Ok(app.backup_state_now())
}

pub(crate) async fn backup_now(app: &App, who: Who, _: Nothing) -> Result<BackupState, ApiError> {
    app.copy_to_folder().await?;
    app.note(who.name(), "backup_made", "backup", json!({})).await?;
    Ok(app.backup_state_now())
}

pub(crate) async fn backup_drill(app: &App, who: Who, request: DrillRequest) -> Result<Proof, ApiError> {
    let refused = |why: &str| ApiError::new(ErrorCode::BackupRefused).with("why", why);
    let path = request.path.or(app.backup_state_now().last.map(|copy| copy.path));
    let path = path.ok_or_else(|| refused("no_copy"))?;
    let kept = app.secrets().get(SecretName::BackupPassphrase);
    let passphrase = request
        .passphrase
        .or(kept.map(|secret| secret.expose().to_owned()));
    let passphrase = passphrase.ok_or_else(|| refused("passphrase_missing"))?;
    let here = crate::app::Options {
        data_dir: Some(app.data_dir().to_owned()),
    };
    let line = crate::backup::restore(here, Path::new(&path), &passphrase, true).await?;
    app.note(who.name(), "backup_tried", "backup", json!({ "ok": line.ok }))
        .await?;
    Ok(Proof {
        ok: line.ok,
        events: line.events,
        orders: line.orders,
        fault: line.fault,
    })
}

pub(crate) async fn ledger_verify(app: &App, _: Who, _: Nothing) -> Result<Proof, ApiError> {
    let report = app.verify_ledger().await?;
    Ok(Proof {
        ok: report.first_fault.is_none(),
        events: report.events,
        orders: report.orders,
        fault: report.first_fault,
    })
}

/// One file for support: settings, logs, versions and the state of everything, without secrets and without names.
pub(crate) async fn diagnostics(app: &App, _: Who, _: Nothing) -> Result<SavedFile, ApiError> {
    let settings = std::fs::read(app.data_dir().join(keptang_settings::SETTINGS_FILE)).unwrap_or_default();
    let proof = app.verify_ledger().await?;
    let about = json!({
        "version": env!("CARGO_PKG_VERSION"), "os": std::env::consts::OS, "training": app.is_training(),
        "listening": app.is_listening(), "clock_behind_ms": app.clock_behind_ms(),
        "events": proof.events, "orders": proof.orders, "first_bad": proof.first_fault,
        "providers": app.provider_lines().len(),
    });
    let about = format!("{about:#}").into_bytes();
    let mut texts: Vec<(String, Vec<u8>)> = vec![
        ("settings.toml".to_owned(), settings),
        ("about.json".to_owned(), about),
    ];
    texts.extend(logs(app.data_dir()));
    let named = texts
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    let zip = keptang_vault::bundle(named, &app.redactor())?;
    let stamp = app.till().today();
    app.save(&format!("keptang-support-{stamp}.zip"), zip).await
}

/// The end of each log.
fn logs(data_dir: &Path) -> Vec<(String, Vec<u8>)> {
    let Ok(entries) = std::fs::read_dir(data_dir.join("logs")) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| {
            let bytes = std::fs::read(entry.path()).ok()?;
            let end = bytes.len().saturating_sub(LOG_BYTES);
            let name = entry.file_name().to_string_lossy().into_owned();
            Some((name, bytes[end..].to_vec()))
        })
        .collect()
}
