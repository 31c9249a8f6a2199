//! `include/sinkhorn.h`: made from the sources, and in step with what the libraries export.

mod float;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::library::{embedded, hosted, root, run};

/// The header as it should be.
fn made() -> String {
    let folder = root().join("ffi");
    let mut config = cbindgen::Config::from_file(folder.join("cbindgen.toml")).expect("ffi/cbindgen.toml");
    let parts = env!("CARGO_PKG_VERSION").split('.');
    for (name, part) in ["@MAJOR@", "@MINOR@", "@PATCH@"].iter().zip(parts) {
        config.after_includes = config.after_includes.map(|text| text.replace(name, part));
    }
    let mut text = Vec::new();
    let bindings = cbindgen::Builder::new().with_src(float::side_by_side()).with_config(config).generate();
    bindings.expect("cbindgen reads the sources").write(&mut text);
    let text = String::from_utf8(text).expect("the header is text");
    // A macro may stand anywhere in an expression.
    let line = |line: &str| match line.strip_prefix("#define ").and_then(|rest| rest.split_once(" -")) {
        Some((name, number)) => format!("#define {name} (-{number})\n"),
        None => format!("{line}\n"),
    };
    let text: String = text.lines().map(line).collect();
    // Opened by the configuration.
    text.replace("\n#endif  /* SINKHORN_H */", "\n#ifdef __cplusplus\n}\n#endif\n\n#endif  /* SINKHORN_H */")
}

#[test]
fn the_committed_header_is_fresh() {
    let (path, made) = (root().join("include/sinkhorn.h"), made());
    if std::env::var_os("SINKHORN_UPDATE_HEADER").is_some() {
        std::fs::write(&path, &made).expect("include/ can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = made.lines().zip(committed.lines()).position(|(new, old)| new != old);
    assert!(
        made == committed,
        "include/sinkhorn.h is stale (line {}); make it anew with\n    \
         SINKHORN_UPDATE_HEADER=1 cargo test -p sinkhorn-tests --test c_abi",
        differs.map_or("at its end".into(), |line| (line + 1).to_string())
    );
}

#[test]
fn the_header_knows_only_c() {
    let text = made();
    for word in ["Safety", "[`", "&mut", "Option", "usize", "f64::", "@"] {
        assert!(!text.contains(word), "{word} in the header");
    }
    let longest = text.lines().map(str::len).max();
    assert!(longest <= Some(120), "a line of {longest:?} characters");
}

/// The first page of the header lists every function once: by its name, or by what both scalars have of it.
#[test]
fn the_index_of_the_header_lists_all_functions() {
    let text = made();
    let (_, index) = text.split_once("Functions by task.").expect("an index");
    let (index, _) = index.split_once("\n *\n * C99").expect("its end");
    let mut listed: Vec<&str> = index.split_whitespace().filter(|word| word.starts_with("sinkhorn_")).collect();
    listed.sort_unstable();
    let declared = declared();
    let names: BTreeSet<&str> =
        declared.iter().map(|name| name.trim_end_matches("f64").trim_end_matches("f32")).collect();
    assert_eq!(listed, names.into_iter().collect::<Vec<_>>());
}

/// The functions that a header declares.
fn declared() -> BTreeSet<String> {
    let text = made();
    let mut code = String::new();
    for (index, part) in text.split("/*").enumerate() {
        code.push_str(if index == 0 { part } else { part.split_once("*/").expect("comments end").1 });
    }
    let name = |text: &str| text.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("").to_string();
    let mut names: BTreeSet<String> = code.match_indices('(').map(|(end, _)| name(&code[..end])).collect();
    names.retain(|name| name.starts_with("sinkhorn_"));
    assert!(names.len() >= 8, "{names:?}");
    names
}

/// The symbols of a library that other files can see, without versions.
fn exported(library: &Path, dynamic: bool) -> BTreeSet<String> {
    let mut nm = Command::new("nm");
    nm.args(["--defined-only", "--extern-only", "--format=posix"]);
    if dynamic {
        nm.arg("--dynamic");
    }
    let text = run(nm.arg(library));
    text.lines().filter_map(|line| line.split_whitespace().next()).map(String::from).collect()
}

#[test]
fn the_shared_library_exports_what_is_declared_and_nothing_else() {
    assert_eq!(exported(&hosted().join("libsinkhorn.so"), true), declared());
}

#[test]
fn the_static_libraries_define_what_is_declared() {
    for folder in [hosted(), embedded()] {
        let mut symbols = exported(&folder.join("libsinkhorn.a"), false);
        symbols.retain(|name| name.starts_with("sinkhorn_"));
        assert_eq!(symbols, declared(), "{}", folder.display());
    }
}

#[test]
fn the_embedded_library_asks_for_nothing_but_memory_functions() {
    let library = embedded().join("libsinkhorn.a");
    let text = run(Command::new("nm").args(["--undefined-only", "--format=posix"]).arg(&library));
    let defined = exported(&library, false);
    let mut seen = 0;
    for name in text.lines().filter(|line| !line.ends_with(':')).filter_map(|line| line.split_whitespace().next()) {
        seen += 1;
        // Names with two underscores are the compiler's own run-time functions, such as __udivti3.
        let allowed = ["memcpy", "memmove", "memset", "memcmp", "bcmp", "_GLOBAL_OFFSET_TABLE_"].contains(&name)
            || (name.starts_with("__") && !name.contains("rust"));
        assert!(allowed || defined.contains(name), "{name}");
    }
    assert!(seen > 0, "nm listed nothing:\n{text}");
}
