//! Virtual time: calendar, logical processes and service queues, on timely dataflow.
