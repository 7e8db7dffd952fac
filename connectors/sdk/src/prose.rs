//! Foreign text, fit to be shown.

/// White space joined to single spaces; control characters part words as well.
#[must_use]
pub fn squeeze(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// At most `bytes_max`, after a whole sentence where there is one in the second half, else after a whole word.
#[must_use]
pub fn cut(text: &str, bytes_max: usize) -> &str {
    if text.len() <= bytes_max {
        return text;
    }
    let head = text.get(..text.floor_char_boundary(bytes_max)).unwrap_or_default();
    let end = head.rfind(". ").map(|at| at + 1).filter(|end| *end > bytes_max / 2).or_else(|| head.rfind(' '));
    end.and_then(|end| head.get(..end)).unwrap_or(head)
}

/// With a capital at its start.
#[must_use]
pub fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// What `&name;` stands for in XML: the five entities, and characters by number; the others as written.
#[must_use]
pub fn xml_character(name: &str) -> String {
    let number = name.strip_prefix('#').and_then(|number| match number.strip_prefix('x') {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => number.parse().ok(),
    });
    match (name, number.and_then(char::from_u32)) {
        ("amp", _) => "&".to_owned(),
        ("lt", _) => "<".to_owned(),
        ("gt", _) => ">".to_owned(),
        ("quot", _) => "\"".to_owned(),
        ("apos", _) => "'".to_owned(),
        (_, Some(c)) => c.to_string(),
        _ => format!("&{name};"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_ends_with_a_sentence_or_a_word() {
        for (text, bytes_max, wanted) in [
            ("One. Two three.", 20, "One. Two three."),
            ("One two. Three four", 12, "One two."),
            ("A. Two three four", 12, "A. Two"),
            ("Donaudampfschifffahrt", 5, "Donau"),
            ("né", 2, "n"),
        ] {
            assert_eq!(cut(text, bytes_max), wanted);
        }
        assert_eq!(squeeze(" a\u{0}b\n\n c "), "a b c");
        assert_eq!((capitalised("élan vital"), capitalised("")), ("Élan vital".to_owned(), String::new()));
    }

    #[test]
    fn characters_of_xml_are_resolved_and_others_left() {
        for (name, text) in [("amp", "&"), ("#228", "ä"), ("#xe4", "ä"), ("nbsp", "&nbsp;"), ("#xD800", "&#xD800;")] {
            assert_eq!(xml_character(name), text);
        }
    }
}
