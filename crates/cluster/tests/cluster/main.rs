//! Several processes of one run. Here they are threads of one process, connected over loopback.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod distributed;
mod meeting;
