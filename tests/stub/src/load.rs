//! Answers for load tests: a small JSON of one result, after a delay.
//!
//! Everything follows from host and query, so that two runs ask and hear the same.

use core::time::Duration;

/// What a load test asks of one stub source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    /// `7` of `stub-7.example`.
    number: u64,
    query: String,
    /// When to answer, counted from the request.
    pub delay: Duration,
}

impl Load {
    /// Reads host and URL; none when the host is no stub source or the path not `/search`.
    #[must_use]
    pub fn parse(host: &str, url: &url::Url) -> Option<Self> {
        let number: u64 = host.strip_prefix("stub-")?.strip_suffix(".example")?.parse().ok()?;
        if url.path() != "/search" {
            return None;
        }
        let value = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        let ms = |name: &str| value(name).and_then(|value| value.parse().ok()).unwrap_or(0_u64).min(DELAY_MS_MAX);
        let query = value("q").unwrap_or_default();
        let jitter = match ms("jitter") {
            0 => 0,
            most => mixed(number, &query) % (most + 1),
        };
        Some(Self { number, delay: Duration::from_millis(ms("delay") + jitter), query })
    }

    /// The answer, once `served` has passed since the request came.
    #[must_use]
    pub fn body(&self, served: Duration) -> String {
        let Self { number, query, .. } = self;
        let mut seed = mixed(*number, "text");
        let mut word = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = usize::try_from(seed >> 33).unwrap_or_default() % WORDS.len();
            WORDS.get(at).copied().unwrap_or_default()
        };
        let sentence = |words: &mut dyn FnMut() -> &'static str| (0..12).map(|_| words()).collect::<Vec<_>>().join(" ");
        let (first, second) = (sentence(&mut word), sentence(&mut word));
        // The query has been through a URL, so it may hold anything that JSON must escape.
        let query = escaped(query);
        format!(
            "{{\"results\":[{{\"title\":\"Stub {number}\",\"url\":\"https://stub-{number}.example/page\",\
             \"text\":\"Of {query} record {number} says {first}. Also {second}.\"}}],\"served_us\":{}}}",
            served.as_micros()
        )
    }
}

/// A little hash (FNV-1a): jitter and words need to differ, not to be secret.
fn mixed(number: u64, text: &str) -> u64 {
    number
        .to_le_bytes()
        .iter()
        .chain(text.as_bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Longer than any host waits.
const DELAY_MS_MAX: u64 = 60_000;

const WORDS: [&str; 40] = [
    "amber", "bridge", "canyon", "dawn", "ember", "forest", "garden", "harbour", "island", "journey", "kitchen",
    "lantern", "meadow", "needle", "orchard", "paper", "quarry", "river", "stone", "timber", "umbrella", "valley",
    "window", "yarn", "zephyr", "carries", "holds", "meets", "keeps", "finds", "follows", "gives", "near", "under",
    "beyond", "quiet", "early", "narrow", "bright", "old",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn load(url: &str) -> Option<Load> {
        let url = url::Url::parse(url).unwrap();
        Load::parse(url.host_str().unwrap(), &url)
    }

    #[test]
    fn a_stub_source_waits_as_told() {
        let delay = |url: &str| load(url).map(|load| load.delay.as_millis());
        assert_eq!(delay("https://stub-7.example/search?q=x&delay=50"), Some(50));
        assert_eq!(delay("https://stub-7.example/search?q=x"), Some(0));
        let jittered = delay("https://stub-7.example/search?q=x&delay=50&jitter=10").unwrap();
        assert!((50..=60).contains(&jittered), "{jittered}");
        assert_eq!(delay("https://stub-x.example/search"), None);
        assert_eq!(delay("https://stub-7.example/other"), None);
    }

    #[test]
    fn the_answer_is_json_whatever_was_asked() {
        let body =
            |n: u64, query: &str| Load { number: n, query: query.into(), delay: Duration::ZERO }.body(Duration::ZERO);
        assert_ne!(body(1, "x"), body(2, "x"));
        assert!(body(1, "a\"b\\c\nd").contains("Of a\\\"b\\\\c d record 1"));
    }
}
