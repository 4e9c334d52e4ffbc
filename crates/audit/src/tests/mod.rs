//! Legal streams of facts are clean; breaking a promise on purpose is named as just that.

mod broken;
mod budgets;
mod connections;
mod limits;
mod reasons;
mod rules;
mod story;
mod transfers;
