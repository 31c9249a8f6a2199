//! The examples of the core do what they say.

#[path = "../../../core/examples/gradient_flow.rs"]
mod gradient_flow;
#[path = "../../../core/examples/linear_map.rs"]
mod linear_map;
#[path = "../../../core/examples/spearman.rs"]
mod spearman;

use sinkhorn_core::soft::SoftStart;

#[test]
fn a_cloud_flows_onto_another() {
    let warm = gradient_flow::run(true).unwrap();
    let (first, last) = (warm.divergences[0], warm.divergences[warm.divergences.len() - 1]);
    assert!(first > 3.0 && last < 1e-4, "{first} to {last}");
    assert!(warm.divergences.windows(2).all(|pair| pair[1] <= pair[0]), "{:?}", warm.divergences);
    let cold = gradient_flow::run(false).unwrap();
    assert!(warm.sweeps < cold.sweeps, "{} and {}", warm.sweeps, cold.sweeps);
}

#[test]
fn a_linear_map_is_learnt_from_a_plan() {
    let learnt = linear_map::run().unwrap();
    assert!(learnt.error < 1e-4, "{}", learnt.error);
    assert!(learnt.losses[0] > 0.5 && learnt.losses[learnt.losses.len() - 1] < 1e-8);
}

#[test]
fn ranks_are_trained_with_the_same_gradients_and_fewer_sweeps_from_the_monotone_start() {
    let tight = |start| spearman::run(start, 0.1, 1e-9).unwrap();
    let (monotone, zero) = (tight(SoftStart::Monotone), tight(SoftStart::Zero));
    assert_eq!(monotone.gradients.len(), zero.gradients.len());
    for (one, other) in monotone.gradients.iter().zip(&zero.gradients) {
        assert!((one - other).abs() < 1e-8, "{one} and {other}");
    }
    let loose = |start| spearman::run(start, 0.01, 1e-3).unwrap();
    let (monotone, zero) = (loose(SoftStart::Monotone), loose(SoftStart::Zero));
    assert!(4 * monotone.sweeps <= zero.sweeps, "{} and {}", monotone.sweeps, zero.sweeps);
    for training in [monotone, zero] {
        let last = training.losses[training.losses.len() - 1];
        assert!(training.losses[0] > 1.0 && last < 0.02, "{last}");
    }
}
