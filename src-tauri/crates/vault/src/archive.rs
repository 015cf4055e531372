//! A backup's content: named files, one behind the other. Each is a name (its length as u16, then the bytes), a length
//! (u64) and the bytes; a name of length 0 ends the list. Numbers are little-endian.
//!
//! Names are plain on purpose: no folder, no `..`, nothing that could put a file elsewhere when it is restored.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use crate::error::VaultError;
use crate::stream::{COST, Cost, Header, Opener, Sealer};

const NAME_MAX_BYTES: usize = 100;

/// One file for a backup.
pub struct Entry<'a> {
    pub name: &'a str,
    pub bytes: u64,
    /// Gives exactly that many.
    pub content: &'a mut dyn Read,
}

/// Writes a backup of `entries` under `passphrase`. Memory does not grow with their size.
///
/// # Errors
/// No passphrase, a name that cannot be, content that is longer or shorter than said, or an error of the system.
pub fn seal(
    entries: Vec<Entry<'_>>,
    writer: impl Write,
    passphrase: &str,
    created_at_ms: i64,
) -> Result<(), VaultError> {
    seal_at(entries, writer, passphrase, created_at_ms, COST).map(drop)
}

pub(crate) fn seal_at<W: Write>(
    entries: Vec<Entry<'_>>,
    writer: W,
    passphrase: &str,
    created_at_ms: i64,
    cost: Cost,
) -> Result<W, VaultError> {
    let mut plain_bytes = 2_u64;
    for (at, entry) in entries.iter().enumerate() {
        let is_new = entries.iter().take(at).all(|earlier| earlier.name != entry.name);
        if !is_new || !is_name(entry.name) {
            return Err(VaultError::BadName);
        }
        let name_bytes = u64::try_from(entry.name.len()).map_err(|_| VaultError::BadName)?;
        plain_bytes += 2 + name_bytes + 8 + entry.bytes;
    }
    let mut sealer = Sealer::new(
        writer,
        passphrase,
        Header {
            created_at_ms,
            plain_bytes,
        },
        cost,
    )?;
    for entry in entries {
        write_entry(&mut sealer, entry)?;
    }
    put(&mut sealer, &0_u16.to_le_bytes())?;
    sealer.finish().map_err(|error| VaultError::from_write(&error))
}

fn write_entry(sealer: &mut Sealer<impl Write>, entry: Entry<'_>) -> Result<(), VaultError> {
    let name_bytes = u16::try_from(entry.name.len()).map_err(|_| VaultError::BadName)?;
    put(sealer, &name_bytes.to_le_bytes())?;
    put(sealer, entry.name.as_bytes())?;
    put(sealer, &entry.bytes.to_le_bytes())?;
    let mut left = entry.bytes;
    let mut buffer = vec![0_u8; 65_536];
    loop {
        let read = match entry.content.read(&mut buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(VaultError::Read(error.kind())),
        };
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else {
            return if left == 0 {
                Ok(())
            } else {
                Err(VaultError::SourceChanged)
            };
        };
        let count = u64::try_from(read).map_err(|_| VaultError::SourceChanged)?;
        left = left.checked_sub(count).ok_or(VaultError::SourceChanged)?;
        put(sealer, bytes)?;
    }
}

fn put(sealer: &mut Sealer<impl Write>, bytes: &[u8]) -> Result<(), VaultError> {
    sealer
        .write_all(bytes)
        .map_err(|error| VaultError::from_write(&error))
}

/// A backup whose passphrase was right. Complete only once [`OpenBackup::next_entry`] has given `None`.
pub struct OpenBackup<R> {
    opener: Opener<R>,
    /// Of the entry that is being read.
    left: u64,
}

/// Opens a backup for reading its entries in their order.
///
/// # Errors
/// What [`VaultError`] tells apart: not a backup, too new, truncated, wrong passphrase or damaged.
pub fn open<R: Read>(reader: R, passphrase: &str) -> Result<OpenBackup<R>, VaultError> {
    Ok(OpenBackup {
        opener: Opener::new(reader, passphrase)?,
        left: 0,
    })
}

impl<R: Read> OpenBackup<R> {
    #[must_use]
    pub fn header(&self) -> Header {
        self.opener.says
    }

    /// Name and length of the next file; what was not read of the one before is passed over.
    ///
    /// # Errors
    /// The first thing that is wrong from here on.
    pub fn next_entry(&mut self) -> Result<Option<(String, u64)>, VaultError> {
        io::copy(self, &mut io::sink()).map_err(|error| VaultError::from_read(&error))?;
        let name_bytes = u16::from_le_bytes(self.field()?);
        if name_bytes == 0 {
            // To the end, so that what follows the list is noticed.
            return match self.opener.read(&mut [0]) {
                Ok(0) => Ok(None),
                Ok(_) => Err(VaultError::WrongPassphraseOrDamaged),
                Err(error) => Err(VaultError::from_read(&error)),
            };
        }
        let mut name = vec![0_u8; usize::from(name_bytes)];
        self.opener
            .read_exact(&mut name)
            .map_err(|error| VaultError::from_read(&error))?;
        let name = String::from_utf8(name)
            .ok()
            .filter(|name| is_name(name))
            .ok_or(VaultError::BadName)?;
        self.left = u64::from_le_bytes(self.field()?);
        Ok(Some((name, self.left)))
    }

    fn field<const N: usize>(&mut self) -> Result<[u8; N], VaultError> {
        let mut field = [0_u8; N];
        self.opener
            .read_exact(&mut field)
            .map_err(|error| VaultError::from_read(&error))?;
        Ok(field)
    }
}

/// The content of the entry that [`OpenBackup::next_entry`] named.
impl<R: Read> Read for OpenBackup<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(into.len());
        let Some(into) = into.get_mut(..most).filter(|into| !into.is_empty()) else {
            return Ok(0);
        };
        let read = self.opener.read(into)?;
        if read == 0 {
            return Err(io::Error::other(VaultError::WrongPassphraseOrDamaged));
        }
        self.left -= u64::try_from(read).unwrap_or(self.left);
        Ok(read)
    }
}

/// Writes a backup of files to `to`, as one step: the new file is whole or not there. An older one is replaced.
///
/// # Errors
/// As [`seal`].
pub fn seal_files(
    files: &[(&str, &Path)],
    to: &Path,
    passphrase: &str,
    created_at_ms: i64,
) -> Result<(), VaultError> {
    let read = |error: &io::Error| VaultError::Read(error.kind());
    let mut opened = Vec::new();
    for (name, path) in files {
        let file = File::open(path).map_err(|error| read(&error))?;
        let bytes = file.metadata().map_err(|error| read(&error))?.len();
        opened.push((*name, bytes, file));
    }
    let entries = opened.iter_mut().map(|(name, bytes, file)| Entry {
        name,
        bytes: *bytes,
        content: file,
    });
    let fresh = beside(to);
    // Left by a till that died in the middle.
    let _ = fs::remove_file(&fresh);
    let written = private_file(&fresh)
        .map_err(|error| VaultError::from_write(&error))
        .and_then(|file| {
            seal_at(
                entries.collect(),
                BufWriter::new(file),
                passphrase,
                created_at_ms,
                COST,
            )
        })
        .and_then(|writer| put_in_place(writer, &fresh, to).map_err(|error| VaultError::from_write(&error)));
    if written.is_err() {
        // Half a backup is worse than none; if it cannot be removed either, the error at hand says more.
        let _ = fs::remove_file(&fresh);
    }
    written
}

fn put_in_place(writer: BufWriter<File>, fresh: &Path, to: &Path) -> io::Result<()> {
    writer.into_inner()?.sync_all()?;
    fs::rename(fresh, to)?;
    #[cfg(unix)]
    if let Some(folder) = to.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Takes a backup apart into `folder`, which must be there. Files that are there already are not overwritten. After an
/// error none of its files are left.
///
/// # Errors
/// As [`open`] and [`OpenBackup::next_entry`], or a file cannot be written.
pub fn unpack(from: &Path, passphrase: &str, folder: &Path) -> Result<(Header, Vec<PathBuf>), VaultError> {
    let file = File::open(from).map_err(|error| VaultError::Read(error.kind()))?;
    let mut backup = open(BufReader::new(file), passphrase)?;
    let mut made = Vec::new();
    match unpack_all(&mut backup, folder, &mut made) {
        Ok(()) => Ok((backup.header(), made)),
        Err(error) => {
            for path in made {
                // The error at hand says more than one about cleaning up.
                let _ = fs::remove_file(path);
            }
            Err(error)
        }
    }
}

fn unpack_all(
    backup: &mut OpenBackup<impl Read>,
    folder: &Path,
    made: &mut Vec<PathBuf>,
) -> Result<(), VaultError> {
    while let Some((name, _)) = backup.next_entry()? {
        let path = folder.join(name);
        let mut file = private_file(&path).map_err(|error| VaultError::from_write(&error))?;
        made.push(path);
        let mut buffer = vec![0_u8; 65_536];
        loop {
            let read = backup
                .read(&mut buffer)
                .map_err(|error| VaultError::from_read(&error))?;
            let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else {
                break;
            };
            file.write_all(bytes)
                .map_err(|error| VaultError::from_write(&error))?;
        }
        file.sync_all().map_err(|error| VaultError::from_write(&error))?;
    }
    Ok(())
}

/// New, and readable by its owner only.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    // Two processes that write the same backup at once must not write into one file.
    name.push(format!(".{}.new", std::process::id()));
    path.with_file_name(name)
}

pub(crate) fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=NAME_MAX_BYTES).contains(&name.len()) && name.bytes().all(plain) && !name.starts_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CHEAP: Cost = Cost {
        memory_kib: 8,
        passes: 1,
        lanes: 1,
    };
    const HEAD: usize = 17 + 12 + 16 + 19 + 8 + 8;
    const CHUNK: usize = 65_536 + 16;

    fn sealed(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut contents: Vec<_> = files
            .iter()
            .map(|(name, bytes)| (*name, bytes.len(), *bytes))
            .collect();
        let entries = contents.iter_mut().map(|(name, bytes, content)| Entry {
            name,
            bytes: u64::try_from(*bytes).unwrap(),
            content,
        });
        seal_at(entries.collect(), Vec::new(), "ข้าว", 1_700_000_000_000, CHEAP).unwrap()
    }

    fn opened(backup: &[u8], passphrase: &str) -> Result<Vec<(String, Vec<u8>)>, VaultError> {
        let mut backup = open(backup, passphrase)?;
        let mut files = Vec::new();
        while let Some((name, _)) = backup.next_entry()? {
            let mut content = Vec::new();
            backup
                .read_to_end(&mut content)
                .map_err(|error| VaultError::from_read(&error))?;
            files.push((name, content));
        }
        Ok(files)
    }

    #[test]
    fn every_changed_or_missing_byte_is_noticed_and_told_apart() {
        let good = sealed(&[("ledger.sqlite", b"canary"), ("settings.toml", b"")]);
        assert!(
            !good
                .windows(6)
                .any(|window| window == b"canary" || window == b"ledger")
        );
        for at in 0..good.len() {
            for flip in [1, 0x80] {
                let mut bad = good.clone();
                bad[at] ^= flip;
                let error = opened(&bad, "ข้าว").unwrap_err();
                let expected: &[VaultError] = match at {
                    0..17 => &[VaultError::NotABackup, VaultError::TooNew],
                    // The length it claims is believed until the first chunk has opened.
                    72..80 => &[VaultError::WrongPassphraseOrDamaged, VaultError::Truncated],
                    _ => &[VaultError::WrongPassphraseOrDamaged],
                };
                assert!(expected.contains(&error), "{at}: {error:?}");
            }
            assert_eq!(
                opened(&good[..at], "ข้าว").unwrap_err(),
                VaultError::Truncated,
                "cut at {at}"
            );
        }
        for wrong in ["ข้า", "ข้าว ", "x"] {
            assert_eq!(
                opened(&good, wrong).unwrap_err(),
                VaultError::WrongPassphraseOrDamaged
            );
        }
        assert_eq!(opened(&good, "").unwrap_err(), VaultError::PassphraseMissing);
        let longer = [good.as_slice(), b"x"].concat();
        assert_eq!(
            opened(&longer, "ข้าว").unwrap_err(),
            VaultError::WrongPassphraseOrDamaged
        );
    }

    #[test]
    fn other_files_and_newer_backups_are_told_apart() {
        for (bytes, expected) in [
            (b"SQLite format 3\0 and so on".as_slice(), VaultError::NotABackup),
            (b"PK", VaultError::NotABackup),
            (b"KEPTANG-BACKUP one\n", VaultError::NotABackup),
            (b"KEPTANG-BACKUP 2\nwhatever comes", VaultError::TooNew),
            (b"KEPTANG-BACKUP 12\nwhatever comes", VaultError::TooNew),
            (b"", VaultError::Truncated),
            (b"KEPTANG-BACK", VaultError::Truncated),
            (b"KEPTANG-BACKUP 1\n", VaultError::Truncated),
        ] {
            assert_eq!(
                opened(bytes, "p").unwrap_err(),
                expected,
                "{}",
                String::from_utf8_lossy(bytes)
            );
        }
        let mut greedy = sealed(&[]);
        greedy[20] = 0xff;
        assert_eq!(
            opened(&greedy, "p").unwrap_err(),
            VaultError::WrongPassphraseOrDamaged,
            "no endless work"
        );
    }

    #[test]
    fn chunks_that_are_moved_repeated_or_left_out_are_noticed() {
        let content: Vec<u8> = (0..200_000_u32)
            .flat_map(u32::to_le_bytes)
            .take(3 * 65_536)
            .collect();
        let good = sealed(&[("a", &content)]);
        assert_eq!(good.len(), HEAD + 3 * CHUNK + (2 + 1 + 8 + 2) + 16);
        assert_eq!(opened(&good, "ข้าว").unwrap(), [("a".to_owned(), content)]);
        let chunk = |at: usize| &good[HEAD + at * CHUNK..HEAD + (at + 1) * CHUNK];
        let (head, last) = (&good[..HEAD], &good[HEAD + 3 * CHUNK..]);
        for order in [&[1, 0, 2][..], &[0, 2, 1], &[0, 0, 2], &[0, 1, 1]] {
            let parts: Vec<&[u8]> = std::iter::once(head)
                .chain(order.iter().map(|at| chunk(*at)))
                .chain([last])
                .collect();
            assert_eq!(
                opened(&parts.concat(), "ข้าว").unwrap_err(),
                VaultError::WrongPassphraseOrDamaged
            );
        }
        let shorter = [head, chunk(0), chunk(1), last].concat();
        assert_eq!(opened(&shorter, "ข้าว").unwrap_err(), VaultError::Truncated);
        let at_a_border = &good[..HEAD + 3 * CHUNK];
        assert_eq!(opened(at_a_border, "ข้าว").unwrap_err(), VaultError::Truncated);
        let other = sealed(&[("a", &vec![7; 3 * 65_536])]);
        let mixed = [&good[..HEAD + CHUNK], &other[HEAD + CHUNK..]].concat();
        assert_eq!(
            opened(&mixed, "ข้าว").unwrap_err(),
            VaultError::WrongPassphraseOrDamaged
        );
    }

    #[test]
    fn names_and_lengths_that_cannot_be_are_refused() {
        for name in ["", "a/b", "..", ".hidden", "a\\b", "ก", &"x".repeat(101)] {
            let entry = Entry {
                name,
                bytes: 0,
                content: &mut io::empty(),
            };
            let result = seal_at(vec![entry], Vec::new(), "p", 0, CHEAP);
            assert_eq!(result.err(), Some(VaultError::BadName), "{name}");
        }
        let twice = ["a", "a"].map(|name| (name, io::empty()));
        let mut twice = twice;
        let entries = twice
            .iter_mut()
            .map(|(name, content)| Entry {
                name,
                bytes: 0,
                content,
            })
            .collect();
        assert_eq!(
            seal_at(entries, Vec::new(), "p", 0, CHEAP).err(),
            Some(VaultError::BadName)
        );
        for said in [0, 2, 4] {
            let entry = Entry {
                name: "a",
                bytes: said,
                content: &mut b"abc".as_slice(),
            };
            let result = seal_at(vec![entry], Vec::new(), "p", 0, CHEAP);
            assert_eq!(result.err(), Some(VaultError::SourceChanged), "{said}");
        }
        let entry = Entry {
            name: "a",
            bytes: 0,
            content: &mut io::empty(),
        };
        assert_eq!(
            seal_at(vec![entry], Vec::new(), "", 0, CHEAP).err(),
            Some(VaultError::PassphraseMissing)
        );
    }

    #[test]
    fn what_it_says_of_itself_can_be_read_without_a_passphrase() {
        let says = crate::peek(sealed(&[("a", b"bcd")]).as_slice()).unwrap();
        assert_eq!(
            says,
            Header {
                created_at_ms: 1_700_000_000_000,
                plain_bytes: 2 + 1 + 8 + 3 + 2
            }
        );
        assert_ne!(
            sealed(&[])[29..64],
            sealed(&[])[29..64],
            "salt and nonce are used once"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

        /// What goes in comes out, whatever the lengths and however it is read.
        #[test]
        fn what_goes_in_comes_out(
            lengths in prop::collection::vec(prop_oneof![0..40_usize, 65_500..65_560_usize, 131_000..131_100_usize], 0..4),
            skipped in any::<bool>(),
        ) {
            let names = ["ledger.sqlite", "settings.toml", "A-1_b", "x"];
            let files: Vec<(&str, Vec<u8>)> = names.into_iter().zip(lengths).map(|(name, length)| {
                (name, (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect())
            }).collect();
            let borrowed: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
            let backup = sealed(&borrowed);
            let came_out = opened(&backup, "ข้าว").unwrap();
            let owned: Vec<(String, Vec<u8>)> = files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.clone())).collect();
            prop_assert!(came_out == owned);
            let mut backup = open(backup.as_slice(), "ข้าว").unwrap();
            let mut names = Vec::new();
            while let Some((name, bytes)) = backup.next_entry().unwrap() {
                if !skipped && bytes > 0 {
                    backup.read_exact(&mut [0]).unwrap();
                }
                names.push((name, usize::try_from(bytes).unwrap()));
            }
            let expected: Vec<_> = owned.into_iter().map(|(name, bytes)| (name, bytes.len())).collect();
            prop_assert_eq!(names, expected);
        }
    }
}
