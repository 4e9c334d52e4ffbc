//! Run records to plots and one self-contained document.
