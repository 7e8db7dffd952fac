//! What hostile services send, and what the ledger says of them.

/// One kind of hostility.
#[derive(Debug)]
pub(crate) struct Kind {
    /// Of the source, and the first label of its host.
    pub(crate) name: &'static str,
    /// Words of its line in the ledger, one of which must be there.
    pub(crate) expected: &'static [&'static str],
}

const fn kind(name: &'static str, expected: &'static [&'static str]) -> Kind {
    Kind { name, expected }
}

/// The ledger names what the host saw; where a flood outlasts the question, the source is late.
pub(crate) const KINDS: [Kind; 23] = [
    kind("gzip", &["unpack to more"]),
    kind("gzip-members", &["unpack to more"]),
    kind("deflate", &["unpack to more"]),
    kind("brotli", &["unpack to more"]),
    kind("brotli-window", &["window of 16 MiB"]),
    kind("zstd", &["unpack to more"]),
    kind("zstd-window", &["zstd"]),
    kind("gzip-endless", &["more than"]),
    kind("nested-listed", &["was not asked for"]),
    kind("nested-twice", &["came twice"]),
    kind("nested-inside", &["failed"]),
    kind("xpress", &["was not asked for"]),
    kind("length", &["more than"]),
    kind("chunks", &["more than"]),
    kind("close", &["more than"]),
    kind("tiny-chunks", &["more", "late"]),
    kind("extensions", &["failed"]),
    kind("trailers", &["failed"]),
    kind("headers", &["header block"]),
    kind("interim", &["before its answer", "header block"]),
    kind("drip", &["late", "in time"]),
    kind("silent", &["late", "in time"]),
    kind("depth", &["failed"]),
];
