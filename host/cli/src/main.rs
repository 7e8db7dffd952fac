//! The terminal door: zero.
fn main() {}
