//! Sweeps and times as the tables have them.

/// The number, or why there is none.
pub fn sweeps(sweeps: Option<u32>, status: &str, most: u32) -> String {
    match (sweeps, status) {
        (Some(sweeps), _) => sweeps.to_string(),
        (None, "sweep limit") => format!(">{most}"),
        (None, "precision floor") => "floor".into(),
        (None, status) => status.into(),
    }
}

/// With three digits or so.
pub fn milliseconds(seconds: f64) -> String {
    let value = 1e3 * seconds;
    let decimals = if value < 10.0 { 2 } else { usize::from(value < 1000.0) };
    format!("{value:.decimals$}")
}
