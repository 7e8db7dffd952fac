//! Links as absolute URLs: RFC 3986, section 5, as far as the web goes.
//!
//! Takes: a reference and the base it stands in. Gives: an `http` or `https` URL. Fails: with none for anything else,
//! such as `javascript:` and `tag:`. Limits: [`URL_BYTES_MAX`]. Why it is so: a passage may link to pages and nothing
//! else, and a relative link says nothing to whoever reads the answer.

/// Bytes of a URL that is kept.
const URL_BYTES_MAX: usize = 4 * 1024;

/// `reference` as seen from `base`.
pub(crate) fn resolve(base: &str, reference: &str) -> Option<String> {
    // Feeds break long links over lines.
    let reference: String = reference.trim().chars().filter(|c| !matches!(c, '\n' | '\r' | '\t')).collect();
    if reference.len() > URL_BYTES_MAX || reference.chars().any(char::is_control) {
        return None;
    }
    let url = match scheme(&reference) {
        Some(("http" | "https" | "HTTP" | "HTTPS", _)) => reference,
        Some(_) => return None,
        None => {
            let (scheme, authority, path) = parts(base)?;
            if let Some(rest) = reference.strip_prefix("//") {
                format!("{scheme}://{rest}")
            } else if reference.starts_with('/') {
                format!("{scheme}://{authority}{}", without_dots(&reference))
            } else {
                let path_only = path.split(['?', '#']).next().unwrap_or_default();
                let merged = match reference.chars().next() {
                    None => path.split('#').next().unwrap_or_default().to_owned(),
                    Some('?') => format!("{path_only}{reference}"),
                    Some('#') => format!("{}{reference}", path.split('#').next().unwrap_or_default()),
                    Some(_) => {
                        let folder = path_only.rfind('/').and_then(|at| path_only.get(..=at)).unwrap_or("/");
                        without_dots(&format!("{folder}{reference}"))
                    }
                };
                format!("{scheme}://{authority}{merged}")
            }
        }
    };
    let (_, authority, _) = parts(&url)?;
    (!authority.is_empty() && url.len() <= URL_BYTES_MAX).then(|| url.replace(' ', "%20"))
}

/// Whether a text that may be any identifier is a link.
pub(crate) fn is_web(text: &str) -> bool {
    let text = text.trim();
    matches!(scheme(text), Some(("http" | "https", rest)) if rest.starts_with("//"))
        && !text.contains(char::is_whitespace)
}

fn scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let mut chars = scheme.chars();
    let fits = chars.next().is_some_and(|c| c.is_ascii_alphabetic())
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    fits.then_some((scheme, rest))
}

/// Scheme, authority, and all that follows, which starts with `/` or is empty, `?` or `#`.
fn parts(url: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = scheme(url)?;
    let rest = rest.strip_prefix("//")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    Some((scheme, authority, path))
}

/// A path without `.` and `..`; what follows `?` or `#` stays as it is.
fn without_dots(path: &str) -> String {
    let end = path.find(['?', '#']).unwrap_or(path.len());
    let (path, rest) = path.split_at(end);
    let mut kept: Vec<&str> = Vec::new();
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    for (nth, segment) in segments.iter().enumerate() {
        let last = nth + 1 == segments.len();
        match *segment {
            "." | ".." => {
                if *segment == ".." {
                    kept.pop();
                }
                if last {
                    kept.push("");
                }
            }
            segment => kept.push(segment),
        }
    }
    format!("/{}{rest}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::resolve;
    use proptest::prelude::*;

    #[test]
    fn references_are_resolved() {
        let base = "https://a.example/b/c/d?x=1#f";
        for (reference, url) in [
            ("https://z.example/y", Some("https://z.example/y")),
            ("//z.example/y", Some("https://z.example/y")),
            ("/y/../z", Some("https://a.example/z")),
            ("e", Some("https://a.example/b/c/e")),
            ("../e?q=../1", Some("https://a.example/b/e?q=../1")),
            ("../../../e", Some("https://a.example/e")),
            (".", Some("https://a.example/b/c/")),
            ("?q=1", Some("https://a.example/b/c/d?q=1")),
            ("#g", Some("https://a.example/b/c/d?x=1#g")),
            ("", Some("https://a.example/b/c/d?x=1")),
            ("a b\n c", Some("https://a.example/b/c/a%20b%20c")),
            ("javascript:alert(1)", None),
            ("tag:a.example,2027:1", None),
            ("https:///nowhere", None),
        ] {
            assert_eq!(resolve(base, reference).as_deref(), url, "{reference}");
        }
        assert_eq!(resolve("not a base", "x"), None);
        assert_eq!(resolve("https://a.example", "x").as_deref(), Some("https://a.example/x"));
    }

    proptest! {
        #[test]
        fn whatever_comes_out_is_of_the_web(base in "\\PC{0,30}", reference in "\\PC{0,40}") {
            for base in [base.as_str(), "https://a.example/b"] {
                let url = resolve(base, &reference);
                prop_assert!(url.is_none_or(|url| url.to_ascii_lowercase().starts_with("http") && !url.contains(' ')));
            }
        }
    }
}
