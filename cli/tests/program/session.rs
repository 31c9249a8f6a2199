//! The sessions of the pages, run and compared. `TRYCMD=overwrite` writes what the program prints into them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::support::Folder;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().into()
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            std::fs::copy(&path, target).unwrap();
        }
    }
}

/// Runs the sessions of a page in a folder with the program's data where the page has it. Returns the folder, which is
/// in one that goes away.
fn check(page: &Path, data: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join(page.file_name().unwrap());
    std::fs::copy(page, &copy).unwrap();
    // Commands run in the folder of that name, where there is one.
    copy_folder(&root().join("cli/data"), &copy.with_extension("in").join(data));
    let cases = trycmd::TestCases::new();
    cases.case(&copy).timeout(Duration::from_secs(300));
    // Runs when it goes away, and panics where a session differs.
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(cases)));
    if std::env::var("TRYCMD").is_ok_and(|mode| mode == "overwrite") {
        std::fs::copy(&copy, page).unwrap();
    } else if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
    let ran_in = copy.with_extension("in");
    (folder, ran_in)
}

#[test]
fn the_page_of_the_command_line() {
    check(&root().join("cli/README.md"), "data");
}

#[test]
fn the_front_page() {
    check(&root().join("README.md"), "cli/data");
}

/// `SINKHORN_UPDATE_SNAPSHOTS=1` draws the pictures anew.
#[test]
fn the_book() {
    let docs = root().join("docs");
    let mut drawn = BTreeSet::new();
    for entry in std::fs::read_dir(&docs).unwrap() {
        let page = entry.unwrap().path();
        let is_page = page.extension().is_some_and(|extension| extension == "md");
        if !is_page || !std::fs::read_to_string(&page).unwrap().contains("```console") {
            continue;
        }
        let (_folder, ran_in) = check(&page, "cli/data");
        for entry in std::fs::read_dir(ran_in).unwrap() {
            let picture = entry.unwrap();
            let name = picture.file_name().into_string().unwrap();
            if !name.ends_with(".svg") {
                continue;
            }
            let committed = docs.join("pictures").join(&name);
            if std::env::var_os("SINKHORN_UPDATE_SNAPSHOTS").is_some() {
                std::fs::copy(picture.path(), &committed).unwrap();
            }
            let is_same = std::fs::read(&committed).ok() == std::fs::read(picture.path()).ok();
            assert!(is_same, "{} is not what {} draws", committed.display(), page.display());
            assert!(drawn.insert(name), "two sessions draw {}", committed.display());
        }
    }
    let committed = std::fs::read_dir(docs.join("pictures")).unwrap();
    let committed: BTreeSet<String> =
        committed.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(drawn == committed && drawn.len() >= 4, "drawn: {drawn:?}; in the book: {committed:?}");
}

#[test]
fn help() {
    check(&root().join("cli/tests/snapshots/help.md"), "data");
}

#[test]
fn the_other_commands() {
    check(&root().join("cli/tests/snapshots/session.md"), "data");
}

/// `SINKHORN_UPDATE_SNAPSHOTS=1` draws it anew.
#[test]
fn the_picture_of_the_front_page_is_what_its_command_draws() {
    let folder = Folder::new();
    let town = root().join("cli/data/town");
    copy_folder(&town, &folder.path("town"));
    let options = "--columns east,north --weights-column people --plot drawn.svg";
    assert_eq!(folder.run(&format!("solve town/homes.csv town/shops.csv {options}")).code, 0);
    if std::env::var_os("SINKHORN_UPDATE_SNAPSHOTS").is_some() {
        std::fs::copy(folder.path("drawn.svg"), town.join("town.svg")).unwrap();
    }
    let committed = std::fs::read_to_string(town.join("town.svg")).unwrap();
    assert!(folder.read("drawn.svg") == committed, "cli/data/town/town.svg is of another state");
}
