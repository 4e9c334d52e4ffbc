//! An independent judge of the platform: a fold over facts.
