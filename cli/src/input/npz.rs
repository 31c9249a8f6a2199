//! NPZ: NPY files in a zip archive.

use std::io::{self, BufReader, ErrorKind, Read, Seek};

use sinkhorn_core::Real;
use zip::ZipArchive;
use zip::result::ZipError;

use super::columns::listed;
use super::npy;
use super::request::Request;
use super::table::Table;
use crate::process::Failure;

/// More than this much of a byte cannot be hidden in it.
const MOST_DEFLATED: u64 = 1032;

/// What an array may unpack to, so that a small archive cannot fill the memory: so many bytes of numbers, as they are
/// in memory, and so many times the archive.
const UNPACKED: (u64, u64) = (64 << 20, 50);

/// Arrays of an archive.
const MOST_ENTRIES: usize = 100_000;

/// Whether these are the first bytes of an archive; one without contents begins with its end.
pub fn begins(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

/// Reads the array that was asked for, or the only one.
pub fn read<T: Real>(request: &Request<'_>, file: impl Read + Seek, length: u64) -> Result<Table<T>, Failure> {
    let refuse = |error| damaged(request, error);
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(refuse)?;
    if archive.len() > MOST_ENTRIES {
        return Err(request.failure(format!("more than {MOST_ENTRIES} files in the archive")));
    }
    let index = find(request, &archive)?;
    let entry = archive.by_index(index).map_err(refuse)?;
    let (size, compressed) = (entry.size(), entry.compressed_size());
    if compressed > length || size / MOST_DEFLATED > compressed {
        return Err(request.failure("damaged archive: it claims more than there is"));
    }
    let most = UNPACKED.0 + UNPACKED.1 * length;
    if size > most {
        return Err(request.too_large(most));
    }
    // An entry that goes on beyond its size is damaged; to find that out takes one byte, not all that it unpacks to.
    let mut entry = Undamaged(entry.take(size + 1));
    let mut head = Vec::new();
    (&mut entry).take(npy::MAGIC.len() as u64).read_to_end(&mut head).map_err(|error| request.broken(&error))?;
    if head != npy::MAGIC {
        check_sum(request, &mut entry)?;
        return Err(request.failure("this part of the archive is not an NPY file"));
    }
    let table = npy::read(request, head.chain(&mut entry), npy::Available { bytes: Some(size), numbers: most / 8 })?;
    check_sum(request, &mut entry)?;
    if entry.0.limit() == 0 {
        return Err(request.failure("damaged archive: it claims less than there is"));
    }
    Ok(table)
}

/// Reads to the end, where the checksum is compared.
fn check_sum(request: &Request<'_>, entry: &mut impl Read) -> Result<(), Failure> {
    io::copy(entry, &mut io::sink()).map(drop).map_err(|error| request.broken(&error))
}

/// The place of the array in the archive.
fn find<R: Read + Seek>(request: &Request<'_>, archive: &ZipArchive<R>) -> Result<usize, Failure> {
    let names: Vec<String> = archive.file_names().flatten().map(|name| name.into_owned()).collect();
    let arrays: Vec<&str> = names.iter().filter_map(|name| name.strip_suffix(".npy")).collect();
    let found = match (request.array, &arrays[..]) {
        (_, []) => return Err(request.failure(no_arrays(&names))),
        (Some(array), _) if arrays.contains(&array) => array,
        (Some(array), _) => {
            let message = format!("there is no array {array:?} in the archive, but {}", listed(arrays.iter().copied()));
            return Err(request.failure(message));
        }
        (None, [only]) => only,
        (None, _) => {
            let hint = "choose one as FILE.npz:NAME";
            return Err(request.failure(format!(
                "there are several arrays in the archive, {}: {hint}",
                listed(arrays.iter().copied())
            )));
        }
    };
    archive.index_for_name(&format!("{found}.npy")).ok_or_else(|| damaged(request, ZipError::FileNotFound))
}

/// What the archive is, if not one of arrays.
fn no_arrays(names: &[String]) -> &'static str {
    let has = |name: &str| names.iter().any(|other| other == name);
    if names.iter().any(|name| name.starts_with("xl/")) {
        "an Excel workbook: save the sheet as CSV"
    } else if has("content.xml") && has("mimetype") {
        "an OpenDocument file: save the sheet as CSV"
    } else if names.iter().any(|name| [".csv", ".tsv", ".txt"].iter().any(|ending| name.ends_with(ending))) {
        "a zip archive of text: unpack it on the way, unzip -p FILE | sinkhorn ... -"
    } else {
        "there are no arrays in the archive"
    }
}

fn damaged(request: &Request<'_>, error: ZipError) -> Failure {
    match error {
        ZipError::Io(error) if error.raw_os_error().is_some() => request.broken(&error),
        ZipError::Io(error) => request.failure(format!("damaged archive: {error}")),
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => request.failure("the archive is encrypted"),
        ZipError::CompressionMethodNotSupported(_) | ZipError::UnsupportedArchive(_) => {
            request.failure(format!("this kind of archive is not read ({error}): use deflate, as NumPy does"))
        }
        ZipError::InvalidArchive(reason) => request.failure(format!("damaged archive: {reason}")),
        error => request.failure(format!("damaged archive: {error}")),
    }
}

/// A part of an archive; what is wrong with it is told as such.
struct Undamaged<R>(R);

impl<R: Read> Read for Undamaged<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| match error.raw_os_error() {
            Some(_) => error,
            None => io::Error::new(ErrorKind::InvalidData, format!("damaged archive: {error}")),
        })
    }
}
