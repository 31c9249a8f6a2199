//! Many problems in one call: the same bits as one by one, whatever the threads and whatever fails.

use std::sync::atomic::{AtomicUsize, Ordering};

use sinkhorn_core::{
    Acceleration, CostMatrix, Epsilon, Error, PointCloud, Problem, Real, Report, Settings, Status, Storage,
    batch::{PotentialRows, batch_len, share_out, solve_batch},
    cost::Euclidean,
    error::{Argument, ErrorKind, Place},
    start::{Given, Start, Zero},
};
use sinkhorn_init::Auto;
use sinkhorn_tests::{data, solve_owned};

/// Points, costs and weights of problems of many sizes, kept alive for them.
struct Data<T> {
    x: Vec<Vec<T>>,
    y: Vec<Vec<T>>,
    a: Vec<Vec<T>>,
    cost: Vec<T>,
}

const COUNT: usize = 40;

impl<T: Real> Data<T> {
    fn new() -> Self {
        let mut generator = data::generator(7);
        let scalars = |values: Vec<f64>| values.into_iter().map(T::constant).collect::<Vec<T>>();
        let mut found = Data { x: vec![], y: vec![], a: vec![], cost: vec![] };
        for k in 0..COUNT {
            // Long and short ones mixed; the last is much larger than the others.
            let (n, m) = if k + 1 == COUNT { (150, 170) } else { (1 + (k * 7) % 30, 1 + (k * 11) % 40) };
            found.x.push(scalars(data::normal(&mut generator, 2 * n)));
            found.y.push(scalars(data::normal(&mut generator, 2 * m)));
            found.a.push(scalars(data::weights(&mut generator, n)));
        }
        found.cost = scalars(data::uniform(&mut generator, 12 * 9));
        found
    }

    /// Squared Euclidean and Euclidean points, a matrix here and there, balanced and relaxed.
    fn problems(&self) -> Vec<Problem<'_, T>> {
        let problem = |k: usize| {
            let (x, y) = (&self.x[k], &self.y[k]);
            let problem = match k % 5 {
                3 => Problem::new(CostMatrix::row_major(&self.cost, 12, 9)?)?,
                1 => Problem::new(PointCloud::new(x, y, 2, &Euclidean)?)?.weights_a(&self.a[k])?,
                _ => Problem::new(PointCloud::squared_euclidean(x, y, 2)?)?.weights_a(&self.a[k])?,
            };
            let rho = if k % 4 == 2 { T::ONE } else { T::INFINITY };
            problem.unbalanced(rho, T::INFINITY)?.epsilon(Epsilon::Absolute(T::constant(0.1)))
        };
        (0..COUNT).map(|k| problem(k).unwrap()).collect()
    }
}

/// What a batch leaves, owned.
type Results<T> = Vec<Result<(Report<T>, Vec<T>, Vec<T>), Error>>;

fn batch<T: Real, S: Start<T>>(
    problems: &[Problem<'_, T>],
    start: impl Fn(usize) -> S + Sync,
    settings: &Settings<T>,
) -> Result<Results<T>, Error> {
    // What is in the memory does not matter.
    let mut memory = vec![T::INFINITY; batch_len(problems, settings)?];
    let mut results = vec![Err(Error::new(Argument::OUTPUT, ErrorKind::Empty)); problems.len()];
    solve_batch(problems, start, settings, &mut memory, &mut results, |result, solved| {
        *result = solved.map(|solution| (*solution.report(), solution.f().to_vec(), solution.g().to_vec()));
    })?;
    Ok(results)
}

fn is_as_one_by_one<T: Real>() {
    let data = Data::<T>::new();
    let problems = data.problems();
    let storages = [Storage::Stream, Storage::Cost, Storage::Kernel, Storage::Auto { scalars: 400 }];
    let accelerations = [
        Acceleration::Plain,
        Acceleration::Anderson { memory: 5 },
        Acceleration::AdaptiveRelaxation,
        Acceleration::Plain,
    ];
    for (storage, acceleration) in storages.into_iter().zip(accelerations) {
        let alone: Results<T> = problems
            .iter()
            .map(|problem| {
                let settings = Settings { storage, acceleration, ..Settings::default() };
                solve_owned(problem, &Auto, &settings).map(|solved| (solved.report, solved.f, solved.g))
            })
            .collect();
        assert!(alone.iter().flatten().all(|(report, ..)| report.status == Status::Converged));
        let kept = |name| alone.iter().flatten().filter(|(report, ..)| report.storage == name).count();
        if let Storage::Auto { .. } = storage {
            assert!(kept("kernel") > 0 && kept("stream") > 0, "each problem has a storage of its own");
        }
        for threads in [1, 2, 5, 100] {
            let settings = Settings { storage, acceleration, threads, ..Settings::default() };
            let together = batch(&problems, |_| Auto, &settings).unwrap();
            assert!(together == alone, "{} threads, {}", threads, storage.name());
        }
    }
}

#[test]
fn every_problem_has_the_bits_of_a_solve_of_its_own_in_double_precision() {
    is_as_one_by_one::<f64>();
}

#[test]
fn every_problem_has_the_bits_of_a_solve_of_its_own_in_single_precision() {
    is_as_one_by_one::<f32>();
}

#[test]
fn every_problem_may_have_a_start_of_its_own() {
    let data = Data::<f64>::new();
    let problems = data.problems();
    let settings = Settings { threads: 2, ..Settings::default() };
    let before = batch(&problems, |_| Zero, &settings).unwrap();
    let potentials: Vec<_> = before.into_iter().map(|result| result.unwrap().2).collect();
    let after = batch(&problems, |k| Given::g(&potentials[k]), &settings).unwrap();
    for (report, ..) in after.into_iter().map(Result::unwrap) {
        assert_eq!(report.start.name, "given");
        assert!(report.sweeps <= 2, "{} sweeps from the solution", report.sweeps);
    }
    // One chosen at run time.
    let chosen: &(dyn Start<f64> + Sync) = &Auto;
    assert!(batch(&problems, |_| chosen, &settings).unwrap().iter().all(Result::is_ok));
}

#[test]
fn a_bad_problem_is_told_by_its_index_and_the_others_are_solved() {
    let data = Data::<f64>::new();
    let mut problems = data.problems();
    let heavy = vec![1.0; data.x[5].len() / 2];
    problems[5] = Problem::new(PointCloud::squared_euclidean(&data.x[5], &data.y[5], 2).unwrap())
        .and_then(|problem| problem.weights_a(&heavy))
        .unwrap();
    for threads in [1, 3] {
        let settings = Settings { threads, ..Settings::default() };
        let start = |k: usize| Given::g(if k == 8 { &[f64::NAN; 9][..] } else { &[0.0; 170][..problems[k].columns()] });
        let results = batch(&problems, start, &settings).unwrap();
        for (k, result) in results.iter().enumerate() {
            match k {
                5 => assert!(matches!(result, Err(Error { kind: ErrorKind::UnequalMass { .. }, .. })), "{result:?}"),
                8 => {
                    let error = *result.as_ref().unwrap_err();
                    assert_eq!((error.argument, error.place()), (Argument::G, Some(Place::entry(0))));
                }
                _ => assert!(result.is_ok(), "{k}: {result:?}"),
            }
        }
    }
}

#[test]
fn an_empty_batch_needs_no_memory() {
    let settings = Settings::<f32> { threads: 4, ..Settings::default() };
    assert_eq!(batch_len::<f32>(&[], &settings), Ok(0));
    assert!(batch::<f32, Zero>(&[], |_| Zero, &settings).unwrap().is_empty());
}

#[test]
fn a_bad_call_solves_nothing_and_says_what_is_needed() {
    let data = Data::<f64>::new();
    let problems = data.problems();
    let settings = Settings { threads: 3, ..Settings::default() };
    let required = batch_len(&problems, &settings).unwrap();
    let largest = sinkhorn_core::Workspace::len(&problems[COUNT - 1], &Settings::default()).unwrap();
    assert_eq!(required, 3 * largest);
    assert_eq!(batch_len(&problems[COUNT - 1..], &settings), Ok(largest), "no more workspaces than problems");

    let calls = AtomicUsize::new(0);
    let call = |settings: &Settings<f64>, scalars: usize, outputs: usize| {
        let (mut memory, mut outputs) = (vec![0.0; scalars], vec![(); outputs]);
        solve_batch(
            &problems,
            |_| Zero,
            settings,
            &mut memory,
            &mut outputs,
            |(), _| {
                calls.fetch_add(1, Ordering::SeqCst);
            },
        )
    };
    let actual = required - 1;
    assert_eq!(
        call(&settings, actual, COUNT),
        Err(Error::new(Argument::WORKSPACE, ErrorKind::Workspace { required, actual }))
    );
    for actual in [COUNT - 1, COUNT + 1] {
        let expected = COUNT;
        let error = Error::new(Argument::OUTPUT, ErrorKind::Length { expected, actual });
        assert_eq!(call(&settings, required, actual), Err(error));
    }
    let none = call(&Settings { threads: 0, ..settings }, required, COUNT);
    assert_eq!(none, Err(Error::new(Argument::THREADS, ErrorKind::NotPositive { value: 0.0 })));
    assert_eq!(calls.load(Ordering::SeqCst), 0);
    assert_eq!(call(&settings, required + 1, COUNT), Ok(()));
    assert_eq!(calls.load(Ordering::SeqCst), COUNT);
}

#[test]
fn potentials_of_all_problems_go_to_two_arrays() {
    let data = Data::<f32>::new();
    let problems = data.problems();
    let settings = Settings { threads: 2, ..Settings::default() };
    let rows: usize = problems.iter().map(Problem::rows).sum();
    let columns: usize = problems.iter().map(Problem::columns).sum();
    let (mut f, mut g) = (vec![0.0; rows], vec![0.0; columns]);
    let mut memory = vec![0.0; batch_len(&problems, &settings).unwrap()];
    let outputs = PotentialRows::new(&problems, &mut f, &mut g).unwrap();
    assert_eq!(outputs.len(), COUNT);
    solve_batch(
        &problems,
        |_| Zero,
        &settings,
        &mut memory,
        outputs,
        |(f, g), solved| {
            let solution = solved.unwrap();
            f.copy_from_slice(solution.f());
            g.copy_from_slice(solution.g());
        },
    )
    .unwrap();
    let alone = batch(&problems, |_| Zero, &settings).unwrap();
    let (expected_f, expected_g): (Vec<_>, Vec<_>) = alone.into_iter().flatten().map(|(_, f, g)| (f, g)).unzip();
    assert!(f == expected_f.concat() && g == expected_g.concat());

    let short = PotentialRows::new(&problems, &mut f[1..], &mut g).err();
    assert_eq!(short, Some(Error::new(Argument::F, ErrorKind::Length { expected: rows, actual: rows - 1 })));
    let long = PotentialRows::new(&problems[1..], &mut f[problems[0].rows()..], &mut g).err();
    let expected = columns - problems[0].columns();
    assert_eq!(long, Some(Error::new(Argument::G, ErrorKind::Length { expected, actual: columns })));
}

#[test]
fn every_item_is_worked_on_once_and_no_memory_by_two() {
    for threads in [0, 1, 2, 7] {
        let mut memory = vec![0_usize; 3 * threads.max(1) + 2];
        let mut counts = vec![0; 500];
        share_out(counts.iter_mut().enumerate(), threads, &mut memory, |(k, count), memory| {
            assert!(memory.len() >= 3);
            for _ in 0..50 {
                memory.fill(k);
                std::hint::black_box(&mut *memory);
                assert!(memory.iter().all(|&value| value == k));
            }
            *count += 1;
        });
        assert!(counts.iter().all(|&count| count == 1));
    }
    share_out([1, 2, 3], 5, &mut [0.0; 0], |_, memory| assert!(memory.is_empty()));
}

#[test]
fn a_panic_in_one_problem_reaches_the_caller() {
    let caught = std::panic::catch_unwind(|| {
        share_out(0..100, 2, &mut [0; 2], |k, _| assert_ne!(k, 50, "meant to fail"));
    });
    assert!(caught.is_err());
}
