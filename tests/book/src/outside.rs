//! Links that leave the book: to files of the repository, which the book does not contain.

use std::path::{Component, Path, PathBuf};

use mdbook_markdown::pulldown_cmark::{Event, Options, Parser, Tag};
use mdbook_preprocessor::book::{Book, BookItem};
use mdbook_preprocessor::errors::Result;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};

use crate::REPOSITORY;

/// Gives them addresses. In the sources they are relative, so that they work where the repository is browsed.
pub struct Outside;

impl Preprocessor for Outside {
    fn name(&self) -> &str {
        "outside"
    }

    fn run(&self, _: &PreprocessorContext, mut book: Book) -> Result<Book> {
        book.for_each_mut(|item| {
            if let BookItem::Chapter(chapter) = item
                && let Some(path) = &chapter.path
            {
                chapter.content = with_addresses(&chapter.content, path.parent().unwrap_or(Path::new("")));
            }
        });
        Ok(book)
    }
}

/// The page with addresses for what lies outside of its book.
fn with_addresses(page: &str, folder: &Path) -> String {
    let mut changes = Vec::new();
    for (event, range) in Parser::new_ext(page, Options::ENABLE_TABLES).into_offset_iter() {
        let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event else { continue };
        // The address stands behind the text.
        if let Some(address) = address(&dest_url, folder)
            && let Some(at) = page[range.clone()].rfind(&*dest_url)
        {
            changes.push((range.start + at, dest_url.len(), address));
        }
    }
    let mut text = page.to_string();
    for (at, len, address) in changes.into_iter().rev() {
        text.replace_range(at..at + len, &address);
    }
    text
}

/// The address of a file outside of the book.
fn address(link: &str, folder: &Path) -> Option<String> {
    if link.contains("://") || link.starts_with('#') {
        return None;
    }
    let (path, anchor) =
        link.split_once('#').map_or((link, String::new()), |(path, anchor)| (path, format!("#{anchor}")));
    let mut steps = PathBuf::from("docs");
    for step in folder.join(path).components() {
        match step {
            Component::ParentDir => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    let is_inside = steps.starts_with("docs");
    (!is_inside).then(|| format!("{REPOSITORY}/blob/main/{}{anchor}", steps.display()))
}
