//! The language a question is written in.
//!
//! - Takes: the text, its tokens, and the language the asker claims.
//! - Gives: a BCP 47 tag and how sure it is.
//! - Fails: never; what cannot be told is the claimed language, else English.
//! - Limits: the 24 languages of `tables/stopwords.tsv` by their small words, some more by script, the rest by trigrams.
//! - Why it is so: a question has five words, of which three are small ones. Script decides first, small words
//!   second, and trigrams (`whatlang`), which need longer texts, only break ties and speak for long texts.

use crate::tables::STOPWORDS;
use crate::tokens::Token;

/// Letters and small words are looked for in this many tokens: more add time, not certainty.
const TOKENS_READ_MAX: usize = 200;
/// Below this many words trigrams are a guess and only confirm what the small words say.
const TRIGRAM_WORDS_MIN: usize = 4;

pub(crate) struct Language {
    pub(crate) tag: String,
    pub(crate) certainty: f32,
}

/// Recognises the language.
pub(crate) fn recognise(text: &str, tokens: &[Token<'_>], claimed: Option<&str>) -> Language {
    let claimed = claimed.filter(|tag| is_tag(tag));
    let found = |tag: &str, certainty| {
        // "en-GB" of an asker who writes English says more than "en".
        let tag = claimed.filter(|claim| primary(claim) == tag).unwrap_or(tag);
        Language { tag: tag.to_owned(), certainty }
    };
    let script = Script::of(tokens);
    if let Some(tag) = script.sole_language() {
        return found(tag, 0.95);
    }
    let mut evidence: Vec<(&str, f32)> = small_words(tokens, script);
    add_letters(tokens, script, &mut evidence);
    let words = tokens.iter().filter(|token| token.is_word()).take(TOKENS_READ_MAX).count();
    if let Some(claim) = claimed {
        add(&mut evidence, primary(claim), if words < TRIGRAM_WORDS_MIN { 1.5 } else { 0.6 });
    }
    if script == Script::Latin {
        // Names and bare key words come from everywhere; English is what most of them are typed in.
        add(&mut evidence, "en", 0.4);
    }
    evidence.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    let first = evidence.first().copied().unwrap_or(("", 0.0));
    let second = evidence.get(1).copied().unwrap_or(("", 0.0));
    if first.1 - second.1 < 1.2
        && words >= TRIGRAM_WORDS_MIN
        && let Some((tag, weight)) = trigrams(text)
    {
        add(&mut evidence, tag, weight);
        evidence.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    }
    match evidence.first() {
        Some((tag, weight)) => {
            let total: f32 = evidence.iter().map(|(_, weight)| weight).sum();
            found(tag, (weight / (total + 0.5)).clamp(0.2, 0.99))
        }
        None => match script.usual_language() {
            Some(tag) => found(tag, 0.5),
            None => Language { tag: claimed.unwrap_or("en").to_owned(), certainty: 0.3 },
        },
    }
}

fn is_tag(tag: &str) -> bool {
    (2..=35).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

fn add<'l>(evidence: &mut Vec<(&'l str, f32)>, tag: &'l str, weight: f32) {
    match evidence.iter_mut().find(|(known, _)| *known == tag) {
        Some((_, sum)) => *sum += weight,
        None => evidence.push((tag, weight)),
    }
}

/// A small word speaks for its languages, the less the more languages share it.
fn small_words(tokens: &[Token<'_>], script: Script) -> Vec<(&'static str, f32)> {
    let mut evidence = Vec::new();
    for (index, token) in tokens.iter().enumerate().filter(|(_, token)| token.is_word()).take(TOKENS_READ_MAX) {
        // The "com" of an address is not Portuguese.
        let inside = index
            .checked_sub(1)
            .and_then(|before| tokens.get(before))
            .is_some_and(|before| matches!(before.text, "." | "@" | "/" | "-" | "_" | ":"));
        if inside && !token.spaced {
            continue;
        }
        let Some(fields) = STOPWORDS.get(&token.lower).or_else(|| elided(&token.lower)) else { continue };
        let tags = fields.get(0);
        let sharing = u16::try_from(tags.split(' ').count()).map_or(1.0, f32::from);
        // One letter is often a symbol or an initial.
        let weight = if token.text.len() == 1 { 0.4 } else { 1.0 };
        for tag in tags.split(' ').filter(|tag| Script::of_tag(tag) == script) {
            add(&mut evidence, tag, weight / sharing.sqrt());
        }
    }
    evidence
}

/// "l'auteur", "dell'arte": the article before the apostrophe is the evidence.
fn elided(lower: &str) -> Option<crate::tables::Fields> {
    let (head, tail) = lower.split_once('\'')?;
    (tail.len() > 2).then(|| STOPWORDS.get(head)).flatten()
}

/// Letters that only some languages write.
fn add_letters(tokens: &[Token<'_>], script: Script, evidence: &mut Vec<(&str, f32)>) {
    for token in tokens.iter().filter(|token| token.is_word() && !token.text.is_ascii()).take(TOKENS_READ_MAX) {
        for letter in token.lower.chars() {
            let (tags, weight): (&'static [&'static str], f32) = match (script, letter) {
                (Script::Latin, 'ß') => (&["de"], 1.5),
                (Script::Latin, 'ä' | 'ö') => (&["de", "sv", "fi"], 0.3),
                (Script::Latin, 'ü') => (&["de", "tr"], 0.3),
                (Script::Latin, 'ñ' | '¿') => (&["es"], 1.2),
                (Script::Latin, 'ã' | 'õ') => (&["pt", "vi"], 0.6),
                (Script::Latin, 'ç') => (&["fr", "pt", "tr"], 0.3),
                (Script::Latin, 'ı' | 'ğ') => (&["tr"], 1.2),
                (Script::Latin, 'ş') => (&["tr"], 0.6),
                (Script::Latin, 'ț' | 'ș') => (&["ro"], 1.2),
                (Script::Latin, 'ă') => (&["ro", "vi"], 0.6),
                (Script::Latin, 'ł' | 'ą' | 'ę' | 'ś' | 'ż' | 'ź') => (&["pl"], 1.0),
                (Script::Latin, 'ř' | 'ě' | 'ů') => (&["cs"], 1.2),
                (Script::Latin, 'ő' | 'ű') => (&["hu"], 1.2),
                (Script::Latin, 'å') => (&["sv", "da", "nb"], 0.6),
                (Script::Latin, 'æ' | 'ø') => (&["da", "nb"], 0.8),
                (Script::Latin, 'đ' | 'ơ' | 'ư' | '\u{1ea0}'..='\u{1ef9}') => (&["vi"], 1.0),
                (Script::Latin, 'ê' | 'è' | 'œ') => (&["fr"], 0.3),
                (Script::Cyrillic, 'ы' | 'э' | 'ё') => (&["ru"], 0.8),
                (Script::Cyrillic, 'і' | 'ї' | 'є' | 'ґ') => (&["uk"], 1.0),
                (Script::Cyrillic, 'ъ') => (&["bg"], 0.4),
                (Script::Arabic, 'پ' | 'چ' | 'گ' | 'ک' | 'ی') => (&["fa"], 0.6),
                _ => continue,
            };
            tags.iter().for_each(|tag| add(evidence, tag, weight));
        }
    }
}

fn trigrams(text: &str) -> Option<(&'static str, f32)> {
    let info = whatlang::detect(text)?;
    let tag = tag_of(info.lang())?;
    #[allow(clippy::cast_possible_truncation, reason = "a share between 0 and 1")]
    let weight = if info.is_reliable() { 1.5 } else { info.confidence() as f32 };
    Some((tag, weight))
}

fn tag_of(lang: whatlang::Lang) -> Option<&'static str> {
    Some(match lang.code() {
        "eng" => "en",
        "deu" => "de",
        "fra" => "fr",
        "spa" => "es",
        "ita" => "it",
        "por" => "pt",
        "nld" => "nl",
        "swe" => "sv",
        "dan" => "da",
        "nob" => "nb",
        "fin" => "fi",
        "pol" => "pl",
        "ces" => "cs",
        "slk" => "sk",
        "hun" => "hu",
        "ron" => "ro",
        "tur" => "tr",
        "vie" => "vi",
        "ind" => "id",
        "rus" => "ru",
        "ukr" => "uk",
        "bul" => "bg",
        "srp" => "sr",
        "hrv" => "hr",
        "cat" => "ca",
        "est" => "et",
        "lav" => "lv",
        "lit" => "lt",
        "slv" => "sl",
        "tgl" => "fil",
        "afr" => "af",
        "ara" => "ar",
        "pes" => "fa",
        "urd" => "ur",
        "hin" => "hi",
        "mar" => "mr",
        "nep" => "ne",
        _ => return None,
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Script {
    Latin,
    Cyrillic,
    Greek,
    Arabic,
    Hebrew,
    Devanagari,
    Bengali,
    Tamil,
    Telugu,
    Thai,
    Georgian,
    Armenian,
    Hangul,
    Kana,
    Han,
    None,
}

impl Script {
    const ALL: [Self; 15] = [
        Self::Latin,
        Self::Cyrillic,
        Self::Greek,
        Self::Arabic,
        Self::Hebrew,
        Self::Devanagari,
        Self::Bengali,
        Self::Tamil,
        Self::Telugu,
        Self::Thai,
        Self::Georgian,
        Self::Armenian,
        Self::Hangul,
        Self::Kana,
        Self::Han,
    ];

    /// The script most letters are in. Any kana makes a text Japanese; a letter of a script other than Latin
    /// counts three times, because Latin names stand in questions of every language.
    fn of(tokens: &[Token<'_>]) -> Self {
        let mut counts = [0_u32; Self::ALL.len()];
        for token in tokens.iter().filter(|token| token.is_word()).take(TOKENS_READ_MAX) {
            for letter in token.text.chars() {
                let script = Self::of_letter(letter);
                let weight = if script == Self::Latin { 1 } else { 3 };
                if let Some(index) = Self::ALL.iter().position(|known| *known == script)
                    && let Some(count) = counts.get_mut(index)
                {
                    *count += weight;
                }
            }
        }
        if counts.get(13).is_some_and(|kana| *kana > 0) {
            return Self::Kana;
        }
        let best = Self::ALL.iter().zip(counts).filter(|(_, count)| *count > 0).max_by_key(|(_, count)| *count);
        best.map_or(Self::None, |(script, _)| *script)
    }

    fn of_letter(letter: char) -> Self {
        match letter {
            'a'..='z' | 'A'..='Z' | '\u{aa}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => Self::Latin,
            '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Self::Greek,
            '\u{400}'..='\u{52f}' => Self::Cyrillic,
            '\u{530}'..='\u{58f}' => Self::Armenian,
            '\u{590}'..='\u{5ff}' => Self::Hebrew,
            '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' => Self::Arabic,
            '\u{900}'..='\u{97f}' => Self::Devanagari,
            '\u{980}'..='\u{9ff}' => Self::Bengali,
            '\u{b80}'..='\u{bff}' => Self::Tamil,
            '\u{c00}'..='\u{c7f}' => Self::Telugu,
            '\u{e00}'..='\u{e7f}' => Self::Thai,
            '\u{10a0}'..='\u{10ff}' => Self::Georgian,
            '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7af}' => Self::Hangul,
            '\u{3040}'..='\u{30ff}' => Self::Kana,
            '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' => Self::Han,
            _ => Self::None,
        }
    }

    fn of_tag(tag: &str) -> Self {
        match tag {
            "ru" | "uk" | "bg" => Self::Cyrillic,
            "ar" | "fa" => Self::Arabic,
            "hi" => Self::Devanagari,
            "el" => Self::Greek,
            _ => Self::Latin,
        }
    }

    /// The one language of this script that is asked in.
    fn sole_language(self) -> Option<&'static str> {
        Some(match self {
            Self::Greek => "el",
            Self::Hebrew => "he",
            Self::Bengali => "bn",
            Self::Tamil => "ta",
            Self::Telugu => "te",
            Self::Thai => "th",
            Self::Georgian => "ka",
            Self::Armenian => "hy",
            Self::Hangul => "ko",
            Self::Kana => "ja",
            Self::Han => "zh",
            Self::Latin | Self::Cyrillic | Self::Arabic | Self::Devanagari | Self::None => return None,
        })
    }

    fn usual_language(self) -> Option<&'static str> {
        match self {
            Self::Cyrillic => Some("ru"),
            Self::Arabic => Some("ar"),
            Self::Devanagari => Some("hi"),
            other => other.sole_language(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(claimed: Option<&str>, text: &str, expected: &str) {
        let found = recognise(text, &crate::tokens::split(text), claimed);
        assert_eq!(found.tag, expected, "{text}");
    }

    #[test]
    fn short_questions() {
        for (text, expected) in [
            ("hi", "en"),
            ("weather", "en"),
            ("tokyo", "en"),
            ("capital of Japan", "en"),
            ("who is Angela Merkel", "en"),
            ("Was ist die Hauptstadt von Japan?", "de"),
            ("Quelle est la capitale du Japon ?", "fr"),
            ("¿Cuál es la capital de Japón?", "es"),
            ("Qual é a capital do Japão?", "pt"),
            ("Qual è la capitale del Giappone?", "it"),
            ("Wat is de hoofdstad van Japan?", "nl"),
            ("日本の首都はどこですか", "ja"),
            ("日本的首都是哪里", "zh"),
            ("일본의 수도는 어디입니까", "ko"),
            ("Какая столица Японии?", "ru"),
            ("Яка столиця Японії?", "uk"),
            ("", "en"),
            ("2+2", "en"),
        ] {
            check(None, text, expected);
        }
    }

    #[test]
    fn the_claim_refines_but_does_not_overrule() {
        check(Some("en-GB"), "capital of Japan", "en-GB");
        check(Some("de"), "Berlin", "de");
        check(Some("en"), "Was ist die Hauptstadt von Japan?", "de");
        check(Some("<script>"), "Berlin", "en");
    }
}
