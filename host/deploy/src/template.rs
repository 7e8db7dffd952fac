//! Text with `{{names}}` in it.

/// What a value must not be taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// A value stands as it is.
    Plain,
    /// A value is a quoted scalar, except in comments: `no` and `1e3` are names like others.
    Yaml,
}

/// What stands in place of a name.
pub(crate) enum Value {
    /// One value.
    Text(String),
    /// Whole lines, or a number: as it is, in every syntax.
    Block(String),
}

const OPEN: &str = "{{";
const CLOSE: &str = "}}";

/// The text with every known name replaced; what is not known stays, for a test to find.
pub(crate) fn fill(text: &str, syntax: Syntax, value: impl Fn(&str) -> Option<Value>) -> String {
    let mut filled = String::with_capacity(text.len() * 2);
    for line in text.split_inclusive('\n') {
        let is_quoted = syntax == Syntax::Yaml && !line.trim_start().starts_with('#');
        let mut rest = line;
        while let Some((before, after)) = rest.split_once(OPEN) {
            filled.push_str(before);
            let found = after.split_once(CLOSE).and_then(|(name, after)| Some((value(name)?, after)));
            let Some((value, after)) = found else {
                filled.push_str(OPEN);
                rest = after;
                continue;
            };
            match value {
                // JSON's strings are YAML's.
                Value::Text(text) if is_quoted => filled.push_str(&serde_json::Value::String(text).to_string()),
                Value::Text(text) | Value::Block(text) => filled.push_str(&text),
            }
            rest = after;
        }
        filled.push_str(rest);
    }
    filled
}

/// The names in a text.
#[cfg(test)]
pub(crate) fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(OPEN).skip(1).map(|after| after.split_once(CLOSE).map_or(after, |(name, _)| name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, plain: &str, yaml: &str) {
        let value = |name: &str| match name {
            "a" => Some(Value::Text("no".to_owned())),
            "b" => Some(Value::Block("x: 1\n".to_owned())),
            "c" => Some(Value::Text("{{a}} \"".to_owned())),
            _ => None,
        };
        assert_eq!(fill(text, Syntax::Plain, value), plain);
        assert_eq!(fill(text, Syntax::Yaml, value), yaml);
    }

    #[test]
    fn names_are_replaced_once_and_quoted_where_it_matters() {
        check("a: {{a}}\n", "a: no\n", "a: \"no\"\n");
        check("# {{a}}, {{a}}\n  # {{a}}\n", "# no, no\n  # no\n", "# no, no\n  # no\n");
        check("{{b}}y: {{a}}", "x: 1\ny: no", "x: 1\ny: \"no\"");
        // What comes in is not looked at again.
        check("{{c}}", "{{a}} \"", "\"{{a}} \\\"\"");
        check("{{d}} {{ {{a}} {{", "{{d}} {{ no {{", "{{d}} {{ \"no\" {{");
        assert_eq!(names("{{a}} {{b}}\n{{").collect::<Vec<_>>(), ["a", "b", ""]);
    }
}
