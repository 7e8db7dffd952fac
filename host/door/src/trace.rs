//! W3C trace context: which larger undertaking a request is part of.
//!
//! - **Takes** `traceparent` and `tracestate`, and randomness.
//! - **Gives** a [`Trace`] for the log: the asker's own when it can be read without a doubt, else a new one.
//! - **Fails** never: a request is not worse for what it says about itself wrongly.
//! - **Limits**: one `traceparent`; [`MEMBERS_MAX`] members of `tracestate` in [`STATE_BYTES_MAX`].
//! - **Why it is so**: it is a note for whoever reads logs and decides nothing. Sources never hear of it: it would tell
//!   them which of their requests belong to one asker.

use core::fmt;
use http::HeaderMap;

/// Members of a `tracestate`, by the recommendation.
pub const MEMBERS_MAX: usize = 32;
/// Bytes of a `tracestate`, by the recommendation.
pub const STATE_BYTES_MAX: usize = 512;

/// A request's place in an undertaking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// Of the undertaking; never 0.
    pub id: u128,
    /// Of whoever asked us, when they said so.
    pub parent: Option<u64>,
    /// Of this request; never 0.
    pub span: u64,
    /// Whether whoever asked keeps what is traced.
    pub is_sampled: bool,
    /// What whoever asked wants to find again: empty when it cannot be read.
    pub state: String,
}

/// `traceparent` as it is written.
impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{:032x}-{:016x}-{:02x}", self.id, self.span, u8::from(self.is_sampled))
    }
}

impl Trace {
    /// The trace of a request with these headers.
    #[must_use]
    pub fn of(headers: &HeaderMap, random: impl Fn() -> u64) -> Self {
        let span = random().max(1);
        match parent(headers) {
            Some((id, parent, is_sampled)) => {
                Self { id, parent: Some(parent), span, is_sampled, state: state(headers).unwrap_or_default() }
            }
            None => {
                let id = (u128::from(random()) << 64 | u128::from(random())).max(1);
                Self { id, parent: None, span, is_sampled: false, state: String::new() }
            }
        }
    }
}

/// Trace, span and whether it is sampled, of the one `traceparent` there is.
fn parent(headers: &HeaderMap) -> Option<(u128, u64, bool)> {
    let mut values = headers.get_all("traceparent").iter();
    let (value, None) = (values.next()?, values.next()) else { return None };
    let mut parts = value.to_str().ok()?.split('-');
    let (version, id, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let version = hex(version, 2)?;
    // Later versions may say more after what this one knows.
    if version == 0xff || version == 0 && parts.next().is_some() {
        return None;
    }
    let (id, span, flags) = (hex(id, 32)?, u64::try_from(hex(span, 16)?).ok()?, hex(flags, 2)?);
    (id != 0 && span != 0).then_some((id, span, flags & 1 == 1))
}

/// A number of so many digits; `from_str_radix` alone would take a sign and capitals.
fn hex(digits: &str, length: usize) -> Option<u128> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let fits = digits.len() == length && digits.bytes().all(is_digit);
    fits.then(|| u128::from_str_radix(digits, 16).ok()).flatten()
}

/// The members of all `tracestate`, in order; none when one of them is wrong.
fn state(headers: &HeaderMap) -> Option<String> {
    let mut members: Vec<&str> = Vec::new();
    for value in headers.get_all("tracestate") {
        // Empty members are allowed, and say nothing.
        members.extend(
            value.to_str().ok()?.split(',').map(|member| member.trim_matches([' ', '\t'])).filter(|it| !it.is_empty()),
        );
    }
    let mut keys: Vec<&str> = members.iter().filter_map(|member| Some(member.split_once('=')?.0)).collect();
    keys.sort_unstable();
    keys.dedup();
    let state = members.join(",");
    let fits = members.len() <= MEMBERS_MAX && state.len() <= STATE_BYTES_MAX && keys.len() == members.len();
    (fits && members.iter().all(|member| is_member(member))).then_some(state)
}

fn is_member(member: &str) -> bool {
    let Some((key, value)) = member.split_once('=') else { return false };
    let (tenant, system) = key.split_once('@').map_or((None, key), |(tenant, system)| (Some(tenant), system));
    let is_key = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-*/".contains(&byte);
    let named = |name: &str, length: usize, digit_first: bool| {
        let first = name.bytes().next().is_some_and(|it| it.is_ascii_lowercase() || digit_first && it.is_ascii_digit());
        first && name.len() <= length && name.bytes().all(is_key)
    };
    let key = match tenant {
        Some(tenant) => named(tenant, 241, true) && named(system, 14, false),
        None => named(system, 256, true),
    };
    let is_value = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b',' && byte != b'=';
    key && !value.is_empty() && value.len() <= 256 && value.bytes().all(is_value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn traced(fields: &[(&'static str, &str)]) -> Trace {
        let fields =
            fields.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()));
        let mut headers = HeaderMap::new();
        fields.for_each(|(name, value)| _ = headers.append(name, value));
        Trace::of(&headers, || 7)
    }

    #[test]
    fn a_good_parent_is_continued() {
        let trace = traced(&[("traceparent", GOOD), ("tracestate", "a=1, b@c=x y"), ("tracestate", "d=2")]);
        assert_eq!((trace.parent, trace.span, trace.is_sampled), (Some(0x00f0_67aa_0ba9_02b7), 7, true));
        assert_eq!(trace.to_string(), "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000007-01");
        assert_eq!(trace.state, "a=1,b@c=x y,d=2");
        let later = traced(&[("traceparent", &GOOD.replacen("00", "cc", 1)), ("tracestate", "")]);
        assert!(later.parent.is_some() && later.state.is_empty());
        assert!(traced(&[("traceparent", &format!("{}-more", GOOD.replacen("00", "01", 1)))]).parent.is_some());
    }

    #[test]
    fn a_doubtful_parent_is_nobody_s() {
        let zero_trace = format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32));
        let zero_span = format!("00-{}-{}-01", "1".repeat(32), "0".repeat(16));
        let wrong = [
            "",
            "-",
            "00",
            &GOOD[1..],
            &GOOD[..54],
            &GOOD.to_uppercase(),
            &GOOD.replacen("00", "ff", 1),
            &format!("{GOOD}-more"),
            &format!(" {GOOD}, {GOOD}"),
            &GOOD.replace("4bf9", "+bf9"),
            &GOOD.replace('-', "_"),
            &zero_trace,
            &zero_span,
            &GOOD.replace("-01", "-0g"),
            &GOOD.replace("-01", "-1"),
        ];
        for wrong in wrong {
            let trace = traced(&[("traceparent", wrong), ("tracestate", "a=1")]);
            assert_eq!((trace.parent, trace.state.as_str(), trace.is_sampled), (None, "", false), "{wrong}");
            assert_ne!(trace.id, 0);
        }
        assert_eq!(traced(&[("traceparent", GOOD), ("traceparent", GOOD)]).parent, None);
    }

    #[test]
    fn a_wrong_state_is_none_and_the_parent_stays() {
        let many = (0..=MEMBERS_MAX).map(|number| format!("k{number}=1")).collect::<Vec<_>>().join(",");
        let long = format!("a={}", "x".repeat(257));
        let wrong =
            ["a", "=1", "a=", "A=1", "a=1=2", "a=1,a=2", "a@B=1", "@a=1", "a@=1", "a@1=1", "a b=1", &many, &long];
        for wrong in wrong {
            let trace = traced(&[("traceparent", GOOD), ("tracestate", wrong)]);
            assert!(trace.parent.is_some() && trace.state.is_empty(), "{wrong}");
        }
    }
}
