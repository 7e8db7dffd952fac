//! Markdown (CommonMark with tables): what a reader sees, not how it is marked.

use super::{BlockKind, Text};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

pub(super) fn read(source: &str) -> Text {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS;
    let mut text = Text::default();
    let mut block = String::new();
    let mut metadata = false;
    for event in Parser::new_ext(source, options) {
        let full = match event {
            Event::Start(Tag::MetadataBlock(_)) => {
                metadata = true;
                true
            }
            Event::End(TagEnd::MetadataBlock(_)) => {
                metadata = false;
                text.title = title(&std::mem::take(&mut block));
                true
            }
            Event::Start(Tag::Heading { .. } | Tag::CodeBlock(_) | Tag::Paragraph) if !metadata => true,
            Event::Start(Tag::Item) => {
                block.push_str(if block.is_empty() || block.ends_with('\n') { "- " } else { "\n- " });
                true
            }
            Event::End(TagEnd::Heading(level)) => flush(&mut text, &mut block, BlockKind::Heading(level as u8)),
            // Items of a list belong together; their paragraphs are lines of it.
            Event::End(TagEnd::Paragraph | TagEnd::CodeBlock | TagEnd::Table) if !block.starts_with("- ") => {
                flush(&mut text, &mut block, BlockKind::Paragraph)
            }
            Event::End(TagEnd::List(_)) => flush(&mut text, &mut block, BlockKind::Paragraph),
            Event::End(TagEnd::TableCell) => {
                block.push_str(" | ");
                true
            }
            Event::End(TagEnd::TableRow | TagEnd::TableHead) => {
                block.truncate(block.trim_end_matches([' ', '|']).len());
                block.push('\n');
                true
            }
            Event::Text(words) | Event::Code(words) => {
                block.push_str(&words);
                true
            }
            Event::InlineMath(words) | Event::DisplayMath(words) => {
                block.push_str(&words);
                true
            }
            Event::SoftBreak | Event::HardBreak => {
                block.push('\n');
                true
            }
            _ => true,
        };
        if !full {
            return text;
        }
    }
    flush(&mut text, &mut block, BlockKind::Paragraph);
    text
}

fn flush(text: &mut Text, block: &mut String, kind: BlockKind) -> bool {
    text.push(kind, None, &std::mem::take(block))
}

/// `title: ...` of the metadata before a document.
fn title(metadata: &str) -> Option<String> {
    let value = metadata.lines().find_map(|line| {
        let (key, value) = line.split_once([':', '='])?;
        key.trim().eq_ignore_ascii_case("title").then(|| value.trim().trim_matches(['"', '\'']).trim())
    })?;
    (!value.is_empty()).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_what_a_reader_sees() {
        let source = "---\ntitle: \"My notes\"\ntags: x\n---\n# Tea & *time*\n\nBrew **green** tea\nat [80 °C](http://x).\n\n\
            - one\n- two `code`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<script>alert(1)</script>\n\n```sh\nls -l\n```\n";
        let text = read(source);
        assert_eq!(text.title.as_deref(), Some("My notes"));
        assert_eq!(text.text, "Tea & time\n\nBrew green tea\nat 80 °C.\n\n- one\n- two code\n\na | b\n1 | 2\n\nls -l");
        assert_eq!(text.blocks[0].kind, BlockKind::Heading(1));
    }
}
