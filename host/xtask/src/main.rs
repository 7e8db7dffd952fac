//! Everything that is done to this repository: components, ask, test, bench.
fn main() {}
