//! Which pairs: those of a list, or all of a folder.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::input::{Source, listed};
use crate::process::Failure;
use crate::terminal::{self, plural};

/// Files, and pairs of them by number.
pub struct Pairs {
    pub files: Vec<Source>,
    pub list: Vec<(usize, usize)>,
    pub layout: Layout,
    /// Files of a folder that are not taken for points, and why.
    left_out: Vec<String>,
    /// What names them, if it is a file.
    pub list_file: Option<Source>,
}

/// What becomes of the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One a line.
    List,
    /// A square matrix; only pairs with i <= j are computed, or i < j where the diagonal is zero.
    Matrix,
}

/// Files of a folder that are taken for points.
const ENDINGS: [&str; 6] = ["csv", "tsv", "txt", "npy", "jsonl", "ndjson"];

/// Files that may hold points and are not read: nobody is left to wonder.
const OTHERS: [&str; 17] = [
    "gz", "xz", "zst", "bz2", "zip", "npz", "json", "parquet", "arrow", "feather", "xlsx", "xls", "ods", "h5", "hdf5",
    "dat", "data",
];

impl Pairs {
    /// `with_diagonal`: pairs of a file and itself are among all pairs of a folder.
    pub fn find(input: &Path, with_diagonal: bool) -> Result<Self, Failure> {
        if input.is_dir() { Pairs::of_folder(input, with_diagonal) } else { Pairs::of_list(input) }
    }

    fn of_folder(folder: &Path, with_diagonal: bool) -> Result<Self, Failure> {
        let refuse = |error: std::io::Error| Failure::io(folder.display(), &error);
        let (mut paths, mut left_out) = (Vec::new(), Vec::new());
        for entry in std::fs::read_dir(folder).map_err(refuse)? {
            let path = entry.map_err(refuse)?.path();
            let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            match ending.as_deref() {
                _ if !path.is_file() || name.starts_with('.') => {}
                Some(ending) if ENDINGS.contains(&ending) => paths.push(path),
                Some(ending) if OTHERS.contains(&ending) => left_out.push(name),
                _ => {}
            }
        }
        paths.sort();
        left_out.sort();
        if paths.len() < 2 {
            let (name, count) = (folder.display(), plural(paths.len(), "file"));
            return Err(Failure::data(format!("{name}: {count} of points where two or more are needed")));
        }
        let files: Vec<_> = paths.iter().map(|path| Source::new(path.as_os_str())).collect();
        let first = usize::from(!with_diagonal);
        let list = (0..files.len()).flat_map(|i| (i + first..files.len()).map(move |j| (i, j))).collect();
        Ok(Pairs { files, list, layout: Layout::Matrix, left_out, list_file: None })
    }

    fn of_list(input: &Path) -> Result<Self, Failure> {
        let source = Source::new(input.as_os_str());
        let name = source.name();
        let refuse = |error: std::io::Error| Failure::io(&name, &error);
        let text = match source.path() {
            None => std::io::read_to_string(std::io::stdin()).map_err(refuse)?,
            Some(path) => std::fs::read_to_string(path).map_err(|error| match error.kind() {
                std::io::ErrorKind::InvalidData => {
                    Failure::data(format!("{name}: not a list of files: it is not UTF-8"))
                }
                _ => refuse(error),
            })?,
        };
        let folder = source.path().and_then(Path::parent).unwrap_or(Path::new(""));
        let mut found = Pairs {
            files: Vec::new(),
            list: Vec::new(),
            layout: Layout::List,
            left_out: Vec::new(),
            list_file: Some(source.clone()),
        };
        let mut numbers = HashMap::new();
        for (number, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let fields = fields(line);
            let [x, y] = &fields[..] else {
                let (line, fields) = (number + 1, plural(fields.len(), "field"));
                return Err(Failure::data(format!(
                    "{name}:{line}: {fields} where two file names, separated by a comma, are needed"
                )));
            };
            for name_of_file in [x, y] {
                if name_of_file.is_empty() || name_of_file == "-" {
                    let line = number + 1;
                    return Err(Failure::data(format!("{name}:{line}: {name_of_file:?} is no file")));
                }
                let path = folder.join(name_of_file);
                if let Err(error) =
                    Source::new(path.as_os_str()).path().map_or(Ok(()), |path| path.metadata().map(drop))
                {
                    return Err(Failure::io(format!("{name}:{}: {}", number + 1, path.display()), &error));
                }
            }
            let pair = (found.number(&mut numbers, folder, x), found.number(&mut numbers, folder, y));
            found.list.push(pair);
        }
        if found.list.is_empty() {
            return Err(Failure::data(format!("{name}: the list has no pairs")));
        }
        Ok(found)
    }

    /// Whether a file was not named by anybody and may be text about the others.
    pub fn may_be_words(&self, file: usize) -> bool {
        let ending = self.files[file].path().and_then(Path::extension);
        self.layout == Layout::Matrix && ending.is_some_and(|ending| ending.eq_ignore_ascii_case("txt"))
    }

    /// Goes on without a file that could not be read, if enough are left.
    pub fn leave_out(&mut self, file: usize, why: Failure) -> Result<(), Failure> {
        if self.files.len() < 3 {
            return Err(why);
        }
        let removed = self.files.remove(file);
        let name = removed.path().and_then(Path::file_name).unwrap_or_default();
        self.left_out.push(name.to_string_lossy().into_owned());
        self.list.retain(|&(i, j)| i != file && j != file);
        let renumbered = |k: usize| if k > file { k - 1 } else { k };
        self.list.iter_mut().for_each(|pair| *pair = (renumbered(pair.0), renumbered(pair.1)));
        Ok(())
    }

    /// Says which files of the folder are no points.
    pub fn tell_left_out(&self, folder: &Path) {
        if !self.left_out.is_empty() {
            let names = listed(self.left_out.iter().map(String::as_str));
            terminal::note(&format!("{}: left out as no files of points: {names}", folder.display()));
        }
    }

    /// The number of a file, which is read once however often it is named.
    fn number(&mut self, numbers: &mut HashMap<PathBuf, usize>, folder: &Path, name: &str) -> usize {
        *numbers.entry(folder.join(name)).or_insert_with_key(|path| {
            self.files.push(Source::new(path.as_os_str()));
            self.files.len() - 1
        })
    }
}

/// Of a line of CSV: a name in quotes may hold a comma.
fn fields(line: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).trim(csv::Trim::All).from_reader(line.as_bytes());
    let record = reader.records().next().and_then(Result::ok).unwrap_or_default();
    let mut fields: Vec<String> = record.iter().map(str::to_owned).collect();
    while fields.last().is_some_and(String::is_empty) {
        fields.pop();
    }
    fields
}
