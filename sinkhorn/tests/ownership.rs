//! Results are values: they are returned, stored, cloned, and sent to other threads.

use std::collections::{HashMap, hash_map::Entry};
use std::sync::mpsc;
use std::thread;

use sinkhorn::{Divergence, Error, Matrix, Soft, Transport};

/// Points and weights end with this function.
fn solved(shift: f64) -> Result<Transport, Error> {
    let x: Vec<[f64; 2]> = (0..20).map(|k| [(f64::from(k) * 0.7).sin(), (f64::from(k) * 1.3).cos()]).collect();
    let y: Vec<[f64; 2]> = x.iter().map(|x| [x[0] + shift, x[1] * 1.5]).collect();
    let a: Vec<f64> = (1..=20).map(f64::from).collect();
    let b: Vec<f64> = a.iter().rev().copied().collect();
    Transport::between(&x, &y).weights(&a, &b).epsilon(0.05).solve()
}

struct Cache {
    plans: HashMap<u32, Transport>,
}

impl Cache {
    fn get(&mut self, shift: u32) -> Result<&Transport, Error> {
        match self.plans.entry(shift) {
            Entry::Occupied(held) => Ok(held.into_mut()),
            Entry::Vacant(place) => Ok(place.insert(solved(f64::from(shift))?)),
        }
    }
}

#[test]
fn a_function_returns_one() {
    let t = solved(1.0).unwrap();
    assert!(t.converged());
    let (rows, _) = t.marginals();
    assert!((rows.iter().sum::<f64>() - 210.0).abs() < 1e-3);
}

#[test]
fn a_struct_holds_some() {
    let mut cache = Cache { plans: HashMap::new() };
    let first = cache.get(1).unwrap().objective();
    assert!(cache.get(2).unwrap().objective() > first);
    assert_eq!(cache.get(1).unwrap().objective(), first);
    assert_eq!(cache.plans.len(), 2);
}

#[test]
fn a_thread_receives_one_and_several_read_it() {
    let (sender, receiver) = mpsc::channel();
    let worker = thread::spawn(move || {
        let t: Transport = receiver.recv().unwrap();
        (t.plan(), t)
    });
    let t = solved(1.0).unwrap();
    let here = t.plan();
    sender.send(t).unwrap();
    let (there, t) = worker.join().unwrap();
    assert_eq!(here, there);
    thread::scope(|scope| {
        let readers: Vec<_> = (0..3).map(|_| scope.spawn(|| t.map().unwrap())).collect();
        let maps: Vec<Matrix<f64>> = readers.into_iter().map(|reader| reader.join().unwrap()).collect();
        assert!(maps.iter().all(|map| map == &maps[0]));
    });
}

#[test]
fn a_clone_is_one_of_its_own() {
    let t = solved(1.0).unwrap();
    let copy = t.clone();
    let plan = t.plan();
    drop(t);
    assert_eq!(copy.plan(), plan);
}

#[test]
fn all_results_own_what_they_need() {
    fn check<V: Clone + std::fmt::Debug + Send + Sync + 'static>() {}
    check::<Transport<f32>>();
    check::<Transport<f64>>();
    check::<Divergence<f32>>();
    check::<Soft<f64>>();
    check::<Matrix<f64>>();
    check::<sinkhorn::Gradient<f32>>();
    check::<Error>();
}
