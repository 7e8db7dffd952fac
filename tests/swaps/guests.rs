//! Versions of one connector, written by hand so that each says which it is: in its state between rounds, in the URLs it
//! asks for, and in its passage. Offsets are those of the canonical ABI of interface 0.1.0.

use std::collections::BTreeMap;
use zero_builder::fixtures::{Fixtures, embed};

/// What it is called, and its only source.
pub(crate) const NAME: &str = "swap";
/// Where its source is asked.
pub(crate) const HOST: &str = "swap.example";

/// How a version differs from the plain one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guest {
    /// Its number, below 100.
    pub(crate) number: u32,
    /// The host that its descriptor names.
    pub(crate) host: &'static str,
    /// Traps whenever it is to read an outcome.
    pub(crate) traps: bool,
    /// Its own fixtures expect what it does not say.
    pub(crate) lies: bool,
    /// Brings its source, with a case that replays both rounds.
    pub(crate) fixtures: bool,
}

impl Guest {
    pub(crate) fn plain(number: u32) -> Self {
        Self { number, host: HOST, traps: false, lies: false, fixtures: true }
    }

    /// What its passage says.
    pub(crate) fn says(number: u32) -> String {
        format!("version {number:02} was here")
    }

    /// Two rounds of one request each. What it was handed back must be its own, or it is a failure.
    pub(crate) fn component(self) -> Vec<u8> {
        let Self { number, host, traps, .. } = self;
        // name, version, summary, hosts, settings, credentials, kinds
        let descriptor = words(&[1100, 4, 1110, 2, 1110, 2, 1200, 1, 0, 0, 0, 0, 0, 0]);
        let host_len = u32::try_from(host.len()).unwrap();
        let hosts = words(&[1300, host_len]);
        let url_len = u32::try_from(format!("https://{HOST}/1").len()).unwrap();
        // method, url, headers, body, credential, cache-seconds
        let request = |url| words(&[0, url, url_len, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        // ok, bid 0.9, fetch, one request, state
        let planned = words(&[0, 0x3f66_6666, 0, 2100, 1, 3000, 5]);
        // ok, fetch, one request, state
        let again = words(&[0, 0, 2200, 1, 3010, 5]);
        // ok, done, one passage, no claims
        let done = words(&[0, 1, 2500, 1, 0, 0]);
        let says = Self::says(number);
        let says_len = u32::try_from(says.len()).unwrap();
        // title, no URL, text, no language, no date, score 1
        let passage = words(&[1100, 4, 0, 0, 0, 3100, says_len, 0, 0, 0, 0, 0, 0, 0x3f80_0000]);
        // err, internal, detail, no delay
        let failure = words(&[1, 6, 3200, 24, 0, 0]);
        let state = format!("v{number:02}r");
        let word = u32::from_le_bytes(state.as_bytes().try_into().unwrap());
        let trap = if traps { "(unreachable)" } else { "" };
        let module = format!(
            r#"(module
                (@custom "zero:interface" "zero:connector/component@0.1.0")
                (memory (export "memory") 2)
                (global $free (mut i32) (i32.const 8192))
                (func (export "cabi_realloc") (param i32 i32) (param $align i32) (param $size i32) (result i32)
                    (local $start i32)
                    (local.set $start (i32.and (i32.add (global.get $free) (i32.sub (local.get $align) (i32.const 1)))
                        (i32.sub (i32.const 0) (local.get $align))))
                    (global.set $free (i32.add (local.get $start) (local.get $size)))
                    (local.get $start))
                (data (i32.const 1000) "{descriptor}") (data (i32.const 1100) "{NAME}")
                (data (i32.const 1110) "{number:02}") (data (i32.const 1200) "{hosts}") (data (i32.const 1300) "{host}")
                (data (i32.const 2000) "{planned}") (data (i32.const 2100) "{first}") (data (i32.const 2200) "{second}")
                (data (i32.const 2300) "{again}") (data (i32.const 2400) "{done}") (data (i32.const 2500) "{passage}")
                (data (i32.const 2600) "{failure}")
                (data (i32.const 2700) "https://{HOST}/1") (data (i32.const 2800) "https://{HOST}/2")
                (data (i32.const 3000) "{state}1") (data (i32.const 3010) "{state}2")
                (data (i32.const 3100) "{says}") (data (i32.const 3200) "state of another version")
                (func (export "zero:connector/connector@0.1.0#describe") (result i32) (i32.const 1000))
                (func (export "zero:connector/connector@0.1.0#plan") (param i32) (result i32) (i32.const 2000))
                (func (export "zero:connector/connector@0.1.0#resume")
                    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (param $state i32) (param $length i32)
                    (param i32 i32) (result i32)
                    {trap}
                    (if (i32.ne (local.get $length) (i32.const 5)) (then (return (i32.const 2600))))
                    (if (i32.ne (i32.load align=1 (local.get $state)) (i32.const {word})) (then (return (i32.const 2600))))
                    (if (i32.eq (i32.load8_u offset=4 (local.get $state)) (i32.const 49))
                        (then (return (i32.const 2300))))
                    (i32.const 2400)))"#,
            first = request(2700),
            second = request(2800),
        );
        let component = zero_builder::build(&wat::parse_str(module).unwrap()).unwrap().bytes;
        if self.fixtures { embed(&component, &self.carried()).unwrap() } else { component }
    }

    /// What it is tried with before it is swapped in.
    pub(crate) fn carried(self) -> Fixtures {
        let expected = if self.lies { "something else".to_owned() } else { Self::says(self.number) };
        let exchange =
            |round| format!("GET https://{HOST}/{round}\n\nHTTP/1.1 200\ncontent-type: text/plain\n\nround {round}\n");
        let cases = format!(
            "[[case]]\nsource = \"{NAME}\"\nquestion = \"who was here\"\nexchanges = [\"{NAME}-1\", \"{NAME}-2\"]\n\
             passages = 1\ntitle = \"{NAME}\"\ntext = \"{expected}\"\n"
        );
        let quiet = Fixtures { sources: sources(self.host), ..Fixtures::default() };
        if self.traps {
            // Whoever traps on every outcome would not pass a case: it carries none.
            return quiet;
        }
        let exchanges = BTreeMap::from([1, 2].map(|round| (format!("{NAME}-{round}"), exchange(round))));
        Fixtures { cases, exchanges, ..quiet }
    }
}

fn sources(host: &str) -> String {
    format!(
        "connector = \"{NAME}\"\n\n[[source]]\nid = \"{NAME}\"\nname = \"Swap\"\nsummary = \"who was here\"\n\
         category = \"encyclopaedia\"\nlicence = \"CC0-1.0\"\nterms = \"https://{HOST}/terms\"\nattribution = \"Swap\"\n\
         languages = [\"en\"]\ntopics = [\"reference\"]\nkinds = [\"fact\"]\nhosts = [\"{host}\"]\n\
         must = [\"who was here\"]\nmust_not = [\"what is 15% of 240\"]\n"
    )
}

/// Words as the data of a segment.
fn words(words: &[u32]) -> String {
    words.iter().flat_map(|word| word.to_le_bytes()).map(|byte| format!("\\{byte:02x}")).collect()
}
