//! What a change must not make worse.

#[expect(dead_code, reason = "the command that asks for the counts is still to come")]
pub(crate) mod instructions;
