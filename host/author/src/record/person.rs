//! E-mail addresses and telephone numbers in a text, and what to write in their place.

use std::collections::BTreeMap;

/// Gives each secret a placeholder of its form: the same secret the same one, another secret another one.
#[derive(Debug, Default)]
pub(super) struct Placeholders {
    known: BTreeMap<String, String>,
}

impl Placeholders {
    /// For an e-mail address.
    pub(super) fn email(&mut self, secret: &str) -> String {
        self.of(secret, |number| format!("person{number}@example.com"))
    }

    /// For a text whose form matters: letters become `x`, digits `0`, with the number at its end.
    pub(super) fn alike(&mut self, secret: &str) -> String {
        self.of(secret, |number| {
            let mask = |c: char| match c {
                c if c.is_ascii_digit() => '0',
                c if c.is_alphabetic() => 'x',
                c => c,
            };
            let mut chars: Vec<char> = secret.chars().map(mask).collect();
            // From the end, where there is a digit or letter to take its place.
            let mut digits = number.to_string().into_bytes();
            for place in chars.iter_mut().rev() {
                if !(*place == '0' || *place == 'x') {
                    continue;
                }
                match digits.pop() {
                    Some(digit) => *place = char::from(digit),
                    None => break,
                }
            }
            chars.into_iter().collect()
        })
    }

    /// Whether it is one of ours already.
    pub(super) fn has_made(&self, text: &str) -> bool {
        self.known.values().any(|made| made == text)
    }

    fn of(&mut self, secret: &str, make: impl FnOnce(usize) -> String) -> String {
        if self.has_made(secret) {
            return secret.to_owned();
        }
        let number = self.known.len() + 1;
        self.known.entry(secret.to_owned()).or_insert_with(|| make(number)).clone()
    }
}

/// What may stand in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Email,
    Phone,
}

/// Every e-mail address and telephone number: start, end, what it is.
pub(super) fn find(text: &str) -> Vec<(usize, usize, Found)> {
    let mut found: Vec<(usize, usize, Found)> = emails(text);
    for (start, end) in phones(text) {
        if !found.iter().any(|&(from, to, _)| start < to && from < end) {
            found.push((start, end, Found::Phone));
        }
    }
    found.sort_unstable_by_key(|&(start, ..)| start);
    found
}

fn emails(text: &str) -> Vec<(usize, usize, Found)> {
    let local = |c: char| c.is_alphanumeric() || "._%+-".contains(c);
    let domain = |c: char| c.is_alphanumeric() || ".-".contains(c);
    let mut found: Vec<(usize, usize, Found)> = Vec::new();
    for (at, _) in text.match_indices('@') {
        let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default());
        let start = at - before.chars().rev().take_while(|&c| local(c)).map(char::len_utf8).sum::<usize>();
        let host: String = after.chars().take_while(|&c| domain(c)).collect();
        let host = host.trim_end_matches(['.', '-']);
        let has_top = host
            .rsplit_once('.')
            .is_some_and(|(name, top)| !name.is_empty() && top.len() >= 2 && top.chars().all(char::is_alphabetic));
        let overlaps = found.last().is_some_and(|&(_, end, _)| start < end);
        if start < at && has_top && !overlaps {
            found.push((start, at + 1 + host.len(), Found::Email));
        }
    }
    found
}

/// Digits of a telephone number, the country's included.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// Only what is written like one: with `+` in front, or an area code in brackets. Bare digits are dates, counts, ids.
fn phones(text: &str) -> Vec<(usize, usize)> {
    let part = |c: char| c.is_ascii_digit() || " -./()".contains(c);
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (start, sign) in text.match_indices(['+', '(']) {
        if found.last().is_some_and(|&(_, end)| start < end) {
            continue;
        }
        let before = text.get(..start).and_then(|before| before.chars().next_back());
        if before.is_some_and(|c| c.is_alphanumeric() || c == '+') {
            continue;
        }
        let rest = text.get(start + 1..).unwrap_or_default();
        let run: String = rest.chars().take_while(|&c| part(c)).collect();
        let run = run.trim_end_matches(|c: char| !c.is_ascii_digit());
        let digits = run.chars().filter(char::is_ascii_digit).count();
        let bracketed = run.split_once(')').is_some_and(|(area, number)| {
            (2..=5).contains(&area.len()) && area.bytes().all(|b| b.is_ascii_digit()) && number.len() >= 6
        });
        let fits = if sign == "+" { run.starts_with(|c: char| c.is_ascii_digit()) } else { bracketed };
        if fits && PHONE_DIGITS.contains(&digits) {
            found.push((start, start + 1 + run.len()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_found_and_numbers_are_not() {
        for (text, wanted) in [
            ("write to ada.l@mail.example.org.", vec!["ada.l@mail.example.org"]),
            ("call +44 20 7946 0958 or (030) 1234567", vec!["+44 20 7946 0958", "(030) 1234567"]),
            ("ü@ö.de, a@b, @handle, 5@x.y", vec!["ü@ö.de"]),
            ("2027-03-01 12:00 +0000, 1+1, 3.14159265, (2027) 12", vec![]),
            ("git@a.example:x and a@b.example@c.example", vec!["git@a.example", "a@b.example"]),
        ] {
            let found: Vec<&str> = find(text).into_iter().map(|(start, end, _)| &text[start..end]).collect();
            assert_eq!(found, wanted, "{text}");
        }
    }

    #[test]
    fn a_placeholder_is_of_the_same_form_and_stable() {
        let mut placeholders = Placeholders::default();
        assert_eq!(placeholders.email("ada@x.example"), "person1@example.com");
        assert_eq!(placeholders.alike("+44 20 7946 0958"), "+00 00 0000 0002");
        assert_eq!(placeholders.alike("Tok-9aB"), "xxx-0x3");
        assert_eq!(placeholders.email("ada@x.example"), "person1@example.com");
        assert_eq!(placeholders.email("person1@example.com"), "person1@example.com");
    }
}
