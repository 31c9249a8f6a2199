/// A cost that the solver knows how to compute in vectors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BuiltIn<T> {
    /// A cost of the caller.
    None,
    /// |x - y|^2.
    SquaredEuclidean,
    /// 1 - x.y / (|x| |y|).
    Cosine,
    /// (sum_k |x_k - y_k|^p)^(1/p) for this p: 1 is the Manhattan distance, 2 the Euclidean, infinity the largest
    /// difference.
    Norm(T),
}
