//! The page of `compare --report` in a browser: headless Chromium, without a network.

use std::process::Command;

use crate::support::{Folder, has, limited};

/// What Chromium makes of a page in a window so many pixels wide: its document after scripts, and what it complained
/// of.
fn open(folder: &Folder, width: u32, page: &str) -> (String, String) {
    let output = Command::new("timeout")
        .args([
            "--kill-after=10",
            "120",
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
        ])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--enable-logging=stderr", "--dump-dom", &format!("--window-size={width},800")])
        .arg(format!("--user-data-dir={}", folder.path("profile").display()))
        .arg(format!("file://{}", folder.path(page).display()))
        .output()
        .expect("timeout and chromium: apt-get install chromium, or name it in SINKHORN_TESTS_WITHOUT");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
    let complaints = complaints.lines().filter(|line| line.contains("CONSOLE")).collect::<Vec<_>>().join("\n");
    (String::from_utf8(output.stdout).unwrap(), complaints)
}

/// The texts of the cells of a column of the table.
fn column(document: &str, number: usize) -> Vec<String> {
    let body = document.split("<tbody>").nth(1).unwrap().split("</tbody>").next().unwrap();
    let cells = |row: &str| -> Vec<String> {
        let parts = row.split("<t").skip(1).map(|cell| cell.split_once('>').unwrap().1.to_owned());
        parts.map(|cell| cell.split('<').next().unwrap().trim().to_owned()).collect()
    };
    body.split("<tr").skip(1).map(|row| cells(row.split_once('>').unwrap().1)[number].clone()).collect()
}

#[test]
fn a_report_opens_without_a_network_and_its_table_can_be_sorted() {
    if !has("chromium") {
        return;
    }
    let folder = Folder::with_points();
    folder.write("<x> & \"y\".csv", folder.read("x.csv"));
    let mut command = crate::support::program();
    command.current_dir(folder.path("")).args(["compare", "<x> & \"y\".csv", "y.csv", "--starts", "zero,gaussian"]);
    let run = limited(command.args(["--report", "report.html", "--json"]));
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    let page = folder.read("report.html");
    let without_namespace = page.replace("http://www.w3.org/2000/svg", "");
    assert!(!without_namespace.contains("http:") && !without_namespace.contains("https:"), "nothing to fetch");

    let (document, complaints) = open(&folder, 1200, "report.html");
    assert_eq!(complaints, "");
    assert!(document.contains("<title>&lt;x&gt; &amp; \"y\".csv to y.csv</title>"), "{document}");
    assert_eq!(document.matches("<figure>").count(), 2, "curves and a map");
    assert!(document.contains("<button"), "the script has run");
    let rows: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    let sweeps: Vec<u64> = rows["rows"].as_array().unwrap().iter().map(|row| row["sweeps"].as_u64().unwrap()).collect();
    let shown = |document: &str| column(document, 2).iter().map(|text| text.parse().unwrap()).collect::<Vec<u64>>();
    assert_eq!(shown(&document), sweeps);

    let click = "<script>document.querySelectorAll(\"th button\")[2].click()</script></body>";
    folder.write("sorted.html", page.replace("</body>", click));
    let (document, complaints) = open(&folder, 1200, "sorted.html");
    assert_eq!(complaints, "");
    let mut sorted = sweeps;
    sorted.sort_unstable();
    assert_eq!(shown(&document), sorted);

    let data = page.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap();
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    assert_eq!(data["recommendation"]["command"], rows["recommendation"]["command"], "programs can read it too");
}

/// Where the table or a picture is wider than the screen, a line says so: telephones hide the bar that scrolls.
#[test]
fn what_a_narrow_screen_hides_is_said() {
    if !has("chromium") {
        return;
    }
    let folder = Folder::with_points();
    folder.json("compare x.csv y.csv --report report.html");
    let script = "<script>
        const isWider = (box) => box.scrollWidth > box.clientWidth;
        const hints = [...document.querySelectorAll('.more')];
        document.body.dataset.said = hints.map((hint) => getComputedStyle(hint).display !== 'none').join();
        document.body.dataset.wider = [...document.querySelectorAll('.scroll, .card')].map(isWider).join();
        </script></body>";
    folder.write("asked.html", folder.read("report.html").replace("</body>", script));
    for width in [390, 550, 650, 800, 900, 1000, 1400] {
        let (document, _) = open(&folder, width, "asked.html");
        let value = |name: &str| {
            let (_, rest) = document.split_once(&format!(" data-{name}=\"")).unwrap();
            rest.split('"').next().unwrap().split(',').map(|text| text == "true").collect::<Vec<_>>()
        };
        let (said, wider) = (value("said"), value("wider"));
        assert_eq!(said.len(), 3, "a table and two pictures");
        assert!(said.iter().zip(&wider).all(|(said, wider)| *said || !wider), "{width}: {said:?}, {wider:?}");
        if width < 550 {
            assert!(said.iter().all(|said| *said), "{width}: {said:?}, {wider:?}");
        }
    }
}
