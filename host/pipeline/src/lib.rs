//! The life of a question, over a platform.

pub mod limits;
