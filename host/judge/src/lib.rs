//! Judges a component by recorded exchanges.
