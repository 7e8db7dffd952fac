use super::*;

fn check(raw: &str, expected: &str) {
    let known = |url: &str| url.contains("known.example");
    let plain = text(raw, known);
    assert_eq!(plain.text, expected, "{raw:?}");
    assert_eq!(text(&plain.text, known).text, expected, "twice is once: {raw:?}");
}

#[test]
fn nothing_draws_hides_or_turns() {
    check("a\u{200b}b\u{202e}c\u{e0041}d\u{2066}e\u{feff}f\u{ad}g", "abcdefg");
    check("one\r\ntwo\rthree\u{2028}four\tfive\u{0}six", "one\ntwo\nthree\nfour\tfive six");
    check("\u{1b}[31mred\u{1b}[0m \u{1b}]8;;http://x\u{7}link\u{1b}]8;;\u{1b}\\ end", "red link end");
    check("\u{9b}2Jgone \u{1b}P+q\u{1b}\\dcs \u{1b}(Bset \u{1b}cfull", "gone dcs set full");
    // A sequence without an end must not hide what follows.
    check("\u{1b}]0;no end, and the text goes on", "0;no end, and the text goes on");
    check("z\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}", "z\u{301}\u{302}\u{303}\u{304}");
    check("pri\u{e000}vate no\u{fffe}ne \u{10ffff}", "private none ");
}

#[test]
fn scripts_and_emoji_keep_their_joiners() {
    for whole in [
        "می\u{200c}خواهم",
        "क्\u{200d}ष",
        "ශ්\u{200d}රී",
        "👩\u{200d}🚀",
        "👩🏽\u{200d}❤\u{fe0f}\u{200d}💋\u{200d}👨",
        "❤\u{fe0f}",
        "1\u{fe0f}\u{20e3}",
        "🏳\u{fe0f}\u{200d}🌈",
    ] {
        check(whole, whole);
    }
    check("a\u{200d}b a\u{200c}b 1\u{fe0f}2 \u{200d}x", "ab ab 12 x");
    check("می\u{200c}\u{200c}خ", "می\u{200c}خ");
    check("flag 🏴\u{e0067}\u{e0062}\u{e007f}", "flag 🏴");
}

#[test]
fn nothing_marks_up() {
    check("a <b>bold</b> <img src=x onerror=y> 1 < 2 > 1", "a bold   1 < 2 > 1");
    check("<script>alert(1)</script>x<style>y</style>z<!-- no -->", " x z ");
    check("Vec<u8> and Map<K, V>", "Vec‹u8› and Map‹K, V›");
    check("<scr<b></b>ipt>x", "‹script>x");
    check("<img src=x onerror=alert(1) ", "‹img src=x onerror=alert(1) ");
    check("see ![x](http://e.example/p.png) and [the page](http://e.example) now", "see  and the page now");
    check("[a [b](https://e.example)](https://e.example/x)", "[a b] (‹link›)");
    check("array[0] wow! [sic] f(x)", "array[0] wow! [sic] f(x)");
    check("x](//e.example/)", "x] (‹link›)");
}

#[test]
fn only_what_is_known_is_named() {
    check(
        "see https://known.example/a_(b). Or https://e.example/x?y, (http://e.example/z)!",
        "see https://known.example/a_(b). Or ‹link›, (‹link›)!",
    );
    check(
        "www.e.example and e.example/x, javascript:alert(1) //e.example/y data:text/html,x",
        "‹link› and ‹link›, ‹link›(1) ‹link› ‹link›,x",
    );
    check("<https://e.example/auto> <https://known.example/>", "‹‹link›› ‹https://known.example/›");
    check("hTTps://known.example/https://e.example/", "‹link›");
    check("ht\u{200b}tps://e.exam<i></i>ple/", "‹link›");
    check("Amazon.com, Node.js, and/or 1/2 at 10:30, e.g./i.e.", "Amazon.com, Node.js, and/or 1/2 at 10:30, e.g./i.e.");
    check("ssh://e.example mailto:a@e.example ftp:e", "‹link› ‹link› ‹link›");
    check("https://", "‹link›");
}

#[test]
fn a_span_covers_the_same_words() {
    let raw = "a\u{200b}a <b>Tokyo</b> is [the capital](https://e.example) of\r\nJapan, https://e.example/x.";
    let plain = text(raw, |_| false);
    for word in ["Tokyo", "the capital", "Japan", "is"] {
        let at = raw.find(word).unwrap();
        let (start, end) = plain.span(at, at + word.len());
        assert_eq!(plain.text.get(start..end), Some(word));
    }
    let at = raw.rfind("https").unwrap();
    let (start, end) = plain.span(at + 2, at + 7);
    assert_eq!(plain.text.get(start..end), Some(LINK_REMOVED));
    assert_eq!(plain.span(0, raw.len()), (0, plain.text.len()));
}

#[test]
fn whatever_comes_stays_text() {
    let pieces = [
        "<",
        "b",
        ">",
        "[",
        "](",
        ")",
        "!",
        "\u{1b}",
        "]8;;",
        "\u{7}",
        "https://",
        "e.example/",
        "\u{200d}",
        "é",
        " ",
        "‹",
        "-->",
        "<!--",
        "</script>",
        "<script>",
    ];
    let mut seed = 7_u64;
    for _ in 0..20_000 {
        let mut raw = String::new();
        for _ in 0..12 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            raw.push_str(pieces[(seed >> 33) as usize % pieces.len()]);
        }
        let plain = text(&raw, |_| false);
        let shown = &plain.text;
        assert!(!shown.contains("://") && !shown.contains("](") && !shown.contains('\u{1b}'), "{raw:?} {shown:?}");
        let tag = shown.match_indices('<').any(|(at, _)| markup_begins(&shown[at + 1..]));
        assert!(!tag, "{raw:?} {shown:?}");
        for at in (0..=raw.len()).filter(|at| raw.is_char_boundary(*at)) {
            let (start, end) = plain.span(at, raw.len());
            assert!(shown.get(start..end).is_some(), "{raw:?} {at}");
        }
    }
}

fn markup_begins(body: &str) -> bool {
    body.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'))
}
