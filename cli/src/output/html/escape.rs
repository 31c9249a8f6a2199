//! Text and JSON that stay what they are inside of a page.

/// Text between tags, or between the double quotes of an attribute. A character that HTML has no place for becomes
/// U+FFFD.
pub fn text(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut safe, c| {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' | '\t' => safe.push(c),
            c if c.is_control() => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
        safe
    })
}

/// JSON in a script element. A "<", which JSON has in strings only, could end the element or begin a comment.
pub fn data(json: &str) -> String {
    json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_text() {
        assert_eq!(text("a<b> & \"c\" 'd'\u{0}"), "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;\u{fffd}");
    }

    #[test]
    fn json_means_the_same_and_closes_nothing() {
        let json = "{\"file\": \"</script><!--<script>\"}";
        let safe = data(json);
        assert!(!safe.contains('<'));
        let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(parse(&safe), parse(json));
    }
}
