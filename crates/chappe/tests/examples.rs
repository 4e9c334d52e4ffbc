//! Every example ends well. Each is a module here, so that its `main` runs as a test.

#[path = "../examples/policy_decision.rs"]
mod policy_decision;
#[path = "../examples/run_and_read.rs"]
mod run_and_read;
#[path = "../examples/service_law.rs"]
mod service_law;
#[path = "../examples/two_arms.rs"]
mod two_arms;

#[test]
fn a_run_is_read() {
    run_and_read::main().unwrap();
}

#[test]
fn two_arms_are_compared() {
    two_arms::main().unwrap();
}

#[test]
fn a_policy_decides() {
    policy_decision::main().unwrap();
}

#[test]
fn waiting_follows_the_law_of_service_times() {
    service_law::main().unwrap();
}
