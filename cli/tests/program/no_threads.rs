//! Where the system makes no threads, the program works with the one that it has.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;

use crate::support::{self, Folder, Run};

unsafe extern "C" {
    fn setrlimit(resource: i32, limits: *const [u64; 2]) -> i32;
    fn getuid() -> u32;
}

#[test]
fn the_same_is_printed_without_threads() {
    let folder = Folder::new();
    let points = |rate: f64| (0..300).map(|k| format!("{}\n", (k as f64 * rate).sin())).collect::<String>();
    folder.write("x.csv", points(0.7));
    folder.write("y.csv", points(1.3));
    std::fs::set_permissions(folder.path("."), PermissionsExt::from_mode(0o755)).unwrap();
    for arguments in ["solve x.csv y.csv --threads 4", "divergence x.csv y.csv --threads 4"] {
        let mut limited = folder.command(&format!("{arguments} --json"));
        // The limit does not hold for root.
        // SAFETY: a function of the C library without arguments.
        if unsafe { getuid() } == 0 {
            limited.uid(65534);
        }
        // SAFETY: RLIMIT_NPROC; async-signal-safe, and arguments of its types.
        unsafe {
            limited.pre_exec(|| if setrlimit(6, &[1, 1]) == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()) })
        };
        let limited = Run::of(support::limited(&mut limited));
        assert_eq!((limited.code, limited.stderr.as_str()), (0, ""), "{arguments}");
        let free = folder.json(arguments);
        let limited: serde_json::Value = serde_json::from_str(&limited.stdout).unwrap();
        assert_eq!(limited["objective"], free["objective"], "{arguments}");
        assert_eq!(limited["divergence"], free["divergence"], "{arguments}");
    }
}
