//! The normal form in which questions and names are compared: lower case, no accents, single spaces.

/// Lower-cased words of letters and digits with single spaces; `U.S.A.` is `usa`, `Japan's` is `japan`, `&` is `and`.
pub(crate) fn normal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().flat_map(char::to_lowercase).peekable();
    while let Some(c) = chars.next() {
        match c {
            '.' if ends_with_single_letter(&out) && chars.peek().is_some_and(|next| next.is_alphanumeric()) => {
                // An initial: `u.s.` goes on without a gap. A letter before and after is no end of a sentence.
                continue;
            }
            '\'' | '’' | 'ʻ' => {
                let mut rest = chars.clone();
                let possessive = rest.next() == Some('s') && !rest.next().is_some_and(char::is_alphanumeric);
                if possessive {
                    chars.next();
                }
                gap(&mut out);
            }
            '&' => {
                gap(&mut out);
                out.push_str("and ");
            }
            '+' => {
                gap(&mut out);
                out.push('+');
            }
            _ => fold(c, &mut out),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

fn ends_with_single_letter(out: &str) -> bool {
    let mut back = out.chars().rev();
    let letter = back.next().is_some_and(char::is_alphabetic);
    let word = out.rsplit(' ').next().unwrap_or_default();
    letter && (word.chars().count() == 1 || (word.len() <= 3 && matches!(word, "us" | "uk" | "ua" | "dr")))
}

fn gap(out: &mut String) {
    if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
}

/// Writes a lower-case character without its accent; what is no letter or digit becomes a gap.
fn fold(c: char, out: &mut String) {
    let plain = match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'è'..='ë' | 'ē' | 'ę' | 'ě' => "e",
        'ì'..='ï' | 'ī' | 'ı' => "i",
        'ñ' | 'ń' => "n",
        'ò'..='ö' | 'ø' | 'ō' => "o",
        'ù'..='ü' | 'ū' => "u",
        'ý' | 'ÿ' => "y",
        'ș' | 'ş' | 'š' | 'ś' => "s",
        'ț' | 'ţ' => "t",
        'ž' | 'ż' | 'ź' => "z",
        'ß' => "ss",
        'ł' => "l",
        // Combining marks, as `to_lowercase` leaves them behind `İ`.
        '\u{300}'..='\u{36f}' => "",
        _ if c.is_alphanumeric() => {
            out.push(c);
            return;
        }
        _ => {
            gap(out);
            return;
        }
    };
    out.push_str(plain);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form_for_many_spellings() {
        for (text, expected) in [
            ("  What's Japan's capital?", "what japan capital"),
            ("Côte d’Ivoire", "cote d ivoire"),
            ("the U.S.A. and the U.K.", "the usa and the uk"),
            ("Washington, D.C.", "washington dc"),
            ("St. John's", "st john"),
            ("Bosnia & Herzegovina", "bosnia and herzegovina"),
            ("calling code +49?", "calling code +49"),
            ("Chișinău, Åland", "chisinau aland"),
        ] {
            assert_eq!(normal(text), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn normal_forms_stay(text in ".*") {
            let once = normal(&text);
            proptest::prop_assert!(!once.contains("  ") && once == once.trim());
        }
    }
}
