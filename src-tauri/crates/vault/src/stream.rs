//! A file under a passphrase, written and read in one pass.
//!
//! Layout, all numbers little-endian: the line `KEPTANG-BACKUP 1`, Argon2id cost (memory in KiB, passes, lanes: u32),
//! 16 bytes of salt, 19 bytes of nonce, when it was made (milliseconds since 1970: i64), the plain length (u64). Then
//! the content in chunks of 64 KiB, each with a 16-byte tag: XChaCha20-Poly1305 in the STREAM construction
//! (Hoang, Reyhanitabar, Rogaway, Vizár 2015), which numbers the chunks and marks the last one. The header is
//! authenticated with every chunk. So a chunk that is changed, moved, repeated or missing does not open.

use std::io::{self, Read, Write};

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::Payload;
use chacha20poly1305::aead::stream::{NewStream as _, StreamBE32, StreamPrimitive as _};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use zeroize::Zeroizing;

use crate::error::VaultError;

/// What every version's first line begins with.
const FAMILY: &[u8] = b"KEPTANG-BACKUP ";
const VERSION_LINE: &[u8] = b"KEPTANG-BACKUP 1\n";
const SALT_BYTES: usize = 16;
/// XChaCha20's 24, less what STREAM keeps for the chunk's number and the mark of the last one.
const NONCE_BYTES: usize = 19;
const HEADER_BYTES: usize = VERSION_LINE.len() + 12 + SALT_BYTES + NONCE_BYTES + 8 + 8;
const TAG_BYTES: usize = 16;
const CHUNK_BYTES: usize = 65_536;

/// Argon2id cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) memory_kib: u32,
    pub(crate) passes: u32,
    pub(crate) lanes: u32,
}

/// RFC 9106 section 4, second recommendation (64 MiB, 3 passes), with one lane: as for the file of secrets.
pub(crate) const COST: Cost = Cost {
    memory_kib: 65_536,
    passes: 3,
    lanes: 1,
};
/// A damaged or forged header must not make the till allocate or compute without end.
const COST_MAX: Cost = Cost {
    memory_kib: 1_048_576,
    passes: 16,
    lanes: 16,
};

type Stream = StreamBE32<XChaCha20Poly1305>;

/// What a backup says of itself. Anyone can write this: it counts once the content has opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Milliseconds since 1970.
    pub created_at_ms: i64,
    /// Bytes it holds.
    pub plain_bytes: u64,
}

/// Encrypts what is written to it.
pub(crate) struct Sealer<W> {
    stream: Stream,
    header: Vec<u8>,
    /// Held back until it is known whether more follows.
    chunk: Zeroizing<Vec<u8>>,
    position: u32,
    writer: W,
}

impl<W: Write> Sealer<W> {
    pub(crate) fn new(mut writer: W, passphrase: &str, says: Header, cost: Cost) -> Result<Self, VaultError> {
        if passphrase.is_empty() {
            return Err(VaultError::PassphraseMissing);
        }
        let mut random = [0_u8; SALT_BYTES + NONCE_BYTES];
        getrandom::fill(&mut random).map_err(|_| VaultError::NoRandomness)?;
        let mut header = VERSION_LINE.to_vec();
        for number in [cost.memory_kib, cost.passes, cost.lanes] {
            header.extend(number.to_le_bytes());
        }
        header.extend(random);
        header.extend(says.created_at_ms.to_le_bytes());
        header.extend(says.plain_bytes.to_le_bytes());
        let (salt, nonce) = random.split_at(SALT_BYTES);
        let stream = stream(passphrase, salt, nonce, cost)?;
        writer
            .write_all(&header)
            .map_err(|error| VaultError::from_write(&error))?;
        let chunk = Zeroizing::new(Vec::with_capacity(CHUNK_BYTES));
        Ok(Self {
            stream,
            header,
            chunk,
            position: 0,
            writer,
        })
    }

    /// Without this, the file is incomplete and does not open.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        self.seal_chunk(true)?;
        self.writer.flush()?;
        Ok(self.writer)
    }

    fn seal_chunk(&mut self, is_last: bool) -> io::Result<()> {
        let payload = Payload {
            msg: &self.chunk,
            aad: &self.header,
        };
        let sealed = self
            .stream
            .encrypt(self.position, is_last, payload)
            .expect("64 KiB are far below the cipher's limit");
        self.writer.write_all(&sealed)?;
        self.chunk.clear();
        self.position = self.position.checked_add(1).ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(())
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        if self.chunk.len() == CHUNK_BYTES {
            self.seal_chunk(false)?;
        }
        let taken = bytes.len().min(CHUNK_BYTES - self.chunk.len());
        self.chunk.extend(bytes.iter().take(taken));
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Reads the header alone, without a passphrase.
///
/// # Errors
/// Not a backup, too new, or cut inside the header.
pub fn peek(mut reader: impl Read) -> Result<Header, VaultError> {
    Ok(read_header(&mut reader)?.says)
}

/// Decrypts as it is read. What was read is genuine, but complete only once the end was reached without an error.
pub(crate) struct Opener<R> {
    stream: Stream,
    header: Vec<u8>,
    pub(crate) says: Header,
    chunk: Zeroizing<Vec<u8>>,
    given: usize,
    position: u32,
    /// Plain bytes that are still in the file; `None` after the last chunk.
    left: Option<u64>,
    reader: R,
}

impl<R: Read> Opener<R> {
    pub(crate) fn new(mut reader: R, passphrase: &str) -> Result<Self, VaultError> {
        let Head {
            bytes,
            salt,
            nonce,
            cost,
            says,
        } = read_header(&mut reader)?;
        if passphrase.is_empty() {
            return Err(VaultError::PassphraseMissing);
        }
        let mut opener = Self {
            stream: stream(passphrase, &salt, &nonce, cost)?,
            header: bytes,
            says,
            chunk: Zeroizing::new(Vec::new()),
            given: 0,
            position: 0,
            left: Some(says.plain_bytes),
            reader,
        };
        // A wrong passphrase is told before anything is done with the content.
        opener.open_chunk()?;
        Ok(opener)
    }

    fn open_chunk(&mut self) -> Result<(), VaultError> {
        let Some(left) = self.left else { return Ok(()) };
        let plain = usize::try_from(left).unwrap_or(usize::MAX).min(CHUNK_BYTES);
        let is_last = u64::try_from(plain).is_ok_and(|plain| plain == left);
        let mut sealed = vec![0_u8; plain + TAG_BYTES];
        fill(&mut self.reader, &mut sealed)?;
        let payload = Payload {
            msg: &sealed,
            aad: &self.header,
        };
        let opened = self.stream.decrypt(self.position, is_last, payload);
        self.chunk = Zeroizing::new(opened.map_err(|_| VaultError::WrongPassphraseOrDamaged)?);
        self.given = 0;
        self.position = self
            .position
            .checked_add(1)
            .ok_or(VaultError::WrongPassphraseOrDamaged)?;
        self.left = left
            .checked_sub(u64::try_from(plain).unwrap_or(left))
            .filter(|_| !is_last);
        // Something behind the last chunk is not ours.
        if is_last && fill(&mut self.reader, &mut [0]).is_ok() {
            return Err(VaultError::WrongPassphraseOrDamaged);
        }
        Ok(())
    }
}

impl<R: Read> Read for Opener<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.given == self.chunk.len() {
            if self.left.is_none() {
                return Ok(0);
            }
            self.open_chunk().map_err(io::Error::other)?;
        }
        let mut ready = self.chunk.get(self.given..).unwrap_or_default();
        let taken = ready.read(into)?;
        self.given += taken;
        Ok(taken)
    }
}

struct Head {
    bytes: Vec<u8>,
    salt: [u8; SALT_BYTES],
    nonce: [u8; NONCE_BYTES],
    cost: Cost,
    says: Header,
}

fn read_header(reader: &mut impl Read) -> Result<Head, VaultError> {
    let mut bytes = Vec::with_capacity(HEADER_BYTES);
    let line = u64::try_from(VERSION_LINE.len()).expect("a line is short");
    reader
        .by_ref()
        .take(line)
        .read_to_end(&mut bytes)
        .map_err(|error| VaultError::Read(error.kind()))?;
    if bytes.len() < VERSION_LINE.len() {
        let is_begun = bytes.starts_with(FAMILY) || FAMILY.starts_with(&bytes);
        return Err(if is_begun {
            VaultError::Truncated
        } else {
            VaultError::NotABackup
        });
    }
    if bytes != VERSION_LINE {
        let number = bytes.strip_prefix(FAMILY).map(<[u8]>::trim_ascii_end);
        let is_other =
            number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit));
        return Err(if is_other {
            VaultError::TooNew
        } else {
            VaultError::NotABackup
        });
    }
    let mut rest = [0_u8; HEADER_BYTES - VERSION_LINE.len()];
    fill(reader, &mut rest)?;
    bytes.extend(rest);
    let mut fields = rest.as_slice();
    let mut number = || u32::from_le_bytes(take(&mut fields));
    let cost = Cost {
        memory_kib: number(),
        passes: number(),
        lanes: number(),
    };
    let (salt, nonce) = (take(&mut fields), take(&mut fields));
    let says = Header {
        created_at_ms: i64::from_le_bytes(take(&mut fields)),
        plain_bytes: u64::from_le_bytes(take(&mut fields)),
    };
    let is_sane = cost.memory_kib <= COST_MAX.memory_kib
        && cost.passes <= COST_MAX.passes
        && cost.lanes <= COST_MAX.lanes;
    is_sane
        .then_some(Head {
            bytes,
            salt,
            nonce,
            cost,
            says,
        })
        .ok_or(VaultError::WrongPassphraseOrDamaged)
}

fn take<const N: usize>(fields: &mut &[u8]) -> [u8; N] {
    let (taken, rest) = fields
        .split_first_chunk()
        .expect("the header's fields add up to its length");
    *fields = rest;
    *taken
}

/// All of `into`, or [`VaultError::Truncated`] with what there was.
fn fill(reader: &mut impl Read, into: &mut [u8]) -> Result<(), VaultError> {
    let mut filled = 0;
    while let Some(rest) = into.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => return Err(VaultError::Truncated),
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(VaultError::Read(error.kind())),
        }
    }
    Ok(())
}

fn stream(passphrase: &str, salt: &[u8], nonce: &[u8], cost: Cost) -> Result<Stream, VaultError> {
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32))
        .map_err(|_| VaultError::WrongPassphraseOrDamaged)?;
    let mut key = Zeroizing::new([0_u8; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, key.as_mut_slice())
        .map_err(|_| VaultError::WrongPassphraseOrDamaged)?;
    let cipher = XChaCha20Poly1305::new(key.as_slice().into());
    Ok(Stream::from_aead(cipher, nonce.into()))
}
