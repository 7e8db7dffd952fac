//! The life of an account, on a clock of its own.
