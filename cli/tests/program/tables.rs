//! Tables as people have them: columns of other orders, row numbers, equal rows, decimal commas; and what is said where
//! a file cannot be read.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use zip::CompressionMethod;

use crate::support::{Folder, f8, limited, npy, npz, number, zip};

fn refused(folder: &Folder, arguments: &str, message: &str) {
    let run = folder.run(arguments);
    assert_eq!((run.code, run.stderr), (3, format!("sinkhorn: error: {message}\n")), "{arguments}");
}

/// Three columns of anything, by name, in this order.
fn flowers(order: [usize; 3]) -> String {
    let names = ["length", "width", "mass"];
    let mut text = order.map(|k| names[k]).join(",") + "\n";
    for i in 0..40 {
        let t = f64::from(i);
        let row = [40.0 + 5.0 * t.sin(), 17.0 + 2.0 * (3.0 * t).cos(), 4000.0 + 700.0 * (0.7 * t).sin()];
        text += &(order.map(|k| format!("{:.3}", row[k])).join(",") + "\n");
    }
    text
}

/// The parser of NumPy's headers takes twice as long for every bracket within brackets.
#[test]
fn a_header_of_brackets_is_refused_at_once() {
    let folder = Folder::with_points();
    for bracket in ["{", "[", "(", "{1:", "[("] {
        let header = bracket.repeat(900 / bracket.len());
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        folder.write("deep.npy", &bytes);
        let clock = Instant::now();
        refused(&folder, "solve deep.npy y.csv", "deep.npy: damaged NPY header, or not an array of numbers");
        assert!(clock.elapsed() < Duration::from_secs(20), "{bracket}: {:?}", clock.elapsed());
    }
}

#[test]
fn an_archive_unpacks_to_no_more_than_its_limit() {
    let folder = Folder::with_points();
    let zeros = npy("|u1", false, "(20000000, 1)", &vec![0; 20_000_000]);
    folder.write("bomb.npz", npz(CompressionMethod::Deflated, &[("x", zeros)]));
    let message = "bomb.npz: the array unpacks to more than 64 MB, the limit for an archive of this size: unpack it, and give the NPY file";
    refused(&folder, "fit bomb.npz", message);
    let some = npy("|u1", false, "(4000000, 1)", &vec![0; 4_000_000]);
    folder.write("some.npz", npz(CompressionMethod::Deflated, &[("x", some)]));
    assert_eq!(folder.run("fit some.npz").code, 0);
}

#[test]
fn no_message_lists_more_than_ten_names() {
    let folder = Folder::with_points();
    let names: Vec<String> = (0..40).map(|k| format!("a{k}")).collect();
    let array = || npy("<f8", false, "(1, 1)", &f8(&[1.0]));
    let arrays: Vec<(&str, Vec<u8>)> = names.iter().map(|name| (name.as_str(), array())).collect();
    folder.write("many.npz", npz(CompressionMethod::Stored, &arrays));
    folder.write("many.csv", format!("{}\n{}\n", names.join(","), ["1"; 40].join(",")));
    folder.write("more.csv", format!("b,{}\n{}\n", names.join(","), ["1"; 41].join(",")));
    for arguments in [
        "solve many.npz y.csv",
        "solve many.npz:b y.csv",
        "solve many.csv y.csv --columns b",
        "match many.csv more.csv",
    ] {
        let run = folder.run(arguments);
        assert!(run.code == 3 && run.stderr.contains(" and 30 more"), "{arguments}: {}", run.stderr);
        assert!(!run.stderr.contains("\"a10\""), "{arguments}: {}", run.stderr);
    }
}

/// Keys in another order are found without a search each.
#[test]
fn objects_with_many_keys_are_read_in_time() {
    let folder = Folder::new();
    let object = |order: &mut dyn Iterator<Item = u32>| {
        let fields: Vec<String> = order.map(|k| format!("\"k{k}\": {k}")).collect();
        format!("{{{}}}\n", fields.join(", "))
    };
    folder.write("wide.jsonl", object(&mut (0..40_000)) + &object(&mut (0..40_000).rev()));
    let clock = Instant::now();
    assert_eq!(folder.run("sort wide.jsonl --columns k7").stdout.lines().count(), 3);
    assert!(clock.elapsed() < Duration::from_secs(20), "{:?}", clock.elapsed());
}

#[cfg(unix)]
#[test]
fn a_ring_of_links_is_no_output() {
    let folder = Folder::with_points();
    std::os::unix::fs::symlink("b.csv", folder.path("a.csv")).unwrap();
    std::os::unix::fs::symlink("a.csv", folder.path("b.csv")).unwrap();
    let run = folder.run("solve x.csv y.csv --potentials-x a.csv");
    let message = "sinkhorn: error: a.csv: links that lead to each other, and to no file\n";
    assert_eq!((run.code, run.stderr.as_str()), (1, message));
    assert!(folder.path("a.csv").is_symlink() && folder.path("b.csv").is_symlink());
}

#[test]
fn columns_of_the_same_names_belong_together() {
    let folder = Folder::new();
    folder.write("p.csv", flowers([0, 1, 2]));
    folder.write("q.csv", flowers([2, 1, 0]));
    folder.write("other.csv", flowers([0, 1, 2]).replace("mass", "weight"));
    let objects: String = flowers([0, 1, 2])
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            format!("{{\"mass\": {}, \"length\": {}, \"width\": {}}}\n", fields[2], fields[0], fields[1])
        })
        .collect();
    folder.write("q.jsonl", objects);
    std::fs::create_dir(folder.path("sets")).unwrap();
    folder.write("sets/p.csv", flowers([0, 1, 2]));
    folder.write("sets/q.csv", flowers([2, 1, 0]));
    let itself = number(&folder.json("divergence p.csv p.csv"), "divergence").abs();
    for arguments in ["p.csv q.csv", "q.csv p.csv", "p.csv q.jsonl", "p.csv q.csv --columns 1-3"] {
        let found = number(&folder.json(&format!("divergence {arguments}")), "divergence").abs();
        assert!(found <= itself + 1e-3, "{arguments}: {found}");
    }
    let matches = folder.run("match p.csv q.csv").stdout;
    assert!(matches.lines().skip(1).all(|line| line.split(',').next() == line.split(',').nth(1)), "{matches}");
    let batch = folder.json("batch sets");
    assert!(number(&batch["pairs"][0], "value").abs() <= itself + 1e-3, "{batch}");
    // Order is asked for.
    let far = number(&folder.json("divergence p.csv q.csv --columns 1-3 --columns-y 1-3"), "divergence");
    assert!(far > 1e5, "{far}");
    let lists =
        "p.csv has the columns \"length\", \"width\", \"mass\" and other.csv has \"length\", \"width\", \"weight\"";
    refused(
        &folder,
        "solve p.csv other.csv",
        &format!("{lists}: choose those that belong together, with --columns and --columns-y"),
    );
    assert_eq!(folder.run("solve p.csv other.csv --columns-y length,width,weight").code, 0);
    assert_eq!(folder.run("solve p.csv other.csv --columns 1-3").code, 0);
}

#[test]
fn a_first_column_that_numbers_the_rows_is_left_out_and_told() {
    let folder = Folder::new();
    folder.write("plain.csv", "p,q\n1,2\n3,4\n5,7\n");
    let table =
        |name: &str, first: [i32; 3]| format!("{name},p,q\n{},1,2\n{},3,4\n{},5,7\n", first[0], first[1], first[2]);
    let note = |why: &str| {
        format!("sinkhorn: note: t.csv: the first column{why}: it is left out (--columns chooses others)\n")
    };
    let nameless = note(" has no name and numbers the rows");
    for (text, dimension, stderr) in [
        (table("", [0, 1, 2]), 2, nameless.clone()),
        (table("", [1, 2, 3]), 2, nameless.clone()),
        (table("", [0, 2, 1]), 2, nameless),
        (table("", [0, 2, 2]), 3, String::new()),
        (table("id", [7, 3, 1]), 2, note(", \"id\", tells rows apart")),
        (table("Index", [7, 3, 1]), 2, note(", \"Index\", tells rows apart")),
        (table("x", [0, 1, 2]), 3, String::new()),
    ] {
        folder.write("t.csv", &text);
        let run = folder.run("solve t.csv t.csv --json");
        let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!((&json["points"]["x"]["dimension"], run.stderr), (&dimension.into(), stderr), "{text}");
    }
    folder.write("t.csv", table("", [0, 1, 2]));
    let matches = folder.run("match t.csv plain.csv -q").stdout;
    assert!(
        matches.lines().nth(3).is_some_and(|row| row.starts_with("2,2,0.99") || row == "2,2,1.000000"),
        "{matches}"
    );
    assert_eq!(folder.run("match plain.csv t.csv -q").stderr, "");
    folder.write("t.csv", "id,v\n9,3\n8,1\n");
    assert_eq!(folder.run("sort t.csv").stdout.lines().count(), 3);
}

/// As pandas and statistics programs write counts, and as everybody has them before that.
#[test]
fn equal_rows_are_solved_as_one_and_written_as_many() {
    let folder = Folder::new();
    let (mut counts, mut rows) = (String::from("v,n\n"), String::from("v\n"));
    let (mut other, mut other_rows) = (counts.clone(), rows.clone());
    for v in 0..64 {
        let (n, m) = (1 + (v * 37) % 11 * 100, 1 + (v * 53) % 7 * 100);
        let _ = (writeln!(counts, "{v},{n}"), writeln!(other, "{v},{m}"));
        (0..n).for_each(|_| rows += &format!("{v}\n"));
        (0..m).for_each(|_| other_rows += &format!("{v}\n"));
    }
    folder.write("p.csv", &counts);
    folder.write("q.csv", &other);
    folder.write("p-rows.csv", &rows);
    folder.write("q-rows.csv", &other_rows);
    let weighted = folder.json("solve p.csv q.csv --columns v --weights-column n --threshold 1e-9");
    let many = folder.json("solve p-rows.csv q-rows.csv --threshold 1e-9 --potentials-x f.csv --map map.csv");
    for field in ["dual_value", "transport_cost", "epsilon"] {
        assert!((number(&weighted, field) / number(&many, field) - 1.0).abs() < 1e-9, "{field}");
    }
    let count = rows.lines().count();
    assert_eq!(many["points"]["x"]["points"], count - 1);
    assert_eq!((folder.read("f.csv").lines().count(), folder.read("map.csv").lines().count()), (count, count));
    assert!(number(&many, "seconds.solving") < 60.0, "as 30 000 by 20 000 points it takes minutes");
    let divergence = folder.json("divergence p-rows.csv q-rows.csv --epsilon 30");
    let expected = folder.json("divergence p.csv q.csv --columns v --weights-column n --epsilon 30");
    assert!((number(&divergence, "divergence") - number(&expected, "divergence")).abs() < 1e-5);

    // Outputs have the rows of the files, each with its part.
    folder.write("few.csv", "p,q\n0,0\n1,0\n0,0\n");
    folder.write("w.csv", "1\n2\n3\n");
    let options = "few.csv few.csv --epsilon 0.5 --plan plan.csv --plan-mass 1 --weights-x w.csv --weights-y w.csv";
    folder.json(&format!("solve {options}"));
    let plan: Vec<Vec<f64>> = folder
        .read("plan.csv")
        .lines()
        .skip(1)
        .map(|line| line.split(',').map(|field| field.parse().unwrap()).collect())
        .collect();
    assert_eq!(plan.len(), 9);
    for (i, weight) in [1.0, 2.0, 3.0].into_iter().enumerate() {
        let mass: f64 = plan.iter().filter(|entry| entry[0] == i as f64).map(|entry| entry[2]).sum();
        assert!((mass - weight / 6.0).abs() < 1e-5, "{i}: {mass}");
    }
    folder.json("divergence few.csv few.csv --weights-x w.csv --weights-y w.csv --gradient-x g.csv");
    assert_eq!(folder.read("g.csv").lines().count(), 4);
}

/// Mass that goes to many equal rows is in no single large entry.
#[test]
fn a_plan_keeps_nearly_all_of_every_row() {
    let folder = Folder::new();
    let visits =
        |shift: u32| (0..600).map(|k| format!("{}\n", (k * 7 + shift) % 11 * ((k + shift) % 3))).collect::<String>();
    folder.write("p.csv", format!("v\n{}", visits(0)));
    folder.write("q.csv", format!("v\n{}", visits(2)));
    for precision in ["f64", "f32"] {
        let json = folder.json(&format!("solve p.csv q.csv --plan plan.csv --precision {precision}"));
        assert!(number(&json, "plan.mass_kept") >= 0.999, "{json}");
        let written: f64 = folder
            .read("plan.csv")
            .lines()
            .skip(1)
            .map(|line| line.rsplit(',').next().unwrap().parse::<f64>().unwrap())
            .sum();
        assert!(written > 0.998 && json["plan"]["entries"] == folder.read("plan.csv").lines().count() - 1, "{written}");
    }
    let run = folder.run("solve p.csv q.csv --plan plan.csv");
    assert!(
        run.stdout.contains("\nplan              ") && run.stdout.contains(" percent of the mass\n"),
        "{}",
        run.stdout
    );
    let run = folder.run("solve p.csv q.csv --plan plan.csv --plan-share 0.01");
    assert!(run.stderr.starts_with("sinkhorn: warning: --plan has "), "{}", run.stderr);
}

#[test]
fn rows_of_a_file_find_themselves() {
    let folder = Folder::new();
    let mut random = 1_u64;
    let mut next = move || {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as f64 / (1_u64 << 31) as f64
    };
    // Airports: some stand alone, some are a few hundredths of a degree apart.
    let airports: String = (0..200)
        .map(|k| {
            if k % 4 == 0 {
                format!("{:.4},{:.4}\n", 26.0 + 10.0 * next(), -106.0 + 12.0 * next())
            } else {
                format!("{:.4},{:.4}\n", 29.7 + 0.8 * next(), -95.3 + 0.8 * next())
            }
        })
        .collect();
    let line: String = (0..300).map(|_| format!("{:.5}\n", next())).collect();
    let cube: String = (0..300).map(|_| format!("{:.3},{:.3},{:.3},{:.3}\n", next(), next(), next(), next())).collect();
    for (name, text) in [("airports.csv", airports), ("line.csv", line), ("cube.csv", cube)] {
        folder.write(name, &text);
        let run = folder.run(&format!("match {name} {name}"));
        let found = run.stdout.lines().skip(1).filter(|line| line.split(',').next() == line.split(',').nth(1)).count();
        assert!(run.code == 0 && 100 * found >= 99 * text.lines().count(), "{name}: {found}, {}", run.stderr);
    }
    let rule = folder.json("match airports.csv airports.csv");
    assert!(rule["epsilon_rule"]["of_nearest"].is_number(), "{}", rule["epsilon_rule"]);
    assert!(folder.json("match airports.csv airports.csv --epsilon 1")["epsilon"] == 1.0);
}

#[test]
fn messages_say_what_to_do() {
    let folder = Folder::with_points();
    folder.write("comma.csv", "a;b\n0,5;1\n2;3,5\n");
    folder.write("years.csv", "name,2012,2015\nx,3,4\n");
    folder.write("title.csv", "measured in May\nv\n1\n2\n");
    folder.write("book.xlsx", zip(CompressionMethod::Stored, &[("xl/workbook.xml".into(), b"")]));
    folder.write("f.csv", "f\n1\n2\n");
    let comma = "write decimal points, as tr , . < FILE | sinkhorn ... - does on the way";
    refused(&folder, "solve comma.csv y.csv", &format!("comma.csv:2:1: \"0,5\" is not a number: {comma}"));
    let header = "if this line is a header, --header yes says so";
    refused(
        &folder,
        "solve years.csv y.csv --columns name",
        &format!(
            "years.csv: --columns: there is no column \"name\": the columns have no names, only numbers: {header}"
        ),
    );
    let title = "if that line is a title or a comment, begin it with # or remove it";
    refused(&folder, "solve title.csv y.csv", &format!("title.csv:2: 1 field, where line 1 has 3: {title}"));
    refused(&folder, "solve book.xlsx y.csv", "book.xlsx: an Excel workbook: save the sheet as CSV");
    let potentials =
        "potentials, which a solve does not start from: --start takes what `sinkhorn fit` writes of the points";
    refused(&folder, "solve x.csv y.csv --start f.csv,f.csv", &format!("f.csv: {potentials}"));
    let run = folder.run("wasserstein x.csv y.csv");
    assert!(run.code == 2 && run.stderr.contains("'sinkhorn divergence X Y'"), "{}", run.stderr);

    folder.write("only-years.csv", "2012,2015\n3,4\n5,6\n");
    let run = folder.run("solve only-years.csv y.csv");
    assert!(
        run.code == 0 && run.stderr.contains("only-years.csv:1: ") && run.stderr.contains("--header yes"),
        "{}",
        run.stderr
    );
    folder.write("calendar.csv", "2012,2015\n2013,2016\n");
    assert_eq!(folder.run("solve calendar.csv y.csv").stderr, "", "years all the way are points");

    folder.write("pipe.csv", "a|b c\n0|0\n1|0\n0|1\n1|1\n0.5|0.25\n");
    folder.write("plain.csv", "a,b c\n0,0\n1,0\n0,1\n1,1\n0.5,0.25\n");
    assert_eq!(folder.json("solve pipe.csv y.csv")["objective"], folder.json("solve plain.csv y.csv")["objective"]);
    folder.write("named.csv", "\"v, mm\",w\n1,2\n3,4\n");
    for (index, columns) in ["v, mm", "\"v, mm\",w", "\"v, mm\""].into_iter().enumerate() {
        let output = limited(folder.command("solve named.csv named.csv --json --columns").arg(columns));
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(json["points"]["x"]["dimension"], [1, 2, 1][index], "{columns}");
    }
}

#[test]
fn costs_have_the_names_of_other_programs() {
    let folder = Folder::with_points();
    for (other, own) in [
        ("sqeuclidean", "squared-euclidean"),
        ("l2", "euclidean"),
        ("l1", "manhattan"),
        ("cityblock", "manhattan"),
        ("chebyshev", "p-norm --p inf"),
        ("minkowski", "p-norm"),
    ] {
        let value = |cost: &str| folder.json(&format!("solve x.csv y.csv --cost {cost}"))["objective"].clone();
        assert_eq!(value(other), value(own), "{other}");
    }
    let run = folder.run("solve x.csv y.csv --epsilon 0.1 --rho-x 2 --rho-y 2 --cost l1");
    for line in [
        "\ncost              manhattan\n",
        "\nepsilon           0.1\n",
        "\nresidual x  ",
        "rho               x 2, y 2,",
    ] {
        assert!(run.stdout.contains(line), "{line} in {}", run.stdout);
    }
}

#[test]
fn files_of_a_folder_that_are_no_points_are_told() {
    let folder = Folder::with_points();
    std::fs::create_dir(folder.path("sets")).unwrap();
    for name in ["p.csv", "q.csv"] {
        folder.write(&format!("sets/{name}"), "1,2\n3,4\n");
    }
    folder.write("sets/README.txt", "What these are, and why.\nMore of it\n");
    folder.write("sets/r.csv.gz", b"\x1f\x8b");
    let run = folder.run("batch sets");
    let note = "sinkhorn: note: sets: left out as no files of points: \"r.csv.gz\", \"README.txt\"\n";
    assert_eq!((run.code, run.stderr.as_str()), (0, note));
    assert_eq!(run.stdout.lines().next(), Some("divergence,p.csv,q.csv"));
}

#[test]
fn shares_of_the_top_lie_between_none_and_all() {
    let folder = Folder::new();
    folder.write("v.csv", (0..500).map(|k| format!("{}\n", (f64::from(k) * 0.37).sin())).collect::<String>());
    for precision in ["f64", "f32"] {
        let shares = folder.run(&format!("sort v.csv --top 50 --precision {precision}")).stdout;
        assert!(
            shares
                .lines()
                .skip(1)
                .all(|share| (0.0..=1.0).contains(&share.parse::<f64>().unwrap()) && !share.starts_with('-'))
        );
    }
}

#[test]
fn an_index_in_any_order_is_left_out() {
    let folder = Folder::new();
    folder.write("sorted.csv", ",x\n3,5\n2,6\n1,7\n");
    folder.write("filtered.csv", ",x\n8,7\n4,5\n6,6\n");
    folder.write("twice.csv", "Unnamed: 0,x\n0,7\n2,5\n1,6\n");
    folder.write("tabs.tsv", "\tx\n0\t6\n1\t5\n2\t7\n");
    for other in ["filtered.csv", "twice.csv", "tabs.tsv"] {
        let value = folder.json(&format!("divergence sorted.csv {other} --epsilon 0.1 -q"));
        assert!(number(&value, "divergence").abs() < 1e-9, "{other}: {value}");
    }
}

#[test]
fn one_point_far_away_does_not_spoil_a_match() {
    let folder = Folder::new();
    let point = |k: u32| (f64::from(k * k % 101).sin(), f64::from(k * 7 % 97).cos() + f64::from(k) * 1e-3);
    let line = |k: u32| format!("{},{}\n", point(k).0, point(k).1);
    let mut text: String = (0..199).map(line).collect();
    text += "1e5,1e5\n";
    folder.write("x.csv", text);
    let run = folder.run("match x.csv x.csv");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let rows = run.stdout;
    let own = rows.lines().skip(1).filter(|row| {
        let fields: Vec<&str> = row.split(',').collect();
        fields[0] == fields[1]
    });
    assert!(own.count() >= 198, "{rows}");
}
