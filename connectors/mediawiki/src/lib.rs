//! Searches any MediaWiki and extracts what its pages say.
