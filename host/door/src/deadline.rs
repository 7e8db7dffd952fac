//! How long an asker waits: `Prefer: wait=SECONDS` (RFC 7240, section 4.3).

use core::time::Duration;
use http::{HeaderMap, HeaderName};

static PREFER: HeaderName = HeaderName::from_static("prefer");

/// The time after which nobody listens any more; none when nobody said so, or not in whole seconds. Of several the first
/// counts, as the standard has it.
pub(crate) fn wait(headers: &HeaderMap) -> Option<Duration> {
    let values = headers.get_all(&PREFER).iter().filter_map(|value| value.to_str().ok());
    let mut preferences = values.flat_map(|value| value.split(',')).filter_map(|preference| {
        // Parameters of a preference follow a semicolon; `wait` has none.
        let (name, value) = preference.split(';').next()?.split_once('=')?;
        name.trim().eq_ignore_ascii_case("wait").then(|| value.trim().trim_matches('"'))
    });
    Some(Duration::from_secs(preferences.next()?.parse::<u32>().ok()?.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(said: &[&str], seconds: Option<u64>) {
        let mut headers = HeaderMap::new();
        said.iter().for_each(|value| _ = headers.append(&PREFER, value.parse().unwrap()));
        assert_eq!(wait(&headers), seconds.map(Duration::from_secs), "{said:?}");
    }

    #[test]
    fn the_first_whole_number_of_seconds_counts() {
        check(&[], None);
        check(&["wait=2"], Some(2));
        check(&["respond-async, Wait = \"10\""], Some(10));
        check(&["return=minimal", "wait=3;foo=bar"], Some(3));
        check(&["wait=1, wait=9"], Some(1));
        check(&["wait=0"], Some(0));
        for nothing in ["wait", "wait=", "wait=soon", "wait=-1", "wait=1.5", "wait=99999999999999999999", "await=1"] {
            check(&[nothing], None);
        }
    }
}
