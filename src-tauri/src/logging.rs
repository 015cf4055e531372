//! Where log lines go: JSON, to stderr from warnings up, and to a file per day in the data directory.
//!
//! Nothing here removes secrets: they never reach a log call, because their types print nothing
//! (`keptang_settings::Secret`, `keptang_providers::Secret`).

use std::io;
use std::path::Path;
use std::sync::OnceLock;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::{layer, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

/// Two weeks: long enough to look into last week's complaint, short enough for a small disk.
const FILES_KEPT: usize = 14;

static FILE: OnceLock<RollingFileAppender> = OnceLock::new();

/// Starts logging to stderr. `KEPTANG_LOG` (for example `keptang=debug`) says how much.
pub(crate) fn start() {
    let wanted =
        || EnvFilter::try_from_env("KEPTANG_LOG").unwrap_or_else(|_| EnvFilter::new("warn,keptang=info"));
    let started = tracing_subscriber::registry()
        .with(layer().json().with_writer(DayFile).with_filter(wanted()))
        .with(
            layer()
                .json()
                .with_writer(io::stderr)
                .with_filter(LevelFilter::WARN),
        )
        .try_init();
    if started.is_err() {
        tracing::warn!("somebody else in this process logs already");
    }
}

/// From now on also to files in `data_dir`. Written at once, not from a buffer: the lines before a crash are the ones
/// that matter.
pub(crate) fn keep_in(data_dir: &Path) {
    let logs = data_dir.join("logs");
    // Made here, because the appender complains on stderr when it finds no folder to tidy.
    if let Err(error) = std::fs::create_dir_all(&logs) {
        tracing::warn!(error = %error, "no folder for log files; logging to stderr only");
        return;
    }
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("keptang-desktop")
        .filename_suffix("log")
        .max_log_files(FILES_KEPT)
        .build(logs);
    match file {
        Ok(file) => {
            // A second till in one process would share the first one's file.
            let _ = FILE.set(file);
        }
        Err(error) => tracing::warn!(error = %error, "no log file; logging to stderr only"),
    }
}

/// The file once there is one, nothing before.
struct DayFile;

impl<'a> MakeWriter<'a> for DayFile {
    type Writer = Box<dyn io::Write + 'a>;

    fn make_writer(&'a self) -> Self::Writer {
        match FILE.get() {
            Some(file) => Box::new(file.make_writer()),
            None => Box::new(io::sink()),
        }
    }
}
