//! Eigenvalues and eigenvectors of small symmetric matrices.

/// A square matrix by rows.
pub(super) type Matrix = Vec<Vec<f64>>;

/// The matrix that changes nothing.
pub(super) fn identity(dimensions: usize) -> Matrix {
    let entry = |row: usize, column: usize| f64::from(u8::from(row == column));
    let row = |row: usize| (0..dimensions).map(|column| entry(row, column)).collect();
    (0..dimensions).map(row).collect()
}

/// Sweeps at most; matrices of a few dozen dimensions take under ten.
const SWEEPS: usize = 50;
/// Entries beside the diagonal count as 0 when they are so small a part of the diagonal.
const PRECISION: f64 = 1e-15;

/// The eigenvalues of a symmetric matrix, and as rows the eigenvectors of length 1 in the same order, by the
/// cyclic method of Jacobi (Golub and Van Loan, "Matrix computations", section 8.5).
pub(super) fn decompose(mut matrix: Matrix) -> (Vec<f64>, Matrix) {
    let dimensions = matrix.len();
    let mut axes = identity(dimensions);
    for _ in 0..SWEEPS {
        let mut rotated = false;
        for row in 0..dimensions {
            for column in row + 1..dimensions {
                let scale = (matrix[row][row] * matrix[column][column]).abs().sqrt();
                if matrix[row][column].abs() > PRECISION * scale {
                    rotate(&mut matrix, &mut axes, row, column);
                    rotated = true;
                }
            }
        }
        if !rotated {
            break;
        }
    }
    ((0..dimensions).map(|at| matrix[at][at]).collect(), axes)
}

/// Rotates two dimensions until the entry where they meet is 0.
fn rotate(matrix: &mut Matrix, axes: &mut Matrix, p: usize, q: usize) {
    let ratio = (matrix[q][q] - matrix[p][p]) / (2.0 * matrix[p][q]);
    let tangent = ratio.signum() / (ratio.abs() + (ratio * ratio + 1.0).sqrt());
    let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
    let sine = tangent * cosine;
    let turned = |a: f64, b: f64| (cosine * a - sine * b, sine * a + cosine * b);
    for row in matrix.iter_mut() {
        (row[p], row[q]) = turned(row[p], row[q]);
    }
    for at in 0..matrix.len() {
        (matrix[p][at], matrix[q][at]) = turned(matrix[p][at], matrix[q][at]);
        (axes[p][at], axes[q][at]) = turned(axes[p][at], axes[q][at]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chappe_base::{Keyed, Purpose};

    #[test]
    fn eigenvectors_are_stretched_by_their_eigenvalues() {
        let mut draws = Keyed::new(1, Purpose::Test).stream(0, 0);
        for dimensions in [1, 2, 5, 17] {
            let mut matrix = identity(dimensions);
            for (row, column) in (0..dimensions).flat_map(|row| (0..=row).map(move |column| (row, column))) {
                let entry = draws.unit() - 0.5;
                matrix[row][column] = entry;
                matrix[column][row] = entry;
            }
            let (values, axes) = decompose(matrix.clone());
            for (at, axis) in axes.iter().enumerate() {
                for (row, part) in matrix.iter().zip(axis) {
                    let product: f64 = row.iter().zip(axis).map(|(a, b)| a * b).sum();
                    assert!((product - values[at] * part).abs() < 1e-12);
                }
                for (other, second) in axes.iter().enumerate() {
                    let product: f64 = axis.iter().zip(second).map(|(a, b)| a * b).sum();
                    assert!((product - f64::from(u8::from(at == other))).abs() < 1e-12);
                }
            }
        }
    }
}
