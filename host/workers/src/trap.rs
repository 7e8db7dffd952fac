//! What a JavaScript engine says of a trap, in the words of the engine of the other targets: ledgers compare equal.

/// V8's message, and what wasmtime says.
const WORDS: [(&str, &str); 9] = [
    ("unreachable", "wasm `unreachable` instruction executed"),
    ("memory access out of bounds", "out of bounds memory access"),
    ("divide by zero", "integer divide by zero"),
    ("remainder by zero", "integer divide by zero"),
    ("divide result unrepresentable", "integer overflow"),
    ("float unrepresentable in integer range", "invalid conversion to integer"),
    ("table index is out of bounds", "undefined element: out of bounds table access"),
    ("null function or function signature mismatch", "indirect call type mismatch"),
    ("Maximum call stack size exceeded", "call stack exhausted"),
];

/// A trap's name; a message that is no known trap stays as it is, shortened.
#[must_use]
pub fn words(message: &str) -> String {
    match WORDS.iter().find(|(theirs, _)| message == *theirs) {
        Some((_, ours)) => format!("wasm trap: {ours}"),
        None => message.chars().take(MESSAGE_CHARS_MAX).collect(),
    }
}

/// What stands in a ledger of something unknown.
const MESSAGE_CHARS_MAX: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traps_are_called_as_on_other_targets() {
        assert_eq!(words("unreachable"), "wasm trap: wasm `unreachable` instruction executed");
        assert_eq!(words("something else"), "something else");
        assert_eq!(words(&"x".repeat(9_999)).len(), MESSAGE_CHARS_MAX);
    }
}
