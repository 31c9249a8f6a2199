//! The fields of the JSON objects: a snapshot of their names and types. `SINKHORN_UPDATE_SNAPSHOTS=1` renews it.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::Folder;
use serde_json::Value;

/// Every field and its type; entries of arrays are written once, and of alternatives all that are seen.
fn shape(value: &Value, path: &str, found: &mut BTreeMap<String, String>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_u64() => "whole number",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(entries) => {
            entries.iter().for_each(|entry| shape(entry, &format!("{path}[]"), found));
            return;
        }
        Value::Object(fields) => {
            fields.iter().for_each(|(name, field)| shape(field, &format!("{path}.{name}"), found));
            return;
        }
    };
    let known = found.entry(path.to_owned()).or_default();
    // 1.0 and 1.5 are of one type, which the file does not tell from the first alone.
    match (known.as_str(), kind) {
        ("", kind) => kind.clone_into(known),
        ("number", "whole number") | (_, "number") if known.contains("number") => "number".clone_into(known),
        (seen, kind) if !seen.split(" or ").any(|other| other == kind) => *known = format!("{known} or {kind}"),
        _ => {}
    }
}

#[test]
fn the_fields_of_every_command_are_those_of_the_snapshot() {
    let folder = Folder::with_points();
    folder.write("line.csv", "v,w\n1,1\n2,1\n4,2\n");
    std::fs::create_dir(folder.path("sets")).unwrap();
    folder.write("sets/p.csv", folder.read("x.csv"));
    folder.write("sets/q.csv", folder.read("y.csv"));
    let mut text = String::from("Fields of the objects that --json prints, schema 1; [] is an entry of a list.\n");
    for commands in [
        &[
            "solve x.csv y.csv",
            "solve x.csv y.csv --rho-x 1 --rho-y 1 --acceleration plain --epsilon 1",
            "solve x.csv y.csv --acceleration relaxation --epsilon-of-mean 0.1",
            "solve line.csv line.csv --columns v --weights-column w",
        ][..],
        &["divergence x.csv y.csv"],
        &["compare x.csv y.csv --starts zero,monotone --accelerations plain,anderson"],
        &["match x.csv y.csv"],
        &["match x.csv y.csv --image"],
        &["sort line.csv --columns v --weights-column w"],
        &["fit x.csv"],
        &["fit x.csv --kind mixture --components 1"],
        &["batch sets"],
        &["demo --quick"],
    ] {
        let mut found = BTreeMap::new();
        for command in commands {
            let json = if command.starts_with("fit") { "" } else { " --json" };
            let run = folder.run(&format!("{command}{json}"));
            assert_eq!(run.code, 0, "{command}: {}", run.stderr);
            shape(&serde_json::from_str(&run.stdout).unwrap(), "", &mut found);
        }
        text +=
            &format!("\n{}\n", commands[0].split(' ').filter(|word| !word.contains('.')).collect::<Vec<_>>().join(" "));
        for (path, kind) in found {
            text += &format!("  {:<32}{kind}\n", path.trim_start_matches('.'));
        }
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots/json.txt");
    if std::env::var_os("SINKHORN_UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    let expected = std::fs::read_to_string(&file).unwrap();
    assert!(text == expected, "the fields differ from {}; they are now:\n{text}", file.display());
}
