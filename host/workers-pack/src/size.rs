//! How large a script is, beside what the platform takes.

use crate::files;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fmt::Write as _;
use std::io::Write as _;

/// A script may have this many bytes after gzip on a free plan.
pub const GZIP_BYTES_FREE: usize = 3 * 1024 * 1024;
/// ... and on a paid one.
pub const GZIP_BYTES_PAID: usize = 10 * 1024 * 1024;

/// Bytes of a script: as they are, and after gzip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sizes {
    /// All of it.
    pub script: Size,
    /// Orchestrator, glue and what is generated.
    pub orchestrator: Size,
    /// The project's four functions.
    pub functions: Size,
    /// The bundle's connectors.
    pub connectors: Size,
    /// What the orchestrator reads: configuration and catalogue.
    pub data: Size,
}

/// Bytes of some files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Size {
    /// As they are.
    pub raw: usize,
    /// In one piece after gzip, which is how the platform counts.
    pub gzip: usize,
}

impl Sizes {
    /// Of a script's files.
    #[must_use]
    pub fn of(all: &[(String, Vec<u8>)]) -> Self {
        let of = |wanted: &dyn Fn(&str) -> bool| {
            Size::of(all.iter().filter(|(path, _)| path != files::CONFIG && wanted(path)).map(|(_, bytes)| &**bytes))
        };
        let (function, connector) =
            (|path: &str| path.starts_with("functions/"), |path: &str| path.starts_with("connectors/"));
        let data = |path: &str| path == "data.bin";
        Self {
            script: of(&|_| true),
            functions: of(&function),
            connectors: of(&connector),
            data: of(&data),
            orchestrator: of(&|path| !function(path) && !connector(path) && !data(path)),
        }
    }

    /// For people: a line for each part, and the platform's limits.
    #[must_use]
    pub fn table(&self) -> String {
        let mut out = String::new();
        for (name, size) in [
            ("orchestrator", self.orchestrator),
            ("functions", self.functions),
            ("connectors", self.connectors),
            ("data", self.data),
            ("script", self.script),
        ] {
            let _ = writeln!(out, "{name:<13} {:>9} bytes, {:>9} after gzip", size.raw, size.gzip);
        }
        let fits = match self.script.gzip {
            bytes if bytes <= GZIP_BYTES_FREE => "fits every plan",
            bytes if bytes <= GZIP_BYTES_PAID => "needs a paid plan",
            _ => "is too large for any plan",
        };
        let _ = writeln!(
            out,
            "{:<13} {GZIP_BYTES_FREE:>9} bytes after gzip (free), {GZIP_BYTES_PAID} (paid): it {fits}",
            "limit"
        );
        out
    }
}

impl Size {
    fn of<'f>(files: impl Iterator<Item = &'f [u8]>) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        let mut raw = 0;
        for bytes in files {
            raw += bytes.len();
            // Memory is never full in a way that could be answered here: what cannot be counted is counted as it is.
            if encoder.write_all(bytes).is_err() {
                return Self { raw, gzip: raw };
            }
        }
        Self { raw, gzip: encoder.finish().map_or(raw, |encoded| encoded.len()) }
    }
}
