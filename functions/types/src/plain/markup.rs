//! Without tags, images and targets of links. What looks like a tag and is none (`Vec<u8>`) stays, in other brackets.

use super::LOOK_BYTES_MAX;
use super::edit::{Editor, Edits};

pub(super) fn pass(text: &str) -> Option<(String, Edits)> {
    let mut editor = Editor::new(text);
    // Where the label of a link ends, and where its target does.
    let mut label: Option<(usize, usize)> = None;
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find(['<', '[', '!', ']'])) {
        let from = at + found;
        let rest = text.get(from..).unwrap_or_default();
        at = match rest.as_bytes().first() {
            Some(b'<') => tag(&mut editor, rest, from),
            Some(b'!') => match link(rest.get(1..).unwrap_or_default()) {
                Some((_, end)) => {
                    editor.replace(from, from + 1 + end, "");
                    from + 1 + end
                }
                None => from + 1,
            },
            Some(b'[') => {
                if let Some((close, end)) = link(rest) {
                    editor.replace(from, from + 1, "");
                    label = Some((from + close, from + end));
                }
                from + 1
            }
            _ => match label {
                Some((close, end)) if close == from => {
                    editor.replace(close, end, "");
                    end
                }
                _ => from + 1,
            },
        };
    }
    editor.finish()
}

/// Of `[label](target)`: where the label ends, and where the target does.
fn link(rest: &str) -> Option<(usize, usize)> {
    let label = rest.strip_prefix('[')?;
    let close = 1 + before(label, b']', b'[')?;
    let target = rest.get(close + 1..)?.strip_prefix('(')?;
    Some((close, close + 2 + before(target, b')', b'[')? + 1))
}

/// Where `wanted` stands, if `other` does not come first: text that opens and never closes is looked at once.
fn before(text: &str, wanted: u8, other: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let bytes = bytes.get(..bytes.len().min(LOOK_BYTES_MAX)).unwrap_or_default();
    let at = bytes.iter().position(|byte| [wanted, other].contains(byte))?;
    (bytes.get(at) == Some(&wanted)).then_some(at)
}

/// Deals with what begins with `<`; gives where to go on.
fn tag(editor: &mut Editor<'_>, rest: &str, from: usize) -> usize {
    let body = rest.get(1..).unwrap_or_default();
    if !begins_tag(body) {
        return from + 1;
    }
    let Some(end) = before(body, b'>', b'<').map(|at| at + 1) else { return from + 1 };
    let inner = rest.get(1..end).unwrap_or_default();
    let name = inner.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    let is = |names: &[&str]| names.iter().any(|known| name.eq_ignore_ascii_case(known));
    let known = is(&INLINE) || is(&BLOCKS) || inner.starts_with(['/', '!', '?']) || inner.contains('=');
    if !known {
        editor.replace(from, from + 1, "‹");
        editor.replace(from + end, from + end + 1, "›");
        return from + end + 1;
    }
    // What a browser would run or style with is no text.
    let after = rest.get(end + 1..).unwrap_or_default();
    let hidden = if is(&["script", "style"]) && !inner.starts_with('/') { raw_bytes(after, name) } else { 0 };
    editor.replace(from, from + end + 1 + hidden, if is(&INLINE) { "" } else { " " });
    from + end + 1 + hidden
}

/// Up to and with the closing tag, where there is one near.
fn raw_bytes(after: &str, name: &str) -> usize {
    let mut at = 0;
    while let Some(found) = before(after.get(at..).unwrap_or_default(), b'<', 0) {
        at += found + 1;
        let rest = after.get(at..).unwrap_or_default();
        let closing = rest.strip_prefix('/').and_then(|rest| rest.get(..name.len()));
        if closing.is_some_and(|closing| closing.eq_ignore_ascii_case(name)) {
            return before(rest, b'>', b'<').map_or(0, |end| at + end + 1);
        }
        if at > LOOK_BYTES_MAX {
            break;
        }
    }
    0
}

fn begins_tag(body: &str) -> bool {
    body.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'))
}

/// No `<` that is left begins a tag, and no label that is left has a target.
pub(super) fn inert(text: &str) -> Option<(String, Edits)> {
    let mut editor = Editor::new(text);
    for (at, found) in text.match_indices(['<', ']']) {
        let body = text.get(at + 1..).unwrap_or_default();
        match found {
            "<" if begins_tag(body) => editor.replace(at, at + 1, "‹"),
            "]" if body.starts_with('(') => editor.replace(at, at + 1, "] "),
            _ => {}
        }
    }
    editor.finish()
}

/// Leave no gap where they stood.
const INLINE: [&str; 34] = [
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins",
    "kbd", "label", "mark", "nobr", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt",
    "u", "var", "wbr",
];
/// Stand for a gap.
const BLOCKS: [&str; 98] = [
    "address",
    "applet",
    "area",
    "article",
    "aside",
    "audio",
    "base",
    "blink",
    "blockquote",
    "body",
    "br",
    "button",
    "canvas",
    "caption",
    "center",
    "col",
    "colgroup",
    "datalist",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "embed",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hgroup",
    "hr",
    "html",
    "iframe",
    "image",
    "img",
    "input",
    "legend",
    "li",
    "link",
    "main",
    "map",
    "marquee",
    "math",
    "menu",
    "meta",
    "meter",
    "nav",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "ol",
    "optgroup",
    "option",
    "output",
    "p",
    "param",
    "picture",
    "plaintext",
    "pre",
    "progress",
    "ref",
    "rp",
    "rt",
    "ruby",
    "script",
    "section",
    "select",
    "slot",
    "source",
    "style",
    "summary",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "track",
    "ul",
    "video",
];
