//! Looks for links that lead nowhere in the pages as they are built.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use crate::REPOSITORY;

/// What was found.
pub struct Report {
    pub pages: usize,
    pub links: usize,
    pub problems: Vec<String>,
}

/// The values of an attribute in a page.
fn values<'p>(page: &'p str, attribute: &str) -> Vec<&'p str> {
    let begin = format!(" {attribute}=\"");
    page.split(&*begin).skip(1).filter_map(|rest| rest.split_once('"')).map(|(value, _)| value).collect()
}

impl Report {
    /// Looks at all pages of a folder, and at the repository for links that leave the book.
    pub fn of(html: &Path, repository: &Path) -> io::Result<Self> {
        let mut pages = BTreeMap::new();
        for entry in std::fs::read_dir(html)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            // All chapters once more, and a list of them in a frame.
            if name.ends_with(".html") && !["print.html", "toc.html", "404.html"].contains(&&*name) {
                pages.insert(name, std::fs::read_to_string(&path)?);
            }
        }
        let anchors: BTreeMap<&str, BTreeSet<&str>> =
            pages.iter().map(|(name, page)| (&**name, values(page, "id").into_iter().collect())).collect();
        let (mut links, mut problems) = (0, Vec::new());
        for (name, page) in &pages {
            for link in [values(page, "href"), values(page, "src")].concat() {
                let why = Self::fault(link, name, html, repository, &anchors);
                links += 1;
                if let Some(why) = why {
                    problems.push(format!("{name}: {link}: {why}"));
                }
            }
        }
        Ok(Report { pages: pages.len(), links, problems })
    }

    fn fault(
        link: &str,
        page: &str,
        html: &Path,
        repository: &Path,
        anchors: &BTreeMap<&str, BTreeSet<&str>>,
    ) -> Option<&'static str> {
        if let Some(path) =
            ["blob", "edit"].iter().find_map(|kind| link.strip_prefix(&*format!("{REPOSITORY}/{kind}/main/")))
        {
            let path = path.split('#').next().unwrap_or_default();
            return (!repository.join(path).exists()).then_some("no such file in the repository");
        }
        if link.contains("://") || link.starts_with("data:") {
            return None;
        }
        let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
        let path = if path.is_empty() { page } else { path };
        if !html.join(path).is_file() {
            return Some("no such file");
        }
        let has_anchor = anchors.get(path).is_none_or(|ids| ids.contains(anchor));
        (!anchor.is_empty() && !has_anchor).then_some("no such heading")
    }
}
