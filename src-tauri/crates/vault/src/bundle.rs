//! One file for support. Whatever goes in is redacted first; there is no way around.

use std::io::{Cursor, Write as _};

use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::archive::is_name;
use crate::error::VaultError;
use crate::redact::Redactor;

/// A zip file of texts (logs, settings, reports), each redacted. Of what is no text, only its length goes in: no rule
/// could read it.
///
/// # Errors
/// A name that is used twice or is more than a plain file name.
pub fn bundle<'a>(
    texts: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    redactor: &Redactor,
) -> Result<Vec<u8>, VaultError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in texts {
        if !is_name(name) {
            return Err(VaultError::BadName);
        }
        let text = if bytes.contains(&0) {
            format!("[{} bytes that are no text]\n", bytes.len())
        } else {
            redactor.redact(&String::from_utf8_lossy(bytes))
        };
        zip.start_file(name, options).map_err(|_| VaultError::BadName)?;
        zip.write_all(text.as_bytes())
            .map_err(|error| VaultError::from_write(&error))?;
    }
    let written = zip
        .finish()
        .map_err(|_| VaultError::Write(std::io::ErrorKind::Other))?;
    Ok(written.into_inner())
}
