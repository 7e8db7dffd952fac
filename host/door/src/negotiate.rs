//! In which form the asker wants the answer: `Accept` (RFC 9110, section 12.5.1).
//!
//! What is malformed in it says nothing, as browsers and proxies expect; only a header that excludes every form is
//! refused.

use crate::{limits, problem};
use http::{HeaderMap, header};
use mime::Mime;
use zero_pipeline::Problem;

/// The forms an answer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// The sealed answer.
    Json,
    /// For people.
    Text,
    /// As it comes about.
    Events,
    /// All that is needed to give it again.
    Receipt,
}

/// The media type of a receipt: JSON whose form `zero_pipeline::receipt` knows.
pub const RECEIPT_JSON: &str = "application/vnd.zero.receipt+json";

impl Form {
    /// What wins among equals comes first.
    pub(crate) const ALL: &[Self] = &[Self::Json, Self::Text, Self::Events, Self::Receipt];

    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Text => "text/plain",
            Self::Events => "text/event-stream",
            Self::Receipt => RECEIPT_JSON,
        }
    }
}

/// The best of `offered`, which is not empty.
///
/// # Errors
/// `not-acceptable`, naming what is offered.
pub(crate) fn negotiate(headers: &HeaderMap, offered: &[Form]) -> Result<Form, Problem> {
    let ranges = ranges(headers);
    let mut best: Option<(Form, u16)> = None;
    for &form in offered {
        let quality = quality(&ranges, form);
        // Among equals the first stays.
        if quality > best.map_or(0, |(_, quality)| quality) {
            best = Some((form, quality));
        }
    }
    let named = |form: &&Form| **form != Form::Receipt;
    let offered = || offered.iter().filter(named).map(|form| form.media_type()).collect::<Vec<_>>();
    best.map(|(form, _)| form).ok_or_else(|| problem::not_acceptable(&offered()))
}

/// A media range and its quality in thousandths.
type Range = (Mime, u16);

/// No header, like one without a single range that can be read, accepts everything.
fn ranges(headers: &HeaderMap) -> Vec<Range> {
    let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let read = |entry: &str| Some((entry.trim().parse::<Mime>().ok()?, quality_of(entry)?));
    let entries = values.flat_map(|value| value.split(',')).take(limits::MEDIA_RANGES_MAX);
    let ranges: Vec<Range> = entries.filter_map(read).collect();
    if ranges.is_empty() { vec![(mime::STAR_STAR, 1000)] } else { ranges }
}

/// `;q=0.25` in thousandths; none when it is malformed.
fn quality_of(entry: &str) -> Option<u16> {
    let mut parameters = entry.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let Some((_, value)) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("q")) else {
        return Some(1000);
    };
    let value = value.trim();
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

/// The quality of the most specific range that covers the form; 0 when none does.
fn quality(ranges: &[Range], form: Form) -> u16 {
    let covering = ranges.iter().filter_map(|(range, quality)| Some((specificity(range, form)?, *quality)));
    covering.max().map_or(0, |(_, quality)| quality)
}

fn specificity(range: &Mime, form: Form) -> Option<u8> {
    let (kind, _) = form.media_type().split_once('/')?;
    match (range.type_().as_str(), range.subtype().as_str()) {
        _ if range.essence_str() == form.media_type() => Some(2),
        // Whoever takes anything wants the answer: a receipt is for those who name it.
        _ if form == Form::Receipt => None,
        ("*", "*") => Some(0),
        (range, "*") if range == kind => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    fn negotiated(accept: &str) -> Result<Form, Problem> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_str(accept).unwrap());
        negotiate(&headers, Form::ALL)
    }

    fn check(accept: &str, expected: Option<Form>) {
        assert_eq!(negotiated(accept).ok(), expected, "{accept}");
    }

    #[test]
    fn the_best_form_wins() {
        use Form::{Events, Json, Text};
        assert_eq!(negotiate(&HeaderMap::new(), Form::ALL), Ok(Json));
        check("*/*", Some(Json));
        check("application/json", Some(Json));
        check("APPLICATION/JSON; charset=utf-8", Some(Json));
        check("text/event-stream", Some(Events));
        check("text/plain", Some(Text));
        check("text/*", Some(Text));
        check("application/json, text/event-stream", Some(Json));
        check("application/json;q=0.5, text/event-stream", Some(Events));
        check("application/json;q=0.2,text/plain;q=0.201", Some(Text));
        // The more specific range decides, wherever it stands.
        check("*/*, application/json;q=0", Some(Text));
        check("text/plain;q=0, */*;q=0.1, application/*;q=0", Some(Events));
        // A browser's.
        check("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Some(Json));
        // What cannot be read says nothing.
        check("", Some(Json));
        check("text/plain;q=7, text/event-stream;q=0.1", Some(Events));
        // A receipt is given to those who name it, and to them alone.
        check(RECEIPT_JSON, Some(Form::Receipt));
        check("Application/VND.Zero.Receipt+JSON; q=0.2, text/html", Some(Form::Receipt));
        check("*/*;q=0.1, application/vnd.zero.receipt+json", Some(Form::Receipt));
        check("application/vnd.zero.receipt+json, application/json", Some(Json));
        check("application/*, application/json;q=0", None);
        check("application/vnd.zero.receipt", None);
        check("application/json+zip", None);
        check("text, ;;;, text/plain", Some(Text));
    }

    #[test]
    fn a_header_that_excludes_all_is_refused() {
        check("text/html", None);
        check("*/*;q=0", None);
        check("application/json;q=0.000, image/*", None);
        let problem = negotiated("text/html").unwrap_err();
        assert_eq!((problem.status, problem.name), (406, "not-acceptable"));
        assert!(problem.detail.ends_with("application/json, text/plain, text/event-stream"), "{problem}");
    }

    proptest! {
        #[test]
        fn any_header_has_an_outcome(accept in "[a-z*/;=,.q0-9 \"]{0,64}") {
            let _ = negotiated(&accept);
        }
    }
}
