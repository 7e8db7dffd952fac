//! Whether a body is what its content type says.

use serde::de::IgnoredAny;

/// Says what is wrong with JSON or XML; anything else is text and fine.
pub(super) fn check(content_type: &str, text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        return Ok(());
    }
    match form(content_type) {
        Form::Json => serde_json::from_str::<IgnoredAny>(text).map(|_| ()).map_err(|error| format!("JSON: {error}")),
        Form::Xml => check_xml(text),
        Form::Other => Ok(()),
    }
}

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Xml,
    Other,
}

pub(super) fn form(content_type: &str) -> Form {
    let media = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if media.ends_with("/json") || media.ends_with("+json") || media == "text/javascript" {
        Form::Json
    } else if (media.ends_with("/xml") || media.ends_with("+xml")) && media != "application/xhtml+xml" {
        Form::Xml
    } else {
        Form::Other
    }
}

fn check_xml(text: &str) -> Result<(), String> {
    let mut reader = quick_xml::Reader::from_str(text);
    let (mut open, mut elements) = (0_usize, 0_usize);
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) if open > 0 => return Err("XML: it ends within an element".to_owned()),
            Ok(quick_xml::events::Event::Eof) if elements == 0 => return Err("XML: it has no element".to_owned()),
            Ok(quick_xml::events::Event::Eof) => return Ok(()),
            Ok(quick_xml::events::Event::Start(_)) => {
                open += 1;
                elements += 1;
            }
            Ok(quick_xml::events::Event::Empty(_)) => elements += 1,
            Ok(quick_xml::events::Event::End(_)) => open = open.saturating_sub(1),
            Ok(_) => {}
            Err(error) => return Err(format!("XML: {error}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_what_their_type_says() {
        for (content_type, text, fine) in [
            ("application/json", "{\"a\": [1, 2]}", true),
            ("application/json; charset=utf-8", "<html>", false),
            ("application/problem+json", "{\"a\":", false),
            ("application/atom+xml", "<feed><entry/></feed>", true),
            ("application/atom+xml", "<feed><entry>", false),
            ("text/xml", "<a></b>", false),
            ("text/xml", "no element", false),
            ("text/html", "<p>never <b>closed", true),
            ("text/plain", "{", true),
            ("application/json", "", true),
        ] {
            assert_eq!(check(content_type, text).is_ok(), fine, "{content_type}: {text}");
        }
    }
}
