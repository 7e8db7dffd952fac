//! sparql
