//! Two facts that belong together, in whichever order they come.

/// One step that two facts tell of, mostly a move of money and its reason. Steps don't overlap:
/// both halves of one are told before the next begins.
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
    /// Tells the left half; both, if the step is now complete.
    ///
    /// # Errors
    /// The left half before, which its right half never joined.
    pub(crate) fn left(&mut self, left: L) -> Result<Option<(L, R)>, L> {
        match self.right.take() {
            Some(right) => Ok(Some((left, right))),
            None => self.left.replace(left).map_or(Ok(None), Err),
        }
    }

    /// Tells the right half; both, if the step is now complete.
    ///
    /// # Errors
    /// The right half before, which its left half never joined.
    pub(crate) fn right(&mut self, right: R) -> Result<Option<(L, R)>, R> {
        match self.left.take() {
            Some(left) => Ok(Some((left, right))),
            None => self.right.replace(right).map_or(Ok(None), Err),
        }
    }

    /// The half that waits in vain at the end.
    pub(crate) fn leftover(&mut self) -> (Option<L>, Option<R>) {
        (self.left.take(), self.right.take())
    }
}
