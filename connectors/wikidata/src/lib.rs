//! Finds an entity of Wikidata and its facts as typed claims.
