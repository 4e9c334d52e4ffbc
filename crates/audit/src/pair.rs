//! Two facts of one step, in any order.
//!
//! Every move of money has a second fact that says why. The audit holds the first of the two until the second
//! comes, and reports a fact whose partner never came.

/// The open half of a step. Steps do not overlap: both facts of a step come before those of the next.
#[derive(Debug)]
pub(crate) struct Pair<L, R> {
    left: Option<L>,
    right: Option<R>,
}

impl<L, R> Default for Pair<L, R> {
    fn default() -> Pair<L, R> {
        Pair {
            left: None,
            right: None,
        }
    }
}

impl<L, R> Pair<L, R> {
    /// Adds the left half. Returns both halves if the step is now complete.
    ///
    /// # Errors
    /// The left half of the step before, whose right half is missing.
    pub(crate) fn left(&mut self, left: L) -> Result<Option<(L, R)>, L> {
        match self.right.take() {
            Some(right) => Ok(Some((left, right))),
            None => self.left.replace(left).map_or(Ok(None), Err),
        }
    }

    /// Adds the right half. Returns both halves if the step is now complete.
    ///
    /// # Errors
    /// The right half of the step before, whose left half is missing.
    pub(crate) fn right(&mut self, right: R) -> Result<Option<(L, R)>, R> {
        match self.left.take() {
            Some(left) => Ok(Some((left, right))),
            None => self.right.replace(right).map_or(Ok(None), Err),
        }
    }

    /// Takes the half that is without a partner at the end.
    pub(crate) fn leftover(&mut self) -> (Option<L>, Option<R>) {
        (self.left.take(), self.right.take())
    }
}
