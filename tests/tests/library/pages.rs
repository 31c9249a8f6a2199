//! The pages of the repository: their links lead somewhere, and the book's programs are tested.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// All pages below a folder, relative to the root.
fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(root().join(folder)).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let path = folder.join(&name);
        if root().join(&path).is_dir() {
            if name != "target" && name != ".git" {
                pages(&path, found);
            }
        } else if name.ends_with(".md") {
            found.push(path);
        }
    }
}

/// The links of a page and the anchors of its headings, as GitHub and mdBook make them.
fn links_and_anchors(text: &str) -> (Vec<String>, BTreeSet<String>) {
    let (mut links, mut anchors, mut heading) = (Vec::new(), BTreeSet::new(), None);
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match (event, &mut heading) {
            (Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }), _) => links.push(dest_url.into()),
            (Event::Start(Tag::Heading { .. }), heading) => *heading = Some(String::new()),
            (Event::Text(text) | Event::Code(text), Some(heading)) => heading.push_str(&text),
            (Event::End(TagEnd::Heading(_)), heading) => {
                let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
                let slug: String = heading.take().unwrap_or_default().to_lowercase().chars().filter(kept).collect();
                let slug = slug.replace(' ', "-");
                let numbered = (1..).map(|k| format!("{slug}-{k}"));
                let free = std::iter::once(slug.clone()).chain(numbered).find(|slug| !anchors.contains(slug));
                anchors.extend(free);
            }
            _ => {}
        }
    }
    (links, anchors)
}

/// The path that a link of a page leads to, relative to the root.
fn target(page: &Path, link: &str) -> PathBuf {
    let mut steps = PathBuf::new();
    for step in page.parent().unwrap().join(link).components() {
        match step {
            Component::ParentDir => assert!(steps.pop(), "{}: {link} leaves the repository", page.display()),
            step => steps.push(step),
        }
    }
    steps
}

#[test]
fn links_of_all_pages_lead_somewhere() {
    let mut found = Vec::new();
    pages(Path::new(""), &mut found);
    let read = |page: &PathBuf| links_and_anchors(&std::fs::read_to_string(root().join(page)).unwrap());
    let all: BTreeMap<PathBuf, _> = found.iter().map(|page| (page.clone(), read(page))).collect();
    let (mut count, mut dead) = (0, Vec::new());
    for (page, (links, _)) in &all {
        for link in links {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            count += 1;
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let path = if path.is_empty() { page.clone() } else { target(page, path) };
            let is_there = root().join(&path).exists();
            let has_anchor = anchor.is_empty() || all.get(&path).is_some_and(|(_, anchors)| anchors.contains(anchor));
            if !is_there || !has_anchor {
                dead.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(all.len() > 20 && count > 100, "{} pages with {count} links", all.len());
    assert!(dead.is_empty(), "{dead:#?}");
}

#[test]
fn a_dead_link_is_found() {
    let (links, anchors) = links_and_anchors("# One `a`\n# One a\n[x](y.md#z) ![p](q.svg)\n\n## Where it is, too\n");
    assert_eq!(links, ["y.md#z", "q.svg"]);
    assert_eq!(anchors.into_iter().collect::<Vec<_>>(), ["one-a", "one-a-1", "where-it-is-too"]);
}

#[test]
fn the_book_has_all_its_pages_and_their_programs_are_tested() {
    let docs = root().join("docs");
    let summary = std::fs::read_to_string(docs.join("SUMMARY.md")).unwrap();
    let tested = std::fs::read_to_string(root().join("sinkhorn/src/lib.rs")).unwrap();
    for entry in std::fs::read_dir(&docs).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.ends_with(".md") || name == "SUMMARY.md" {
            continue;
        }
        assert!(summary.contains(&format!("({name})")), "docs/SUMMARY.md has no {name}");
        let has_programs = std::fs::read_to_string(&path).unwrap().contains("```rust");
        let is_tested = tested.contains(&format!("include_str!(\"../../docs/{name}\")"));
        assert!(is_tested || !has_programs, "sinkhorn/src/lib.rs does not test the programs of docs/{name}");
    }
}
