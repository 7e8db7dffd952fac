//! JSON rewritten token by token: numbers, order and repeated keys stay as the service wrote them.

/// What to do with the text of a string or number.
pub(super) trait Visit {
    /// A string's value, and the keys it stands under, outermost first; gives another one to put in its place.
    fn string(&mut self, keys: &[&str], value: &str) -> Option<String>;
    /// A number as it is written; gives another one.
    fn number(&mut self, keys: &[&str], written: &str) -> Option<String>;
}

struct Frame {
    is_object: bool,
    /// The key whose value comes next, in an object.
    key: Option<String>,
    members: usize,
}

/// Rewrites JSON that is well-formed, indented if `pretty`. Text that is not comes out in some way.
pub(super) fn rewrite(text: &str, pretty: bool, visit: &mut impl Visit) -> String {
    let mut out = String::with_capacity(text.len().saturating_mul(if pretty { 2 } else { 1 }));
    let mut stack: Vec<Frame> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let token = token(rest, first);
        rest = rest.get(token.len()..).unwrap_or_default();
        match first {
            ' ' | '\t' | '\n' | '\r' => {
                if !pretty {
                    out.push(first);
                }
            }
            '{' | '[' => {
                start_member(&mut out, &mut stack, pretty);
                out.push(first);
                stack.push(Frame { is_object: first == '{', key: None, members: 0 });
            }
            '}' | ']' => {
                let members = stack.pop().map_or(0, |frame| frame.members);
                if pretty && members > 0 {
                    new_line(&mut out, stack.len());
                }
                out.push(first);
                end_value(&mut stack);
            }
            ',' => out.push(','),
            ':' => out.push_str(if pretty { ": " } else { ":" }),
            '"' => {
                let value: String = serde_json::from_str(token).unwrap_or_default();
                start_member(&mut out, &mut stack, pretty);
                if let Some(frame) = stack.last_mut().filter(|frame| frame.is_object && frame.key.is_none()) {
                    frame.key = Some(value);
                    out.push_str(token);
                    continue;
                }
                match visit.string(&keys(&stack), &value).and_then(|new| serde_json::to_string(&new).ok()) {
                    Some(new) => out.push_str(&new),
                    None => out.push_str(token),
                }
                end_value(&mut stack);
            }
            _ => {
                start_member(&mut out, &mut stack, pretty);
                let is_number = first == '-' || first.is_ascii_digit();
                let new = if is_number { visit.number(&keys(&stack), token) } else { None };
                out.push_str(new.as_deref().unwrap_or(token));
                end_value(&mut stack);
            }
        }
    }
    out
}

/// The token that `rest` starts with; at least one character of it.
fn token(rest: &str, first: char) -> &str {
    let end = match first {
        '"' => {
            let mut escaped = false;
            let end = rest.char_indices().skip(1).find(|&(_, c)| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            });
            end.map_or(rest.len(), |(at, _)| at + 1)
        }
        '{' | '}' | '[' | ']' | ',' | ':' | ' ' | '\t' | '\n' | '\r' => 1,
        _ => rest.char_indices().skip(1).find(|&(_, c)| "{}[],:\" \t\n\r".contains(c)).map_or(rest.len(), |(at, _)| at),
    };
    rest.get(..end).unwrap_or(rest)
}

/// A key, or an element of a list, stands on a line of its own.
fn start_member(out: &mut String, stack: &mut [Frame], pretty: bool) {
    let depth = stack.len();
    let Some(frame) = stack.last_mut() else { return };
    if frame.is_object && frame.key.is_some() {
        return;
    }
    frame.members += 1;
    if pretty {
        new_line(out, depth);
    }
}

fn end_value(stack: &mut [Frame]) {
    if let Some(frame) = stack.last_mut() {
        frame.key = None;
    }
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    // Deeper than this nobody reads, and the file would be mostly spaces.
    out.extend(std::iter::repeat_n("  ", depth.min(INDENT_LEVELS_MAX)));
}

const INDENT_LEVELS_MAX: usize = 32;

fn keys(stack: &[Frame]) -> Vec<&str> {
    stack.iter().filter_map(|frame| frame.key.as_deref()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Stars;
    impl Visit for Stars {
        fn string(&mut self, keys: &[&str], value: &str) -> Option<String> {
            (keys.last() == Some(&"s")).then(|| value.replace('x', "*"))
        }
        fn number(&mut self, _: &[&str], written: &str) -> Option<String> {
            (written == "7").then(|| "8".to_owned())
        }
    }

    #[test]
    fn what_is_not_changed_stays_as_it_was_written() {
        let text = r#"{"b":1.10,"a":[],"a":[1e400,{"s":"x\"\u00e9"},-0,true,null,7],"t":"x\/","o":{}}"#;
        let pretty = rewrite(text, true, &mut Stars);
        let wanted = "{\n  \"b\": 1.10,\n  \"a\": [],\n  \"a\": [\n    1e400,\n    {\n      \"s\": \"*\\\"é\"\n    },\n    -0,\n    true,\n    null,\n    8\n  ],\n  \"t\": \"x\\/\",\n  \"o\": {}\n}";
        assert_eq!(pretty, wanted);
        let compact = rewrite(&text.replace('7', "9"), false, &mut Stars);
        assert_eq!(compact, text.replace('7', "9").replace(r#"x\"\u00e9"#, "*\\\"é"));
        for odd in ["", "\"", "[1", "}{", "\"a\\"] {
            rewrite(odd, true, &mut Stars);
        }
    }
}
