//! Histograms, counters, time series, and the run record.
