//! Without addresses that may not be named.

use super::LINK_REMOVED;
use super::edit::{Editor, Edits};

pub(super) fn pass(text: &str, may_name: &dyn Fn(&str) -> bool) -> Option<(String, Edits)> {
    // Most text has none: a look at its bytes says so.
    if !text.bytes().any(|byte| matches!(byte, b'/' | b':')) && !text.to_ascii_lowercase().contains("www.") {
        return None;
    }
    let mut editor = Editor::new(text);
    let mut at = 0;
    for word in text.split(ends_word) {
        each(word, |start, end, url| {
            if !may_name(url) {
                editor.replace(at + start, at + end, LINK_REMOVED);
            }
        });
        // A character that ends a word may be longer than a byte.
        at += word.len();
        at += text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    }
    editor.finish()
}

fn ends_word(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '<' | '>' | '"' | '“' | '”' | '«' | '»' | '‹' | '›' | '，' | '。' | '、' | '；' | '！' | '？')
        || matches!(c, '（' | '）' | '【' | '】' | '《' | '》' | '「' | '」' | '『' | '』')
}

/// The addresses in a word.
fn each(word: &str, mut found: impl FnMut(usize, usize, &str)) {
    if let Some(colon) = word.find("://") {
        let scheme = word.get(..colon).unwrap_or_default();
        let letters = scheme.bytes().rev().take_while(|b| b.is_ascii_alphanumeric() || b"+-.".contains(b)).count();
        let start = colon - letters;
        let end = start + url_bytes(word.get(start..).unwrap_or_default());
        let url = word.get(start..end).unwrap_or_default();
        // Two in one word are read as one here and as two elsewhere: nobody vouches for that.
        let url = if url.matches("://").count() > 1 { "" } else { url };
        return found(start, end.max(colon + 3), url);
    }
    let mut at = 0;
    for part in word.split(|c: char| "()[]{}'`,;|=*".contains(c)) {
        let inner = part.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '/');
        let start = at + part.len() - inner.len();
        let inner = inner.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '/');
        if is_address(inner) {
            found(start, start + inner.len(), inner);
        }
        at += part.len() + 1;
    }
}

/// How much of it is the address: what stands before punctuation at the end, and before brackets that it did not open.
fn url_bytes(url: &str) -> usize {
    let count = |bracket: u8| url.bytes().filter(|&byte| byte == bracket).count();
    let mut unopened = [(b'(', b')'), (b'[', b']'), (b'{', b'}')]
        .map(|(open, close)| (char::from(close), count(close).saturating_sub(count(open))));
    let mut end = url.len();
    for last in url.chars().rev() {
        let bracket = unopened.iter_mut().find(|(close, _)| *close == last);
        let outside = match bracket {
            Some((_, left)) => {
                let outside = *left > 0;
                *left = left.saturating_sub(1);
                outside
            }
            None => matches!(last, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '…' | '’' | '`' | '|'),
        };
        if !outside {
            break;
        }
        end -= last.len_utf8();
    }
    end
}

/// `www.a.b`, `a.com/x`, `//a.b`, `javascript:x`.
fn is_address(word: &str) -> bool {
    if !word.contains(['/', ':', '.']) {
        return false;
    }
    let lower = word.to_ascii_lowercase();
    if let Some((scheme, rest)) = lower.split_once(':') {
        let opens = match scheme {
            "data" => rest.contains(['/', ',']),
            _ => ["http", "https", "ftp", "javascript", "vbscript", "file", "blob", "mailto"].contains(&scheme),
        };
        if opens && !rest.is_empty() {
            return true;
        }
    }
    if lower.strip_prefix("www.").is_some_and(|rest| rest.contains('.')) {
        return true;
    }
    let Some((host, _)) = lower.trim_start_matches('/').split_once('/') else {
        return lower.starts_with("//") && has_end(&lower);
    };
    has_end(host)
}

/// Whether a host ends as names do.
fn has_end(host: &str) -> bool {
    let host = host.rsplit('@').next().unwrap_or(host);
    let host = host.split(':').next().unwrap_or(host);
    let Some((name, end)) = host.rsplit_once('.') else { return false };
    !name.is_empty() && end.len() >= 2 && end.chars().all(char::is_alphabetic)
}
