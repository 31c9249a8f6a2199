//! Files that are written whole or not at all: each is written beside its target under a temporary name; only when all
//! are complete do they take their places. A device or a pipe is written to directly.

use std::fs::{File, Metadata};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};

use super::nameless;
use crate::input::Source;
use crate::process::{Failure, interrupt};

/// A file to be written.
#[derive(Debug, Clone)]
pub struct Target {
    option: &'static str,
    path: PathBuf,
    format: Format,
}

/// What a file is, which its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    Npy,
    Svg,
    Html,
    Json,
    Man,
}

/// Tables of numbers.
pub const NUMBERS: &[Format] = &[Format::Csv, Format::Npy];

impl Format {
    const fn ending(self) -> &'static str {
        match self {
            Format::Csv => ".csv",
            Format::Npy => ".npy",
            Format::Svg => ".svg",
            Format::Html => ".html",
            Format::Json => ".json",
            Format::Man => ".1",
        }
    }
}

impl Target {
    /// `option` is the one that named it. The extension decides which of the formats it is.
    pub fn new(option: &'static str, path: PathBuf, formats: &[Format]) -> Result<Self, Failure> {
        let name = path.to_string_lossy().to_ascii_lowercase();
        match formats.iter().find(|format| name.ends_with(format.ending())) {
            Some(&format) => Ok(Target { option, path, format }),
            None => {
                let endings: Vec<_> = formats.iter().map(|format| format.ending()).collect();
                let endings = endings.join(" or ");
                Err(Failure::usage(format!("{option} {}: the name must end in {endings}", path.display())))
            }
        }
    }

    /// Where it was asked for.
    pub fn of(option: &'static str, path: Option<&PathBuf>, formats: &[Format]) -> Result<Option<Self>, Failure> {
        path.map(|path| Target::new(option, path.clone(), formats)).transpose()
    }

    /// Whether it would be one of the files of a folder.
    pub fn lies_in(&self, folder: &Path) -> bool {
        let full = |path: &Path| path.canonicalize().ok();
        full(folder_of(&self.path)).is_some_and(|own| full(folder) == Some(own))
    }

    pub fn format(&self) -> Format {
        self.format
    }

    fn refuse(&self, error: &io::Error) -> Failure {
        Failure::io(self.path.display(), error)
    }
}

/// Refuses outputs that would overwrite an input or each other.
pub fn check<'a>(
    targets: impl IntoIterator<Item = Option<&'a Target>>,
    inputs: &mut dyn Iterator<Item = &Source>,
) -> Result<(), Failure> {
    let targets: Vec<&Target> = targets.into_iter().flatten().collect();
    for target in &targets {
        through_link(&target.path).map_err(|error| target.refuse(&error))?;
    }
    for input in inputs {
        // Standard input may be a file as well: one that the shell has opened.
        let path = input.path().unwrap_or(Path::new("/dev/stdin"));
        if let Some(target) = targets.iter().find(|target| same_file(path, &target.path)) {
            let name = target.path.display();
            return Err(Failure::usage(format!("{} {name} would overwrite an input", target.option)));
        }
    }
    for (k, target) in targets.iter().enumerate() {
        if let Some(other) = targets[..k].iter().find(|other| same_file(&other.path, &target.path)) {
            return Err(Failure::usage(format!("{} and {} name the same file", other.option, target.option)));
        }
    }
    Ok(())
}

fn same_file(p: &Path, q: &Path) -> bool {
    let full = |path: &Path| {
        // A file that is to be written need not exist yet; its folder does.
        let path = through_link(path).ok()?;
        path.canonicalize().ok().or_else(|| Some(folder_of(&path).canonicalize().ok()?.join(path.file_name()?)))
    };
    p == q || full(p).is_some_and(|p| full(q) == Some(p))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A file that is complete but not in its place.
#[must_use]
pub struct Staged {
    /// `None` for what was written directly.
    file: Option<Temporary>,
    place: PathBuf,
    target: Target,
}

/// Where a file is until it takes its place.
enum Temporary {
    /// Nowhere: it goes away with the program, however that ends.
    Nameless(File),
    Named(TempPath),
}

/// Writes what `write` does beside its target.
pub fn stage(target: &Target, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<Staged, Failure> {
    let refuse = |error| target.refuse(&error);
    let place = through_link(&target.path).map_err(refuse)?;
    let (file, temporary) = open(&place).map_err(refuse)?;
    let staged = Staged { file: temporary, place, target: target.clone() };
    let mut writer = BufWriter::new(file);
    write(&mut writer).and_then(|()| writer.flush()).map_err(refuse)?;
    if staged.file.is_some() {
        // What takes the place of another file is on the disk before that is gone.
        writer.get_ref().sync_all().map_err(refuse)?;
    }
    Ok(staged)
}

/// What a link names, so that it stays one; there need not be anything yet.
fn through_link(path: &Path) -> io::Result<PathBuf> {
    if let Ok(path) = path.canonicalize() {
        return Ok(path);
    }
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(to) = path.read_link() else { return Ok(path) };
        path = folder_of(&path).join(to);
    }
    Err(io::Error::other("links that lead to each other, and to no file"))
}

/// As systems have it: more are a circle.
const MOST_LINKS: usize = 40;

/// A device or a pipe itself; otherwise a file under another name, which is given too.
fn open(place: &Path) -> io::Result<(File, Option<Temporary>)> {
    if place.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    // What may not be written to is not replaced.
    let before = if place.exists() { Some(File::options().append(true).open(place)?) } else { None };
    if let Some(device) = before.as_ref().filter(|_| !place.is_file()) {
        return Ok((device.try_clone()?, None));
    }
    let (file, temporary) = match nameless::create(folder_of(place)) {
        Some(file) => (file.try_clone()?, Temporary::Nameless(file)),
        None => {
            let (file, path) = interrupt::begin_file(|| temporary_beside(place))?.into_parts();
            (file, Temporary::Named(path))
        }
    };
    if let Some(before) = before {
        keep_owner_and_mode(&file, &before.metadata()?);
    }
    Ok((file, Some(temporary)))
}

/// Those of the file that is replaced, as far as the system lets: a private file stays private.
#[cfg(unix)]
fn keep_owner_and_mode(file: &File, before: &Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    // One by one: a member of the group may keep that, if not the owner.
    let _ = fchown(file, None, Some(before.gid()));
    let _ = fchown(file, Some(before.uid()), None);
    let _ = file.set_permissions(before.permissions());
}

#[cfg(not(unix))]
fn keep_owner_and_mode(_: &File, _: &Metadata) {}

fn temporary_beside(place: &Path) -> io::Result<NamedTempFile> {
    let folder = folder_of(place);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".sinkhorn-").suffix(".tmp");
    // A temporary file is private by default, and would stay so under its final name.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder).map_err(|error| {
        // The message of tempfile ends with a name that the user has never seen.
        io::Error::other(match error.kind() {
            ErrorKind::NotFound => format!("there is no folder {folder:?}"),
            kind => format!("{kind}: the folder {folder:?}"),
        })
    })
}

impl Staged {
    /// Renames it to its final name, over what was there.
    fn commit(mut self) -> Result<(), Failure> {
        let named = match self.file.take() {
            None => return Ok(()),
            Some(Temporary::Nameless(file)) => nameless::name(&file, &self.place),
            Some(Temporary::Named(file)) => {
                let path = file.to_path_buf();
                interrupt::end_file(&path, || file.persist(&self.place)).map_err(|failed| failed.error)
            }
        };
        named.map_err(|error| self.target.refuse(&error))?;
        // The new name is on the disk as well, where the system lets folders be synced.
        let _ = File::open(folder_of(&self.place)).and_then(|folder| folder.sync_all());
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if let Some(Temporary::Named(file)) = self.file.take() {
            let path = file.to_path_buf();
            interrupt::end_file(&path, || drop(file));
        }
    }
}

/// Puts all in their places.
pub fn commit(staged: impl IntoIterator<Item = Option<Staged>>) -> Result<(), Failure> {
    // All are collected, and so written, before the first is renamed.
    let staged: Vec<Staged> = staged.into_iter().flatten().collect();
    staged.into_iter().try_for_each(Staged::commit)
}
