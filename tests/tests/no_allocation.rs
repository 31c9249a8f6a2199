//! A whole solve allocates nothing, and a batch nothing for a problem: counted by an allocator of our own.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use sinkhorn_core::{
    Acceleration, PointCloud, Problem, Settings,
    batch::{batch_len, solve_batch},
    diff::{Changes, Cotangent, DerivativeSettings, Derivatives, Gradients, Tangent},
    divergence::{divergence_gradient_len, divergence_len, sinkhorn_divergence},
    embedded::FixedWorkspace,
    soft::{SoftSettings, soft_len, soft_rank},
    solve,
    start::{FixedGaussianStart, Monotone, Start, Zero},
};

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::SeqCst);
        // SAFETY: the caller's contract is passed on.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's contract is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// One test in this file: another one beside it would be counted too.
#[test]
fn problems_allocate_nothing() {
    a_solve_allocates_nothing();
    a_batch_allocates_nothing_for_a_problem();
    derivatives_allocate_nothing();
}

fn derivatives_allocate_nothing() {
    let x: [f64; 40] = core::array::from_fn(|k| (k as f64 * 0.7).sin());
    let y: [f64; 60] = core::array::from_fn(|k| 1.0 + (k as f64 * 1.1).cos());
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap()).unwrap();
    let (settings, differentiation) = (Settings::default(), DerivativeSettings::default());
    let mut memory = vec![0.0; divergence_len(&problem, &settings).unwrap()];
    let mut derivative_memory = vec![0.0; divergence_gradient_len(20, 30, 2, differentiation.threads).unwrap()];
    let soft_settings = SoftSettings::default();
    let mut soft_memory = vec![0.0; soft_len(40, 40, &soft_settings).unwrap()];
    let (mut in_x, mut ranks, mut df) = ([0.0; 40], [0.0; 40], [0.0; 20]);

    let before = ALLOCATIONS.load(Ordering::SeqCst);
    let divergence = sinkhorn_divergence(&problem, &Zero, &settings, &mut memory).unwrap();
    let gradients = &mut Gradients { x: Some(&mut in_x), ..Gradients::none() };
    divergence.gradient(&differentiation, &mut derivative_memory, gradients).unwrap();
    let mut derivatives = Derivatives::new(divergence.between(), &differentiation, &mut derivative_memory).unwrap();
    derivatives.vjp(&Cotangent { map: Some(&x), ..Cotangent::none() }, gradients).unwrap();
    let tangent = Tangent { x: Some(&x), epsilon: 1.0, ..Tangent::none() };
    derivatives.jvp(&tangent, &mut Changes { f: Some(&mut df), ..Changes::none() }).unwrap();
    derivatives.objective_hessian(&tangent, gradients).unwrap();
    let mut soft = soft_rank(&x, None, &soft_settings, &mut soft_memory, &mut ranks).unwrap();
    soft.vjp(&x, &mut in_x, None).unwrap();
    assert_eq!(ALLOCATIONS.load(Ordering::SeqCst), before);
}

fn a_solve_allocates_nothing() {
    let x: [f32; 20] = core::array::from_fn(|k| (k as f32 * 0.7).sin());
    let y: [f32; 30] = core::array::from_fn(|k| 1.0 + (k as f32 * 1.1).cos());
    let mut workspace = Box::new(FixedWorkspace::<f32, 20, 30, 2, 6>::new());
    let starts: [(usize, &dyn Start<f32>); 4] = [
        (1, &Zero),
        (1, &Monotone),
        (1, &FixedGaussianStart::<1> { form: sinkhorn_core::start::GaussianForm::Entropic }),
        (2, &FixedGaussianStart::<2> { form: sinkhorn_core::start::GaussianForm::Unregularised }),
    ];
    let mut plan = [0.0_f32; 600];
    let before = ALLOCATIONS.load(Ordering::SeqCst);
    let probe = Box::new(1);
    assert_eq!(ALLOCATIONS.load(Ordering::SeqCst), before + 1, "the count counts");
    drop(probe);
    for (dimension, start) in starts {
        for acceleration in
            [Acceleration::Plain, Acceleration::Relaxation { factor: 1.3 }, Acceleration::Anderson { memory: 6 }]
        {
            let settings = Settings { acceleration, ..Settings::default() };
            let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, dimension).unwrap()).unwrap();
            let before = ALLOCATIONS.load(Ordering::SeqCst);
            let solution = solve(&problem, start, &settings, workspace.lend(&problem).unwrap()).unwrap();
            let cells = problem.rows() * problem.columns();
            solution.plan(&mut plan[..cells]).unwrap();
            let objective = solution.report().objective;
            assert_eq!(ALLOCATIONS.load(Ordering::SeqCst), before);
            assert!(objective.is_finite());
        }
    }
}

fn a_batch_allocates_nothing_for_a_problem() {
    let x: [f32; 40] = core::array::from_fn(|k| (k as f32 * 0.7).sin());
    let y: [f32; 40] = core::array::from_fn(|k| 1.0 + (k as f32 * 1.1).cos());
    let problems: Vec<_> = (0..1000)
        .map(|k| Problem::new(PointCloud::squared_euclidean(&x[..10 + 2 * (k % 15)], &y, 2).unwrap()).unwrap())
        .collect();
    let mut costs = vec![Ok(0.0); problems.len()];
    for threads in [1, 2, 3] {
        let settings = Settings { threads, ..Settings::default() };
        let mut memory = vec![0.0; batch_len(&problems, &settings).unwrap()];
        let mut allocated = |problems: &[Problem<'_, f32>]| {
            let before = ALLOCATIONS.load(Ordering::SeqCst);
            let outputs = &mut costs[..problems.len()];
            solve_batch(
                problems,
                |_| Zero,
                &settings,
                &mut memory,
                outputs,
                |cost, solved| {
                    *cost = solved.map(|solution| solution.report().transport_cost);
                },
            )
            .unwrap();
            ALLOCATIONS.load(Ordering::SeqCst) - before
        };
        // The least of a few: rayon makes its threads at the first call, and room for its queues now and then.
        let mut least = |count| (0..5).map(|_| allocated(&problems[..count])).min().unwrap();
        let (few, many) = (least(10), least(1000));
        assert_eq!(few, many, "{threads} threads");
        assert!(threads > 1 || many == 0, "{many} without rayon");
    }
    assert!(costs.iter().all(|cost| cost.as_ref().is_ok_and(|cost| *cost > 0.0)));
}
