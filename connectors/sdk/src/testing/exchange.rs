//! One recorded exchange, as a text file.

use crate::{Header, Method, Request, Response};
use std::path::{Path, PathBuf};

/// One request and what it got.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// Upper case.
    pub method: String,
    /// May hold `*`.
    pub url: String,
    /// Of a `POST`; none matches any.
    pub body: Option<String>,
    /// What came back.
    pub response: Response,
}

impl Exchange {
    /// Reads one exchange file.
    ///
    /// # Errors
    /// Says which part is missing or malformed.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.replace("\r\n", "\n");
        let (request, response) = match text.strip_prefix("HTTP/") {
            Some(_) => return Err("the request line is missing".to_owned()),
            None => text.split_once("\nHTTP/").ok_or("no line starts with `HTTP/`: the response is missing")?,
        };
        let (line, sent) = request.split_once('\n').unwrap_or((request, ""));
        let (method, url) = line.trim().split_once(' ').ok_or("the first line must be `METHOD URL`")?;
        let sent = sent.trim();

        let (head, body) = response.split_once("\n\n").unwrap_or((response.trim_end(), ""));
        let mut lines = head.lines();
        let status =
            lines.next().and_then(|line| line.split_whitespace().nth(1)).ok_or("the status line has no status")?;
        let headers = lines
            .map(|line| {
                let (name, value) = line.split_once(':').ok_or_else(|| format!("not a header: `{line}`"))?;
                Ok(Header { name: name.trim().to_ascii_lowercase(), value: value.trim().to_owned() })
            })
            .collect::<Result<_, String>>()?;
        Ok(Self {
            method: method.to_ascii_uppercase(),
            url: url.trim().to_owned(),
            body: (!sent.is_empty()).then(|| sent.to_owned()),
            response: Response {
                status: status.parse().map_err(|_| format!("not a status: `{status}`"))?,
                headers,
                body: body.as_bytes().to_vec(),
            },
        })
    }

    /// Reads every file of a folder, in the order of their names, which come without `.http`.
    ///
    /// # Errors
    /// Says which file cannot be read, or what is wrong with it.
    #[allow(clippy::disallowed_methods, reason = "the test kit runs natively, and recordings are files")]
    pub fn read_folder(folder: impl AsRef<Path>) -> Result<Vec<(String, Self)>, String> {
        let in_folder = |error: std::io::Error| format!("{}: {error}", folder.as_ref().display());
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(&folder).map_err(in_folder)? {
            paths.push(entry.map_err(in_folder)?.path());
        }
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "http"));
        paths.sort();
        let read = |path: PathBuf| {
            let text = std::fs::read_to_string(&path).map_err(in_folder)?;
            let exchange = Self::parse(&text).map_err(|error| format!("{}: {error}", path.display()))?;
            Ok((path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), exchange))
        };
        paths.into_iter().map(read).collect()
    }

    /// Those of a source out of a folder: of source `a`, the files `a-1`, `a-2` and so on.
    #[must_use]
    pub fn of_source(folder: &[(String, Self)], id: &str) -> Vec<Self> {
        folder.iter().filter(|(name, _)| Self::is_of(name, id)).map(|(_, exchange)| exchange.clone()).collect()
    }

    /// Whether a file of this name is of the source `id`.
    pub(super) fn is_of(name: &str, id: &str) -> bool {
        name.rsplit_once('-').is_some_and(|(source, _)| source == id)
    }

    /// Whether this exchange answers `request`.
    #[must_use]
    pub fn answers(&self, request: &Request) -> bool {
        let method = match request.method {
            Method::Get => "GET",
            Method::Head => "HEAD",
            Method::Post => "POST",
        };
        let sent = request.body.as_deref().map(String::from_utf8_lossy);
        method == self.method
            && matches_pattern(&self.url, &request.url)
            && self.body.as_deref().is_none_or(|body| matches_pattern(body, sent.as_deref().unwrap_or_default()))
    }
}

/// Whether `text` matches `pattern`, in which `*` stands for any characters.
#[must_use]
pub fn matches_pattern(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(first) = parts.next() else { return text.is_empty() };
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exchange_file_is_read() {
        let text = "POST https://a.example/q?*\n\nask=*\n\nHTTP/1.1 429 Too Many\nRetry-After: 7\n\n{\"a\":\n\n1}";
        let exchange = Exchange::parse(text).unwrap();
        assert_eq!(exchange.response.status, 429);
        assert_eq!(exchange.response.header("retry-after"), Some("7"));
        assert_eq!(exchange.response.body, b"{\"a\":\n\n1}");
        assert!(exchange.answers(&Request::post("https://a.example/q?x=1", "text/plain", "ask=me")));
        assert!(!exchange.answers(&Request::post("https://a.example/q?x=1", "text/plain", "tell")));
        assert!(!exchange.answers(&Request::get("https://a.example/q?x=1")));
    }

    #[test]
    fn a_pattern_matches_from_end_to_end() {
        assert!(matches_pattern("a*c", "abc") && matches_pattern("a*b*", "aXbY") && matches_pattern("abc", "abc"));
        assert!(!matches_pattern("a*c", "abcd") && !matches_pattern("abc", "abcd"));
    }
}
