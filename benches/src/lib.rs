//! Budgets and comparisons.
