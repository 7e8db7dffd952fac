//! The promises, by kind.
