//! The problem of a comparison as it is typed for `sinkhorn solve`, in a shell.

use clap::ValueEnum;

use super::args::Args;
use crate::args::{self, EpsilonArgs};
use crate::terminal::given;

/// The options that say what the problem is, as `sinkhorn solve` takes them.
pub fn typed(args: &Args) -> Vec<String> {
    let Args { pair, problem, numerics, .. } = args;
    let EpsilonArgs { epsilon, epsilon_of_mean, epsilon_of_std } = problem.epsilon;
    let mut words = Vec::new();
    let mut option = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            words.extend([name.to_owned(), value]);
        }
    };
    option("--weights-x", pair.weights_x.as_ref().map(|source| source.typed()));
    option("--weights-y", pair.weights_y.as_ref().map(|source| source.typed()));
    option("--columns", pair.reading.columns.as_ref().map(ToString::to_string));
    option("--weights-column", pair.reading.weights_column.as_ref().map(ToString::to_string));
    option("--columns-y", pair.columns_y.as_ref().map(ToString::to_string));
    option("--weights-column-y", pair.weights_column_y.as_ref().map(ToString::to_string));
    option("--header", named(pair.reading.header));
    option("--cost", named(problem.cost));
    let number = |value: Option<f64>| value.map(given);
    option("--p", number(problem.p));
    option("--epsilon", number(epsilon));
    option("--epsilon-of-mean", number(epsilon_of_mean));
    option("--epsilon-of-std", number(epsilon_of_std));
    option("--rho-x", number(problem.rho_x));
    option("--rho-y", number(problem.rho_y));
    option("--threshold", number(numerics.threshold));
    option("--precision", named(numerics.precision));
    option("--storage", named(numerics.storage));
    option("--skipping", named(numerics.skipping));
    let whole = |value: u32, default: u32| (value != default).then(|| value.to_string());
    option("--max-sweeps", whole(numerics.max_sweeps, args::MAX_SWEEPS));
    option("--threads", numerics.threads.map(|threads| threads.to_string()));
    option("--seed", (args.seed != 0).then(|| args.seed.to_string()));
    let files = [pair.x.typed(), pair.y.typed()];
    if files.iter().any(|file| file.starts_with('-') && file != "-") {
        words.push("--".into());
        words.extend(files);
    } else {
        words.splice(0..0, files);
    }
    words
}

/// As it is typed, unless it is the first and so the default.
fn named<V: ValueEnum + PartialEq>(value: V) -> Option<String> {
    let is_default = V::value_variants().first() == Some(&value);
    value.to_possible_value().filter(|_| !is_default).map(|name| name.get_name().to_owned())
}

/// For a POSIX shell.
pub fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./,:=+@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    if word.chars().any(char::is_control) {
        // As bash, zsh and POSIX 2024 have it; a terminal would swallow the character.
        let escaped = |c: char| match c {
            c if c.is_control() => c.to_string().bytes().map(|byte| format!("\\x{byte:02x}")).collect(),
            '\'' | '\\' => format!("\\{c}"),
            c => c.to_string(),
        };
        return format!("$'{}'", word.chars().map(escaped).collect::<String>());
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_survive_a_shell() {
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted("$HOME"), "'$HOME'");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("a\u{1b}'é"), r"$'a\x1b\'é'");
    }
}
