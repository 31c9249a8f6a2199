//! Sinkhorn in thirty lines of f64, without tricks, to compare with.

/// Potentials after `sweeps` log-domain sweeps on a cost matrix (n x m, row-major); rho infinite is balanced.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Oracle {
    pub f: Vec<f64>,
    pub g: Vec<f64>,
    pub plan: Vec<f64>,
    pub transport_cost: f64,
    pub objective: f64,
}

/// Runs it.
pub fn sinkhorn(cost: &[f64], a: &[f64], b: &[f64], epsilon: f64, (rho_a, rho_b): (f64, f64), sweeps: usize) -> Oracle {
    let (n, m) = (a.len(), b.len());
    let tau = |rho: f64| if rho.is_infinite() { 1.0 } else { rho / (rho + epsilon) };
    let log_sum = |terms: &mut dyn Iterator<Item = f64>| {
        let terms: Vec<f64> = terms.collect();
        let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        largest + terms.iter().map(|t| (t - largest).exp()).sum::<f64>().ln()
    };
    let (mut f, mut g) = (vec![0.0; n], vec![0.0; m]);
    for _ in 0..sweeps {
        for i in 0..n {
            f[i] = -tau(rho_a) * epsilon * log_sum(&mut (0..m).map(|j| b[j].ln() + (g[j] - cost[i * m + j]) / epsilon));
        }
        for j in 0..m {
            g[j] = -tau(rho_b) * epsilon * log_sum(&mut (0..n).map(|i| a[i].ln() + (f[i] - cost[i * m + j]) / epsilon));
        }
    }
    let plan: Vec<f64> =
        (0..n * m).map(|k| a[k / m] * b[k % m] * ((f[k / m] + g[k % m] - cost[k]) / epsilon).exp()).collect();
    let divergence = |p: f64, q: f64| if p > 0.0 { p * (p / q).ln() - p + q } else { q };
    let transport_cost: f64 = plan.iter().zip(cost).map(|(p, c)| p * c).sum();
    let mut objective =
        transport_cost + epsilon * (0..n * m).map(|k| divergence(plan[k], a[k / m] * b[k % m])).sum::<f64>();
    if rho_a.is_finite() {
        objective += rho_a * (0..n).map(|i| divergence(plan[i * m..(i + 1) * m].iter().sum(), a[i])).sum::<f64>();
    }
    if rho_b.is_finite() {
        objective += rho_b * (0..m).map(|j| divergence((0..n).map(|i| plan[i * m + j]).sum(), b[j])).sum::<f64>();
    }
    Oracle { f, g, plan, transport_cost, objective }
}

/// |x_i - y_j|^2, row-major.
pub fn squared_euclidean(x: &[f64], y: &[f64], dimension: usize) -> Vec<f64> {
    let mut cost = Vec::new();
    for p in x.chunks(dimension) {
        for q in y.chunks(dimension) {
            cost.push(p.iter().zip(q).map(|(s, t)| (s - t) * (s - t)).sum());
        }
    }
    cost
}
