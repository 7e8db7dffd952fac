//! Converts quantities between units, from lengths to data rates.
