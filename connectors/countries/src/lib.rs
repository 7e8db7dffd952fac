//! Facts about countries, compiled in.
