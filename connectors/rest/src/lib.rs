//! The declarative tier: a source that is only a mapping.
