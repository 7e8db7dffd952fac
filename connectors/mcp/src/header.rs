//! Headers that repeat what stands in the body, as revision 2026-07-28 wants them.
//!
//! Takes: a value of the body. Gives: the header's value, in Base64 between `=?base64?` and `?=` where it is not plain
//! ASCII. Fails: never. Limits: [`DEPTH_MAX`] of a schema. Why it is so: gateways route by the headers, and a server
//! refuses a request whose headers and body differ.

use serde_json::{Map, Value as Json};

/// Levels of a schema that are looked through for parameters to repeat.
const DEPTH_MAX: usize = 8;

/// A value as a header may carry it.
pub(crate) fn encoded(value: &str) -> String {
    let plain = value.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t'));
    let marked = value.starts_with("=?base64?") && value.ends_with("?=");
    if plain && value.trim() == value && !marked && !value.is_empty() {
        return value.to_owned();
    }
    format!("=?base64?{}?=", base64(value.as_bytes()))
}

/// Headers for the parameters that a tool's schema wants repeated; none when the schema breaks the rules for them.
pub(crate) fn of_parameters(schema: &Json, arguments: &Map<String, Json>) -> Option<Vec<(String, String)>> {
    let mut headers = Vec::new();
    collect(schema, Some(arguments), &mut headers, DEPTH_MAX)?;
    let mut names: Vec<String> =
        headers.iter().map(|(name, _): &(String, Option<String>)| name.to_ascii_lowercase()).collect();
    names.sort();
    let count = names.len();
    names.dedup();
    (names.len() == count).then(|| headers.into_iter().filter_map(|(name, value)| Some((name, value?))).collect())
}

fn collect(
    schema: &Json,
    arguments: Option<&Map<String, Json>>,
    headers: &mut Vec<(String, Option<String>)>,
    depth: usize,
) -> Option<()> {
    let Some(properties) = schema.get("properties").and_then(Json::as_object) else { return Some(()) };
    for (name, property) in properties {
        let value = arguments.and_then(|arguments| arguments.get(name));
        if let Some(header) = property.get("x-mcp-header") {
            let header = header.as_str().filter(|header| is_token(header))?;
            let text = match value {
                Some(Json::String(text)) => Some(encoded(text)),
                Some(Json::Bool(value)) => Some(value.to_string()),
                Some(Json::Number(number)) if number.is_i64() => Some(number.to_string()),
                _ => None,
            };
            headers.push((format!("mcp-param-{}", header.to_ascii_lowercase()), text));
        }
        if depth > 0 {
            collect(property, value.and_then(Json::as_object), headers, depth - 1)?;
        }
    }
    Some(())
}

fn is_token(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.len() < 64 && text.bytes().all(fits)
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |nth: usize| u32::from(chunk.get(nth).copied().unwrap_or_default());
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for nth in 0..4_u32 {
            let digit = usize::try_from(bits >> (18 - 6 * nth) & 0x3F).ok().and_then(|digit| DIGITS.get(digit));
            match digit {
                Some(digit) if usize::try_from(nth).is_ok_and(|nth| nth <= chunk.len()) => out.push(char::from(*digit)),
                _ => out.push('='),
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_written_as_headers_may_carry_them() {
        for (value, header) in [
            ("us-west1", "us-west1"),
            ("Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="),
            (" padded ", "=?base64?IHBhZGRlZCA=?="),
            ("line1\nline2", "=?base64?bGluZTEKbGluZTI=?="),
            ("=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="),
        ] {
            assert_eq!(encoded(value), header, "{value}");
        }
    }

    #[test]
    fn parameters_are_repeated_where_the_schema_says() {
        let schema = json!({"properties": {"region": {"type": "string", "x-mcp-header": "Region"}, "deep": {"properties": {"on": {"x-mcp-header": "On"}}}, "q": {}}});
        let arguments = json!({"region": "west", "deep": {"on": true}, "q": "x"});
        let headers = of_parameters(&schema, arguments.as_object().unwrap()).unwrap();
        assert_eq!(
            headers,
            [("mcp-param-on".to_owned(), "true".to_owned()), ("mcp-param-region".to_owned(), "west".to_owned())]
        );
        for broken in ["", "a b", "a\r\nb"] {
            let schema = json!({"properties": {"x": {"x-mcp-header": broken}}});
            assert_eq!(of_parameters(&schema, &Map::new()), None, "{broken}");
        }
        let twice = json!({"properties": {"a": {"x-mcp-header": "X"}, "b": {"x-mcp-header": "x"}}});
        assert_eq!(of_parameters(&twice, &Map::new()), None);
    }
}
