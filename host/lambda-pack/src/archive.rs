//! The archive: equal files make equal bytes.

use crate::{File, PackError};
use std::io::{Cursor, Write as _};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Programs and folders may be entered by everybody: Lambda runs the function as a user of its own.
const PROGRAM_MODE: u32 = 0o755;
const FILE_MODE: u32 = 0o644;

/// Packs files, in their order, as of 1980: no time, no user and no machine stands in the archive.
///
/// # Errors
/// A file is too large for an archive.
pub fn zip(files: &[File]) -> Result<Vec<u8>, PackError> {
    let failed = |error: String| PackError::Archive(error);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for File { path, bytes, executable } in files {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(9))
            .last_modified_time(DateTime::default())
            .unix_permissions(if *executable { PROGRAM_MODE } else { FILE_MODE });
        writer.start_file(path.as_str(), options).map_err(|error| failed(error.to_string()))?;
        writer.write_all(bytes).map_err(|error| failed(error.to_string()))?;
    }
    Ok(writer.finish().map_err(|error| failed(error.to_string()))?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn equal_files_make_equal_archives_that_others_can_read() {
        let file = |path: &str, text: &str, executable| File {
            path: path.to_owned(),
            bytes: text.repeat(1000).into_bytes(),
            executable,
        };
        let files = [file("bootstrap", "program", true), file("catalogue/clock.toml", "source", false)];
        let archive = zip(&files).unwrap();
        assert_eq!(archive, zip(&files).unwrap());

        let mut read = zip::ZipArchive::new(Cursor::new(&archive)).unwrap();
        assert_eq!(read.len(), files.len());
        for (at, file) in files.iter().enumerate() {
            let mut entry = read.by_index(at).unwrap();
            let mode = if file.executable { PROGRAM_MODE } else { FILE_MODE };
            assert_eq!((&*entry.name().unwrap(), entry.unix_mode().unwrap() & 0o777), (file.path.as_str(), mode));
            let year = entry.last_modified().unwrap().year();
            assert_eq!(year, 1980);
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            assert_eq!(bytes, file.bytes);
        }
    }
}
