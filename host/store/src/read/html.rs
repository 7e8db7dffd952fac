//! HTML: what a reader sees of a page.
//!
//! Why it is so: the standard's tokenizer alone, without a tree, reads any page in one pass and has no depth that a
//! hostile page could exhaust.

use super::{BlockKind, Text};
use html5ever::TokenizerResult;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use std::cell::RefCell;

/// The text of a page in the encoding that its byte order mark or its `meta` names, else UTF-8.
pub(super) fn decoded(bytes: &[u8]) -> Result<String, String> {
    let head = bytes.get(..bytes.len().min(1024)).unwrap_or_default().to_ascii_lowercase();
    let named = head.windows(8).position(|part| part == b"charset=").and_then(|at| {
        let label = head.get(at + 8..)?.trim_ascii_start();
        let label = label.strip_prefix(b"\"").or_else(|| label.strip_prefix(b"'")).unwrap_or(label);
        let end = label.iter().position(|byte| b"\"' ;/>".contains(byte)).unwrap_or(label.len());
        encoding_rs::Encoding::for_label(label.get(..end)?)
    });
    let (text, encoding, broken) = named.unwrap_or(encoding_rs::UTF_8).decode(bytes);
    if broken {
        return Err(format!("it is not {}", encoding.name()));
    }
    Ok(text.into_owned())
}

pub(super) fn read(source: &str) -> Text {
    let tokenizer = Tokenizer::new(Sink(RefCell::default()), TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(source.into());
    while !matches!(tokenizer.feed(&queue), TokenizerResult::Done) {}
    tokenizer.end();
    let mut page = tokenizer.sink.0.take();
    page.flush(BlockKind::Paragraph);
    page.text
}

struct Sink(RefCell<Page>);

#[derive(Default)]
struct Page {
    text: Text,
    block: String,
    /// The element whose content is not read, and how often it is nested in itself.
    unread: Option<(String, usize)>,
    title: Option<String>,
    preformatted: bool,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut page = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(words) => page.words(&words),
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return page.start(&tag),
            Token::TagToken(tag) => page.end(&tag),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Page {
    fn words(&mut self, words: &str) {
        if self.unread.is_some() {
            return;
        }
        if let Some(title) = &mut self.title {
            title.push_str(words);
        } else if self.preformatted {
            self.block.push_str(words);
        } else {
            for (index, word) in words.split([' ', '\t', '\n', '\r', '\x0c']).enumerate() {
                if index > 0 && !self.block.ends_with([' ', '\n']) {
                    self.block.push(' ');
                }
                self.block.push_str(word);
            }
        }
    }

    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        let raw = match name {
            "script" => Some(RawKind::ScriptData),
            "style" | "noscript" | "iframe" | "xmp" | "noembed" | "noframes" => Some(RawKind::Rawtext),
            "title" | "textarea" => Some(RawKind::Rcdata),
            _ => None,
        };
        match &mut self.unread {
            Some((unread, depth)) if unread == name => *depth += 1,
            None if UNREAD.contains(&name) && !tag.self_closing => self.unread = Some((name.to_owned(), 1)),
            None => self.shape(name),
            Some(_) => {}
        }
        raw.map_or(TokenSinkResult::Continue, TokenSinkResult::RawData)
    }

    fn shape(&mut self, name: &str) {
        match name {
            "title" if self.text.title.is_none() => self.title = Some(String::new()),
            "br" => self.block.push('\n'),
            "li" => self.line("- "),
            "tr" | "dt" | "dd" => self.line(""),
            "td" | "th" if !self.block.is_empty() && !self.block.ends_with('\n') => self.block.push_str(" | "),
            _ if BLOCKS.contains(&name) => {
                self.flush(BlockKind::Paragraph);
                self.preformatted = name == "pre";
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: &Tag) {
        let name: &str = &tag.name;
        if let Some((unread, depth)) = &mut self.unread {
            if unread == name {
                *depth -= 1;
                if *depth == 0 {
                    self.unread = None;
                }
            }
            return;
        }
        match name {
            "title" => {
                let title = self.title.take().unwrap_or_default();
                let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
                if !title.is_empty() {
                    self.text.title = Some(title);
                }
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                let level = name.as_bytes().get(1).map_or(6, |digit| digit - b'0');
                self.flush(BlockKind::Heading(level));
            }
            _ if BLOCKS.contains(&name) => {
                self.flush(BlockKind::Paragraph);
                self.preformatted = false;
            }
            _ => {}
        }
    }

    fn line(&mut self, mark: &str) {
        self.block.truncate(self.block.trim_end().len());
        if !self.block.is_empty() {
            self.block.push('\n');
        }
        self.block.push_str(mark);
    }

    fn flush(&mut self, kind: BlockKind) {
        let block = std::mem::take(&mut self.block);
        // The text says no when it is full; what follows is dropped the same way.
        self.text.push(kind, None, &block);
    }
}

/// Elements that end a paragraph.
const BLOCKS: [&str; 25] = [
    "address",
    "article",
    "blockquote",
    "body",
    "caption",
    "center",
    "details",
    "div",
    "dl",
    "fieldset",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "main",
    "ol",
    "p",
    "pre",
    "section",
    "table",
];
/// Elements that a reader does not read, or not as part of what the page says.
const UNREAD: [&str; 17] = [
    "aside", "audio", "button", "canvas", "datalist", "footer", "iframe", "math", "nav", "noscript", "object",
    "script", "select", "style", "svg", "template", "textarea",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_what_a_reader_sees() {
        let page = "<!doctype html><html><head><title> Tea\n time </title><style>p{}</style>\
            <script>if (a < b) document.write('<p>no')</script></head><body><nav><a>Home</a></nav>\
            <h1>Green&nbsp;tea</h1><p>Brew at\n  <b>80</b> &deg;C.<br>Not more.</p><ul><li>one<li>two</ul>\
            <table><tr><th>a<th>b<tr><td>1<td>2</table><pre>x\n  y</pre><noscript>no</noscript></body></html>";
        let text = read(page);
        assert_eq!(text.title.as_deref(), Some("Tea time"));
        assert_eq!(text.text, "Green\u{a0}tea\n\nBrew at 80 °C.\nNot more.\n\n- one\n- two\n\na | b\n1 | 2\n\nx\n  y");
        assert_eq!(text.blocks[0].kind, BlockKind::Heading(1));
    }

    #[test]
    fn a_hostile_page_is_only_text() {
        let deep = "<div>".repeat(200_000) + "end";
        assert_eq!(read(&deep).text, "end");
        assert_eq!(read("<svg><svg></svg>no</svg>yes<p").text, "yes");
        assert_eq!(read("<title>never closed").text, "");
    }

    #[test]
    fn a_page_names_its_encoding() {
        assert_eq!(decoded(b"<meta charset=\"iso-8859-1\">caf\xe9").unwrap(), "<meta charset=\"iso-8859-1\">caf\u{e9}");
        assert!(decoded(b"caf\xe9").is_err());
    }
}
