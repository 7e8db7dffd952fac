//! Names that packer and orchestrator must agree on, and that Spin must accept.

use crate::STORE_SLOTS;

/// The Spin component of a connector that is deployed alone: kebab case, each word beginning with a letter.
#[must_use]
pub fn component_id(connector: &str) -> String {
    format!("connector-{}", words(connector, '-'))
}

/// Where local service chaining finds it.
#[must_use]
pub fn chained_host(connector: &str) -> String {
    format!("{}.spin.internal", component_id(connector))
}

/// The Spin variable that holds a secret: snake case in lower case, each word beginning with a letter.
#[must_use]
pub fn variable(secret: &str) -> String {
    words(secret, '_')
}

/// Lower-case words of letters and digits; one that would begin with a digit is joined to the word before it.
fn words(name: &str, separator: char) -> String {
    let mut out = String::with_capacity(name.len());
    let parts = name.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    for word in parts {
        let digit = word.starts_with(|letter: char| letter.is_ascii_digit());
        match (out.is_empty(), digit) {
            (true, true) => out.push('x'),
            (false, false) => out.push(separator),
            _ => {}
        }
        out.push_str(&word.to_ascii_lowercase());
    }
    if out.is_empty() { "x".to_owned() } else { out }
}

/// The place of an entry in the key-value store.
#[must_use]
pub fn slot(key: &str) -> String {
    // FNV-1a: the keys end in SHA-256 already, so any spread will do.
    let hash = key.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    format!("zero/slot/{}", hash % STORE_SLOTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_spin_accepts() {
        for (name, id) in [
            ("oai-pmh", "connector-oai-pmh"),
            ("s3-2", "connector-s32"),
            ("2fa", "connector-x2fa"),
            ("a--b", "connector-a-b"),
        ] {
            assert_eq!(component_id(name), id);
        }
        assert_eq!(chained_host("oai-pmh"), "connector-oai-pmh.spin.internal");
        for (secret, name) in [("GITHUB_TOKEN", "github_token"), ("KEY_2", "key2"), ("2_A", "x2_a"), ("", "x")] {
            assert_eq!(variable(secret), name);
        }
    }

    #[test]
    fn slots_are_bounded_and_spread() {
        let slots: std::collections::BTreeSet<String> = (0..20_000).map(|key| slot(&format!("k{key}"))).collect();
        assert!(slots.len() as u32 <= STORE_SLOTS && slots.len() as u32 > STORE_SLOTS / 2, "{}", slots.len());
        assert_eq!(slot("a"), slot("a"));
    }
}
