//! The one writer of tables: printed row by row as they are measured, as text or Markdown, and kept for JSON.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Instant;

use serde::Serialize;
use serde_json::{Value, json};
use sinkhorn_bench::machine::Machine;

use crate::args::{Format, TableArgs};
use crate::command::Outcome;
use crate::files;

/// Raised when a field of the JSON changes its meaning or goes away.
const SCHEMA: u32 = 2;
/// Spaces between columns of text.
const GAP: usize = 2;

/// The tables of a command.
pub struct Tables {
    format: Format,
    json: Option<PathBuf>,
    clock: Instant,
    /// Those that are complete.
    done: Vec<Value>,
    title: String,
    columns: Vec<(String, usize)>,
    rows: Vec<Value>,
}

/// An entry of a table: as it is read, and as a program reads it.
pub struct Cell {
    shown: String,
    value: Value,
}

impl Cell {
    /// Anything, shown in its own way.
    pub fn new(shown: impl Into<String>, value: impl Serialize) -> Self {
        Cell { shown: shown.into(), value: json!(value) }
    }

    /// A number with so many decimals; `-` where there is none.
    pub fn number(value: impl Into<Option<f64>>, decimals: usize) -> Self {
        let value = value.into();
        Cell::new(value.map_or("-".into(), |value| format!("{value:.decimals$}")), value)
    }

    /// A count or a word.
    pub fn of(value: impl ToString + Serialize) -> Self {
        Cell::new(value.to_string(), value)
    }
}

impl Tables {
    /// Says what is measured, and on which machine.
    pub fn begin(args: &TableArgs, what: &str) -> Outcome<Self> {
        print(&format!("{}\n\n{what}\n", Machine::this().text()))?;
        Ok(Tables {
            format: args.format,
            json: args.json.clone(),
            clock: Instant::now(),
            done: Vec::new(),
            title: String::new(),
            columns: Vec::new(),
            rows: Vec::new(),
        })
    }

    /// Begins a table. The header has the names of the columns between bars, each as wide as its column.
    pub fn table(&mut self, title: &str, header: &str) -> Outcome {
        self.end_table();
        self.title = title.into();
        self.columns = header.split('|').map(|name| (name.trim().into(), name.chars().count())).collect();
        print(&if title.is_empty() { "\n".into() } else { format!("\n{title}\n\n") })?;
        self.line(self.columns.iter().map(|(name, _)| name.as_str()))?;
        match self.format {
            Format::Text => Ok(()),
            Format::Markdown => self.line(self.columns.iter().map(|_| "---")),
        }
    }

    /// Prints a row of the table, a cell a column.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) -> Outcome {
        let cells: Vec<Cell> = cells.into_iter().collect();
        self.line(cells.iter().map(|cell| cell.shown.as_str()))?;
        let named = self.columns.iter().zip(cells).map(|((name, _), cell)| (name.clone(), cell.value));
        self.rows.push(Value::Object(named.collect()));
        Ok(())
    }

    fn line<'c>(&self, cells: impl Iterator<Item = &'c str>) -> Outcome {
        let cells = cells.zip(&self.columns);
        let line: Vec<String> = match self.format {
            Format::Markdown => cells.map(|(cell, _)| format!("| {cell} ")).chain(["|".into()]).collect(),
            // The first column has names, on the left.
            Format::Text => cells
                .enumerate()
                .map(|(k, (cell, (_, width)))| match k {
                    0 => format!("{cell:<width$}"),
                    _ => format!("{:GAP$}{cell:>width$}", ""),
                })
                .collect(),
        };
        print(&format!("{}\n", line.concat().trim_end()))
    }

    fn end_table(&mut self) {
        if !self.columns.is_empty() {
            let rows = std::mem::take(&mut self.rows);
            self.done.push(json!({ "title": self.title, "rows": rows }));
        }
    }

    /// Says how long it all took, and writes the JSON.
    pub fn end(mut self) -> Outcome {
        self.end_table();
        let seconds = self.clock.elapsed().as_secs_f64();
        print(&format!("\nAll in {seconds:.0} s.\n"))?;
        let Some(path) = &self.json else { return Ok(()) };
        let document = json!({
            "schema": SCHEMA,
            "version": env!("CARGO_PKG_VERSION"),
            "command": std::env::args().skip(1).collect::<Vec<_>>(),
            "machine": Machine::this(),
            "tables": self.done,
            "seconds": seconds,
        });
        Ok(files::write(path, &(serde_json::to_string_pretty(&document)? + "\n"))?)
    }
}

/// Prints on standard output, at once.
pub fn print(text: &str) -> Outcome {
    let mut output = io::stdout().lock();
    let printed = output.write_all(text.as_bytes()).and_then(|()| output.flush());
    printed.map_err(|error| format!("standard output: {error}").into())
}
