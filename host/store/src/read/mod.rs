//! Files to plain text with the shape that passages need: headings and pages.
//!
//! Takes the bytes of a file; gives a [`Text`]. Fails with one line that says why. Limits: bytes of text kept of one
//! file. Why it is so: offsets point into this text and not into the file, so a citation means the same for every
//! format, and `text[start..end]` is the passage.

mod html;
mod markdown;
mod pdf;

use std::path::Path;

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Markdown,
    Plain,
    Html,
    Pdf,
}

impl Format {
    /// By its extension; none when it is not read.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "md" | "markdown" | "mdown" | "mkd" => Some(Self::Markdown),
            "txt" | "text" | "rst" | "org" | "adoc" | "asciidoc" => Some(Self::Plain),
            "html" | "htm" | "xhtml" => Some(Self::Html),
            "pdf" => Some(Self::Pdf),
            _ => None,
        }
    }
}

/// What a file says. Blocks stand in order, an empty line between two.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Text {
    /// The document's own title, where its format has one.
    pub(crate) title: Option<String>,
    pub(crate) text: String,
    pub(crate) blocks: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) kind: BlockKind,
    /// In the text.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Counted from 1, where the format has pages.
    pub(crate) page: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BlockKind {
    /// 1 to 6.
    Heading(u8),
    Paragraph,
}

impl Text {
    /// Adds a block, its blanks and empty lines taken out; false when the text is full.
    pub(crate) fn push(&mut self, kind: BlockKind, page: Option<u32>, block: &str) -> bool {
        let block = block.trim();
        if block.is_empty() {
            return true;
        }
        if self.text.len() + block.len() > TEXT_BYTES_MAX {
            return false;
        }
        if !self.text.is_empty() {
            self.text.push_str("\n\n");
        }
        let start = self.text.len();
        self.text.push_str(block);
        self.blocks.push(Block { kind, start, end: self.text.len(), page });
        true
    }
}

/// Reads a file's bytes.
pub(crate) fn read(format: Format, bytes: &[u8]) -> Result<Text, String> {
    let text = match format {
        Format::Markdown => markdown::read(&decoded(bytes)?),
        Format::Plain => plain(&decoded(bytes)?),
        Format::Html => html::read(&html::decoded(bytes)?),
        Format::Pdf => pdf::read(bytes)?,
    };
    if text.text.is_empty() {
        return Err("it holds no text".to_owned());
    }
    Ok(text)
}

/// UTF-8, or UTF-16 that says so; other encodings cannot be told apart, so they are refused rather than garbled.
fn decoded(bytes: &[u8]) -> Result<String, String> {
    let text = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => {
            std::str::from_utf8(rest).map(str::to_owned).map_err(|error| error.to_string())
        }
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => std::str::from_utf8(bytes).map(str::to_owned).map_err(|error| error.to_string()),
    };
    let text = text.map_err(|error| format!("it is not UTF-8: {error}"))?;
    if text.contains('\0') { Err("it holds NUL bytes, so it is no text".to_owned()) } else { Ok(text) }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, String> {
    let (units, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err("UTF-16 with half a character at its end".to_owned());
    }
    String::from_utf16(&units.iter().map(|&bytes| unit(bytes)).collect::<Vec<_>>()).map_err(|error| error.to_string())
}

/// Paragraphs stand apart by empty lines; a short line underlined by `===` or `---` is a heading, as in reStructuredText.
fn plain(source: &str) -> Text {
    let mut text = Text::default();
    let mut paragraph = String::new();
    for line in source.lines() {
        let line = line.trim_end();
        let is_rule = line.len() >= 3 && line.bytes().all(|byte| byte == b'=' || byte == b'-');
        if is_rule && !paragraph.is_empty() && !paragraph.contains('\n') && paragraph.len() <= HEADING_BYTES_MAX {
            let level = if line.starts_with('=') { 1 } else { 2 };
            if !text.push(BlockKind::Heading(level), None, &std::mem::take(&mut paragraph)) {
                return text;
            }
        } else if line.is_empty() {
            if !text.push(BlockKind::Paragraph, None, &std::mem::take(&mut paragraph)) {
                return text;
            }
        } else {
            if !paragraph.is_empty() {
                paragraph.push('\n');
            }
            paragraph.push_str(line);
        }
    }
    text.push(BlockKind::Paragraph, None, &paragraph);
    text
}

/// Text kept of one file; a longer one is known by its beginning.
const TEXT_BYTES_MAX: usize = 8 * 1024 * 1024;
const HEADING_BYTES_MAX: usize = 120;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_text_is_its_paragraphs() {
        let text = read(Format::Plain, b"Title\n=====\n\nOne\ntwo.\n\n\n  Three.  \n").unwrap();
        let blocks: Vec<_> = text.blocks.iter().map(|block| (block.kind, &text.text[block.start..block.end])).collect();
        let expected =
            [(BlockKind::Heading(1), "Title"), (BlockKind::Paragraph, "One\ntwo."), (BlockKind::Paragraph, "Three.")];
        assert_eq!(blocks, expected);
    }

    #[test]
    fn other_encodings_are_read_or_refused_never_garbled() {
        assert_eq!(read(Format::Plain, b"\xff\xfeH\0i\0").unwrap().text, "Hi");
        assert_eq!(read(Format::Plain, b"\xef\xbb\xbfHi").unwrap().text, "Hi");
        assert!(read(Format::Plain, b"caf\xe9 au lait").unwrap_err().contains("UTF-8"));
        assert!(read(Format::Plain, b"a\0b").unwrap_err().contains("NUL"));
        assert!(read(Format::Plain, b" \n ").unwrap_err().contains("no text"));
    }
}
