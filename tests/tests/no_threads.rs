//! Where the system makes no more threads, one does all the work: the same bits, and no panic.
#![cfg(target_os = "linux")]

use std::hash::{DefaultHasher, Hash, Hasher};
use std::process::Command;

use sinkhorn_core::{
    Epsilon, PointCloud, Problem, Real, Settings, Workspace,
    batch::{batch_len, solve_batch},
    diff::{Cotangent, DerivativeSettings, Derivatives, Gradients},
    divergence::{divergence_len, sinkhorn_divergence},
    solve,
    start::{Start, Zero},
    threads::has_threads,
};
use sinkhorn_init::{Auto, MixtureStart};
use sinkhorn_tests::process::limited;

const ROLE: &str = "SINKHORN_TESTS_LIMITED";

unsafe extern "C" {
    fn setrlimit(resource: i32, limits: *const [u64; 2]) -> i32;
    fn setuid(user: u32) -> i32;
}

/// From now on this process makes no thread. The limit does not hold for root, so that gives its rights away.
fn forbid_threads() {
    const RLIMIT_NPROC: i32 = 6;
    // SAFETY: both are functions of the C library, with arguments of their types.
    unsafe {
        assert_eq!(setrlimit(RLIMIT_NPROC, &[1, 1]), 0);
        setuid(65534);
    }
    assert!(std::thread::Builder::new().spawn(|| ()).is_err(), "threads can still be made");
}

/// Everything that shares work out, as bits.
fn bits<T: Real>() -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut see = |values: &[T]| values.iter().for_each(|value| value.widen().to_bits().hash(&mut hasher));
    let n = 320; // enough pairs for threads to be woken
    let wave = |k: usize, rate: f64| T::constant((k as f64 * rate).sin());
    let x: Vec<T> = (0..2 * n).map(|k| wave(k, 0.7)).collect();
    let y: Vec<T> = (0..2 * n).map(|k| wave(k, 1.3) + T::ONE).collect();
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap()).unwrap();
    let problem = problem.epsilon(Epsilon::OfMean(T::constant(0.1))).unwrap();
    let settings = Settings { threads: 4, ..Settings::default() };

    let mixture = MixtureStart::default();
    let starts: [&dyn Start<T>; 3] = [&Zero, &Auto, &mixture];
    for start in starts {
        let mut memory = vec![T::ZERO; Workspace::len(&problem, &settings).unwrap()];
        let workspace = Workspace::new(&mut memory, &problem, &settings).unwrap();
        let solution = solve(&problem, start, &settings, workspace).unwrap();
        see(solution.f());
        see(solution.g());

        let chosen = DerivativeSettings { threads: 4, ..DerivativeSettings::default() };
        let mut memory = vec![T::ZERO; Derivatives::len(&problem, &chosen).unwrap()];
        let mut derivatives = Derivatives::new(&solution, &chosen, &mut memory).unwrap();
        let cotangent = Cotangent { f: Some(&x[..n]), ..Cotangent::none() };
        let (mut in_x, mut in_y) = (vec![T::ZERO; 2 * n], vec![T::ZERO; 2 * n]);
        let mut gradients = Gradients { x: Some(&mut in_x), y: Some(&mut in_y), ..Gradients::none() };
        derivatives.vjp(&cotangent, &mut gradients).unwrap();
        see(&in_x);
        see(&in_y);
    }

    let mut memory = vec![T::ZERO; divergence_len(&problem, &settings).unwrap()];
    see(&[sinkhorn_divergence(&problem, &Zero, &settings, &mut memory).unwrap().value()]);

    let problems = [problem; 6];
    let mut memory = vec![T::ZERO; batch_len(&problems, &settings).unwrap()];
    let mut objectives = [T::ZERO; 6];
    solve_batch(
        &problems,
        |_| Zero,
        &settings,
        &mut memory,
        &mut objectives,
        |objective, solved| {
            *objective = solved.unwrap().report().objective;
        },
    )
    .unwrap();
    see(&objectives);
    hasher.finish()
}

#[test]
fn one_thread_does_all_the_work_where_there_can_be_no_other() {
    if std::env::var_os(ROLE).is_some() {
        forbid_threads();
        let found = [bits::<f64>(), bits::<f32>()];
        assert!(!has_threads() || rayon::current_num_threads() == 1);
        println!("\nbits {found:?}");
        return;
    }
    let itself = std::env::current_exe().unwrap();
    let name = "one_thread_does_all_the_work_where_there_can_be_no_other";
    let mut command = Command::new(itself);
    command.args(["--exact", name, "--nocapture"]).env(ROLE, "");
    let output = limited(&command).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let limited = text.lines().find(|line| line.starts_with("bits ")).expect("bits");
    assert_eq!(limited, format!("bits {:?}", [bits::<f64>(), bits::<f32>()]));
    assert!(has_threads());
}
