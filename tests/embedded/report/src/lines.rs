use std::collections::BTreeMap;

/// Results as they are printed: `name key=value key=value`.
#[derive(Debug, Default)]
pub struct Lines(BTreeMap<String, BTreeMap<String, String>>);

impl Lines {
    /// All lines of a program that ended well.
    pub fn parse(text: &str) -> Result<Lines, String> {
        let mut lines = BTreeMap::new();
        for line in text.lines() {
            let mut words = line.split_whitespace();
            let name = words.next().ok_or("an empty line was printed")?;
            let fields: Option<BTreeMap<_, _>> = words
                .map(|word| word.split_once('=').map(|(key, value)| (key.to_string(), value.to_string())))
                .collect();
            lines.insert(name.to_string(), fields.ok_or_else(|| format!("not a result: {line}"))?);
        }
        Ok(Lines(lines))
    }

    /// A number that was measured.
    pub fn number(&self, name: &str, key: &str) -> Option<u64> {
        self.0.get(name)?.get(key)?.parse().ok()
    }

    /// Names of results, those of one job.
    pub fn names<'a>(&'a self, job: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.keys().map(String::as_str).filter(move |name| job_of(name) == job)
    }

    /// Whether every result of `expected` is here with the same fields, but for jobs that are left out. Instructions
    /// and bytes are the machine's own.
    pub fn compare(&self, expected: &Lines, left_out: &[&str]) -> Result<(), String> {
        let mut differences = Vec::new();
        for (name, fields) in expected.0.iter().filter(|(name, _)| !left_out.contains(&job_of(name))) {
            for (key, value) in
                fields.iter().filter(|(key, _)| !key.ends_with("instructions") && !key.ends_with("bytes"))
            {
                match self.0.get(name).and_then(|fields| fields.get(key)) {
                    Some(found) if found == value => {}
                    Some(found) => differences.push(format!("{name} {key} is {found} and {value} on the host")),
                    None => differences.push(format!("{name} {key} is missing")),
                }
            }
        }
        if differences.is_empty() {
            Ok(())
        } else {
            Err(format!("{} differences; {}", differences.len(), differences[0]))
        }
    }
}

fn job_of(name: &str) -> &str {
    name.split('/').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_found() {
        let lines = |text| Lines::parse(text).expect("results");
        let host = lines("a/1 hash=01 sweeps=2 sweep_instructions=0\nb hash=7\n");
        assert!(
            lines("a/1 hash=01 sweeps=2 sweep_instructions=9\nb hash=7\nstack/a stack_bytes=3\n")
                .compare(&host, &[])
                .is_ok()
        );
        assert!(lines("a/1 hash=01 sweeps=2\n").compare(&host, &["b"]).is_ok());
        assert!(lines("a/1 hash=01 sweeps=2\n").compare(&host, &[]).is_err());
        assert!(lines("a/1 hash=02 sweeps=2\nb hash=7\n").compare(&host, &[]).is_err());
        assert!(Lines::parse("failed: no such thing").is_err());
    }
}
