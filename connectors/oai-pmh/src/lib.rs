//! oai-pmh
