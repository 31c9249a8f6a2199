//! The page of names that try to get out of it.

use super::*;

const NASTY: &str = "</script><b>&\"'.csv";

fn row(seconds: f64, recommended: bool) -> Row {
    Row {
        start: NASTY.into(),
        acceleration: "anderson".into(),
        sweeps: 20,
        seconds,
        start_value: f64::NEG_INFINITY,
        dual_value: f64::NAN,
        status: "not_converged".into(),
        recommended,
    }
}

fn page(rows: Vec<Row>) -> String {
    html(&Page {
        title: NASTY.into(),
        command: format!("sinkhorn solve '{NASTY}'"),
        summary: vec![(NASTY.into(), NASTY.into())],
        recommendation: NASTY.into(),
        rows,
        pictures: vec![(NASTY.into(), "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>\n".into())],
        json: "{\"file\": \"</script><!--\"}",
    })
}

#[test]
fn nothing_gets_out() {
    let html = page(vec![row(0.5, true), row(2.0, false), row(f64::NAN, false)]);
    assert_eq!(html.matches("<b>").count(), 0);
    assert_eq!((html.matches("<script").count(), html.matches("</script>").count()), (2, 2));
    assert_eq!(html.matches("<!--").count(), 0);
    assert!(html.contains("<title>&lt;/script&gt;&lt;b&gt;&amp;&quot;&#39;.csv</title>"));
}

#[test]
fn it_is_complete_and_fetches_nothing() {
    let html = page(vec![row(0.5, true), row(2.0, false)]);
    for part in ["<html lang=\"en\">", "name=\"viewport\"", "default-src 'none'", "<caption>", "scope=\"col\"", "<dl>"]
    {
        assert!(html.contains(part), "{part}");
    }
    assert!(!html.contains(" src=") && !html.contains(" href=") && !html.contains("url(") && !html.contains("@import"));
    let addresses = html.matches("http://").count() + html.matches("https://").count();
    assert_eq!(addresses, html.matches("xmlns=\"http://www.w3.org/2000/svg\"").count());
}

#[test]
fn rows_have_bars_and_the_recommended_one_says_so() {
    let html = page(vec![row(0.5, true), row(2.0, false)]);
    assert!(html.contains("width:25.0%") && html.contains("width:100.0%"));
    assert_eq!(html.matches("★ recommended").count(), 1);
    assert!(html.contains("<td>not converged</td>"));
}

#[test]
fn without_rows_there_is_no_table() {
    let html = page(Vec::new());
    assert!(!html.contains("<table>") && html.contains("</html>"));
}
