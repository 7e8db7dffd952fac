//! The question as words, numbers and signs; whatever says nothing about time stays visible, so that nothing fits by luck.

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// Lower case, without accents.
    Word(String),
    /// Digits, and whether `st`, `nd`, `rd` or `th` follows.
    Number { value: i64, digits: usize, ordinal: bool },
    /// Any other sign.
    Sign(char),
}

/// More is no question about time; bytes.
const QUESTION_BYTES_MAX: usize = 300;
/// Longer numbers are no dates, and would not fit; digits.
const DIGITS_MAX: usize = 16;

/// The tokens of `text`, or none when it is too long or holds a number beyond reason.
pub(crate) fn tokens(text: &str) -> Option<Vec<Token>> {
    if text.len() > QUESTION_BYTES_MAX {
        return None;
    }
    let text = text.to_lowercase().replace("a.m.", "am").replace("p.m.", "pm").replace("o'clock", "oclock");
    let text = text.replace("u.s.", "us ").replace("d.c.", "dc");
    let chars: Vec<char> = text.chars().collect();
    let at = |index: usize| chars.get(index).copied().unwrap_or(' ');
    let mut out = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let c = at(i);
        if c.is_ascii_digit() {
            let end = (i..chars.len()).find(|&j| !at(j).is_ascii_digit()).unwrap_or(chars.len());
            let digits: String = chars.get(i..end)?.iter().collect();
            if digits.len() > DIGITS_MAX {
                return None;
            }
            let suffix: String = [at(end), at(end + 1)].iter().collect();
            let ordinal = ["st", "nd", "rd", "th"].contains(&suffix.as_str()) && !at(end + 2).is_alphanumeric();
            out.push(Token::Number { value: digits.parse().ok()?, digits: digits.len(), ordinal });
            i = if ordinal { end + 2 } else { end };
        } else if c.is_alphabetic() {
            let mut word = String::new();
            while at(i).is_alphabetic() || matches!(at(i), '\'' | '’' | '\u{300}'..='\u{36f}') {
                if matches!(at(i), '\'' | '’') {
                    let possessive = at(i + 1) == 's' && !at(i + 2).is_alphanumeric();
                    i += if possessive { 2 } else { 1 };
                } else {
                    fold(at(i), &mut word);
                    i += 1;
                }
            }
            out.push(Token::Word(word));
        } else {
            let before = i.checked_sub(1).map_or(' ', at);
            out.extend(sign(c, before, at(i + 1)));
            i += 1;
        }
    }
    Some(out)
}

fn sign(c: char, before: char, after: char) -> Option<Token> {
    match c {
        '&' => Some(Token::Word("and".to_owned())),
        '-' | '–' | '—' | '−' if before.is_alphabetic() && after.is_alphabetic() => None,
        '–' | '—' | '−' => Some(Token::Sign('-')),
        '.' if !(before.is_ascii_digit() && after.is_ascii_digit()) => None,
        ',' | '?' | '!' | '"' | '\'' | '’' | '(' | ')' | ';' | '“' | '”' => None,
        _ if c.is_whitespace() => None,
        _ => Some(Token::Sign(c)),
    }
}

fn fold(c: char, word: &mut String) {
    word.push(match c {
        'à'..='å' | 'ā' | 'ă' => 'a',
        'ç' | 'č' | 'ć' => 'c',
        'è'..='ë' | 'ē' | 'ě' => 'e',
        'ì'..='ï' | 'ı' => 'i',
        'ñ' | 'ń' => 'n',
        'ò'..='ö' | 'ø' => 'o',
        'ù'..='ü' => 'u',
        'š' | 'ş' | 'ș' => 's',
        'ž' | 'ź' | 'ż' => 'z',
        '\u{300}'..='\u{36f}' => return,
        _ => c,
    });
}
