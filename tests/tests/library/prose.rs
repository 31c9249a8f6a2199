//! How the sources, the README and the book are written.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// All Rust files below a folder.
fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            rust_files(&path, found);
        } else if name.ends_with(".rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_line_is_longer_than_120_columns_comments_included() {
    let mut files = Vec::new();
    for folder in ["core", "init", "sinkhorn", "ffi", "cli", "bench", "tests"] {
        rust_files(&root().join(folder), &mut files);
    }
    assert!(files.len() > 200, "only {} files", files.len());
    let mut long = Vec::new();
    for file in files {
        for (number, line) in std::fs::read_to_string(&file).unwrap().lines().enumerate() {
            // A text for users stays in one piece: nobody finds the halves of a message.
            let is_text = line.contains('"') || line.ends_with('\\');
            if line.chars().count() > 120 && !is_text {
                long.push(format!("{}:{}", file.display(), number + 1));
            }
        }
    }
    assert!(long.is_empty(), "{long:#?}");
}

/// The sentences of a page: no code, no tables, no headings.
fn sentences(page: &str) -> Vec<String> {
    let mut paragraphs = vec![String::new()];
    let mut is_code = false;
    for line in page.lines() {
        is_code ^= line.starts_with("```");
        let is_prose = !is_code && !line.starts_with("```") && !line.starts_with(['|', '#', '>', '!', '<', '{']);
        match line.strip_prefix("- ") {
            _ if !is_prose || line.trim().is_empty() => paragraphs.push(String::new()),
            Some(item) => paragraphs.push(item.into()),
            None => {
                let last = paragraphs.last_mut().unwrap();
                *last += line;
                *last += " ";
            }
        }
    }
    let ends = |word: &str| word.trim_end_matches([')', '"', '`', '*']).ends_with(['.', '!', '?']);
    let mut found = Vec::new();
    for paragraph in paragraphs {
        let mut sentence: Vec<&str> = Vec::new();
        for word in paragraph.split_whitespace() {
            sentence.push(word);
            if ends(word) {
                found.push(sentence.join(" "));
                sentence.clear();
            }
        }
        found.push(sentence.join(" "));
    }
    found.retain(|sentence| sentence.split_whitespace().count() > 1);
    found
}

#[test]
fn the_readme_and_the_book_have_short_sentences() {
    let book = ["introduction", "quick-start", "epsilon", "choosing-a-start", "conventions", "how-it-works"];
    let pages = book.map(|name| (format!("docs/{name}.md"), 4));
    for (page, least) in [("README.md".to_string(), 50)].into_iter().chain(pages) {
        let sentences = sentences(&std::fs::read_to_string(root().join(&page)).unwrap());
        let words = |sentence: &String| sentence.split_whitespace().count();
        let mean = sentences.iter().map(words).sum::<usize>() as f64 / sentences.len() as f64;
        let count = sentences.len();
        assert!(count > least && mean <= 18.0, "{page}: {mean:.1} words in each of {count} sentences");
        for sentence in &sentences {
            assert!(words(sentence) <= 35, "{page}: {} words: {sentence}", words(sentence));
        }
    }
}
