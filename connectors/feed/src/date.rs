//! Dates as feeds write them.
//!
//! - Takes: RFC 822 with all its variants (two-digit years, names of zones, missing parts), ISO 8601 and its
//!   fragments, `asctime`, days and months in a few languages.
//! - Gives: ISO 8601 as far as the text goes, with the offset it names, and seconds to sort by.
//! - Fails: with none when no year can be made out.
//! - Limits: [`TEXT_BYTES_MAX`]; years 1900 to 2199, since feeds are younger than that.
//! - Why it is so: feeds break RFC 822 in more ways than a grammar can list, but its parts cannot be mistaken for one
//!   another: a name is a month, `:` marks a time, a sign marks an offset, what is above 31 is a year.

/// A date in a feed is shorter.
const TEXT_BYTES_MAX: usize = 80;

/// A point in time as far as it was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moment {
    /// `2027`, `2027-03`, `2027-03-01` or a date-time.
    pub(crate) iso: String,
    /// Seconds since the Unix epoch, of its start, to sort by.
    pub(crate) seconds: i64,
}

#[derive(Debug, Default)]
struct Parts {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    time: Option<(i64, i64, i64)>,
    /// Minutes east of UTC.
    offset: Option<i64>,
}

pub(crate) fn parse(text: &str) -> Option<Moment> {
    let text = text.trim();
    if text.is_empty() || text.len() > TEXT_BYTES_MAX {
        return None;
    }
    iso(text).or_else(|| words(text)).and_then(Parts::moment)
}

/// Days since the Unix epoch of a day of the Gregorian calendar.
pub(crate) fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

impl Parts {
    fn moment(self) -> Option<Moment> {
        let year = self.year.filter(|year| (1900..2200).contains(year))?;
        let Some(month) = self.month else {
            return Some(Moment { iso: format!("{year:04}"), seconds: days(year, 1, 1) * 86_400 });
        };
        let Some(day) = self.day else {
            return Some(Moment { iso: format!("{year:04}-{month:02}"), seconds: days(year, month, 1) * 86_400 });
        };
        if !(1..=12).contains(&month) || !(1..=month_days(year, month)).contains(&day) {
            return None;
        }
        let date = format!("{year:04}-{month:02}-{day:02}");
        let midnight = days(year, month, day) * 86_400;
        let Some((hour, minute, second)) = self.time else { return Some(Moment { iso: date, seconds: midnight }) };
        // `24:00` and leap seconds are kept as the last second they belong to.
        let (hour, minute, second) = if hour == 24 { (23, 59, 59) } else { (hour, minute, second.min(59)) };
        let offset = self.offset.filter(|offset| offset.abs() <= 14 * 60);
        let zone = match offset {
            None => String::new(),
            Some(0) => "Z".to_owned(),
            Some(minutes) => {
                let sign = if minutes < 0 { '-' } else { '+' };
                format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
            }
        };
        let seconds = midnight + hour * 3600 + minute * 60 + second - offset.unwrap_or(0) * 60;
        Some(Moment { iso: format!("{date}T{hour:02}:{minute:02}:{second:02}{zone}"), seconds })
    }
}

fn month_days(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// `2027-03-01T09:30:00.5+01:00` and whatever is left of it when parts are missing.
fn iso(text: &str) -> Option<Parts> {
    let split = text.find(['T', 't', ' ']).filter(|at| *at >= 4);
    let (date, rest) = split.map_or((text, ""), |at| text.split_at(at));
    let mut parts = iso_date(date)?;
    let rest = rest.trim_start_matches(['T', 't', ' ']);
    if rest.is_empty() {
        return Some(parts);
    }
    let end = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.' | ','))).unwrap_or(rest.len());
    let (clock, zone) = rest.split_at(end);
    parts.time = Some(time(clock)?);
    parts.offset = offset(zone.trim());
    Some(parts)
}

fn iso_date(text: &str) -> Option<Parts> {
    let number = |text: &str| text.parse::<i64>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    let pieces: Vec<&str> = text.split(['-', '/', '.']).collect();
    let parts = |year, month, day| Parts { year, month, day, ..Parts::default() };
    match pieces.as_slice() {
        [year] if year.len() == 4 => Some(parts(Some(number(year)?), None, None)),
        [compact] if compact.len() == 8 => {
            let part = |from: usize, to: usize| compact.get(from..to).and_then(number);
            Some(parts(Some(part(0, 4)?), Some(part(4, 6)?), Some(part(6, 8)?)))
        }
        // A day of the year.
        [year, day] if year.len() == 4 && day.len() == 3 => {
            let (year, mut day, mut month) = (number(year)?, number(day)?, 1);
            while month < 12 && day > month_days(year, month) {
                day -= month_days(year, month);
                month += 1;
            }
            Some(parts(Some(year), Some(month), Some(day)))
        }
        [year, month] if year.len() == 4 => {
            Some(parts(Some(number(year)?), Some(number(month).filter(|month| (1..=12).contains(month))?), None))
        }
        [year, month, day] if year.len() == 4 => {
            Some(parts(Some(number(year)?), Some(number(month)?), Some(number(day)?)))
        }
        // `31/12/2027`, and `12/31/2027` where only that can be meant.
        [day, month, year] if year.len() == 4 => {
            let (day, month) = (number(day)?, number(month)?);
            let (day, month) = if month > 12 { (month, day) } else { (day, month) };
            Some(parts(Some(number(year)?), Some(month), Some(day)))
        }
        _ => None,
    }
}

/// `09:30`, `09:30:00`, `09:30:00.123`, `093000`, `9.30`.
fn time(text: &str) -> Option<(i64, i64, i64)> {
    let text = if text.contains(':') { text.split([',', '.']).next().unwrap_or_default() } else { text };
    if !text.contains(':') && matches!(text.len(), 4 | 6) && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let part = |from: usize| text.get(from..from + 2).and_then(|part| part.parse::<i64>().ok());
        return bounded(part(0)?, part(2)?, part(4).unwrap_or(0));
    }
    let mut pieces = text.split([':', '.']).map(|part| part.parse::<i64>().ok());
    let (hour, minute) = (pieces.next()??, pieces.next().unwrap_or(Some(0))?);
    bounded(hour, minute, pieces.next().flatten().unwrap_or(0))
}

fn bounded(hour: i64, minute: i64, second: i64) -> Option<(i64, i64, i64)> {
    let fits = (0..=24).contains(&hour) && (0..60).contains(&minute) && (0..=60).contains(&second);
    fits.then_some((hour, minute, second))
}

/// Minutes east of UTC: `Z`, `+01:00`, `-0800`, `+1`, `GMT+01:00`, `EST`.
fn offset(text: &str) -> Option<i64> {
    let text = text.trim().trim_start_matches('(').trim_end_matches(')');
    let signed = text.find(['+', '-']);
    let Some(at) = signed else {
        return ZONES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, minutes)| *minutes);
    };
    let (_, signed) = text.split_at(at);
    let sign = if signed.starts_with('-') { -1 } else { 1 };
    let digits: String = signed.chars().skip(1).filter(char::is_ascii_digit).take(4).collect();
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.parse::<i64>().ok()?, 0),
        3 => (digits.get(..1)?.parse().ok()?, digits.get(1..)?.parse().ok()?),
        4 => (digits.get(..2)?.parse().ok()?, digits.get(2..)?.parse().ok()?),
        _ => return None,
    };
    Some(sign * (hours * 60 + minutes))
}

/// The zones of RFC 822, and those that feeds really use.
const ZONES: &[(&str, i64)] = &[
    ("Z", 0),
    ("UT", 0),
    ("UTC", 0),
    ("GMT", 0),
    ("WET", 0),
    ("BST", 60),
    ("CET", 60),
    ("MET", 60),
    ("MEZ", 60),
    ("CEST", 120),
    ("MEST", 120),
    ("MESZ", 120),
    ("EET", 120),
    ("SAST", 120),
    ("EEST", 180),
    ("MSK", 180),
    ("IST", 330),
    ("SGT", 480),
    ("HKT", 480),
    ("AWST", 480),
    ("JST", 540),
    ("KST", 540),
    ("AEST", 600),
    ("AEDT", 660),
    ("NZST", 720),
    ("NZDT", 780),
    ("EST", -300),
    ("EDT", -240),
    ("ET", -300),
    ("CST", -360),
    ("CDT", -300),
    ("CT", -360),
    ("MST", -420),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
    ("PT", -480),
    ("AKST", -540),
    ("AKDT", -480),
    ("HST", -600),
];

/// By what each word can only be.
fn words(text: &str) -> Option<Parts> {
    let mut parts = Parts::default();
    let mut numbers: Vec<(usize, i64)> = Vec::new();
    let mut half = None;
    let spaced = text.replace([',', '(', ')'], " ");
    // `01-Jan-2027` is three words; a sign before digits alone is an offset.
    let spaced = spaced.split_whitespace().flat_map(|word| {
        let dated = word.contains('-')
            && word.chars().any(char::is_alphabetic)
            && word.starts_with(|c: char| c.is_ascii_digit());
        let split: Vec<&str> = if dated { word.split('-').collect() } else { vec![word] };
        split
    });
    for word in spaced {
        let bare = word.trim_end_matches(['.', ';']);
        let digits = bare.trim_end_matches(|c: char| c.is_alphabetic());
        let lower = bare.to_lowercase();
        if bare.contains(':') && bare.starts_with(|c: char| c.is_ascii_digit()) {
            let end = bare.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.'))).unwrap_or(bare.len());
            let (clock, zone) = bare.split_at(end);
            parts.time = parts.time.or_else(|| time(clock));
            half = half.or(half_of(zone));
            parts.offset = parts.offset.or_else(|| offset(zone));
        } else if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            numbers.push((digits.len(), digits.parse().ok()?));
        } else if let Some(month) = month(&lower).filter(|_| parts.month.is_none()) {
            parts.month = Some(month);
        } else if half_of(&lower).is_some() {
            half = half.or(half_of(&lower));
        } else if parts.time.is_some() {
            parts.offset = parts.offset.or_else(|| offset(bare));
        }
    }
    parts.month?;
    for (length, number) in numbers {
        match number {
            1..=31 if parts.day.is_none() && length <= 2 => parts.day = Some(number),
            _ if parts.year.is_none() => {
                // Two digits: RFC 2822, section 4.3.
                parts.year = Some(if length > 2 {
                    number
                } else if number < 50 {
                    2000 + number
                } else {
                    1900 + number
                });
            }
            _ => {}
        }
    }
    if let (Some((hour, minute, second)), Some(afternoon)) = (parts.time, half) {
        let hour = if hour <= 12 { hour % 12 + if afternoon { 12 } else { 0 } } else { hour };
        parts.time = Some((hour, minute, second));
    }
    Some(parts)
}

/// Whether `am` or `pm` is said.
fn half_of(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "am" | "a.m" => Some(false),
        "pm" | "p.m" => Some(true),
        _ => None,
    }
}

/// A month by the beginning of its name, in the languages that feeds put where English is prescribed.
fn month(word: &str) -> Option<i64> {
    const BEGINNINGS: [&str; 12] = [
        "jan gen ene янв ιαν",
        "feb fév fev фев φεβ",
        "mar mär mrz mars maa мар μάρ μαρ",
        "apr avr abr апр απρ",
        "may mai maj mag май мая μάι μαϊ",
        "jun juin giu июн ιούν ιουν",
        "jul juil lug июл ιούλ ιουλ",
        "aug aoû aou ago авг αύγ αυγ",
        "sep set сен σεπ",
        "oct okt ott out окт οκτ",
        "nov ноя νοέ νοε",
        "dec dez déc dic дек δεκ",
    ];
    if word.chars().count() < 3 {
        return None;
    }
    // Days of the week that begin as a month does: French and Spanish `mardi`, `martes`, Italian `martedì`.
    if ["mardi", "martes", "martedì", "martedi"].contains(&word) {
        return None;
    }
    let begins = |names: &&str| names.split(' ').any(|name| word.starts_with(name));
    BEGINNINGS.iter().position(begins).and_then(|at| i64::try_from(at + 1).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_are_read() {
        for (text, iso) in [
            ("Thu, 01 Jan 2004 19:48:21 GMT", "2004-01-01T19:48:21Z"),
            ("Thu, 1 January 04 19:48 EST", "2004-01-01T19:48:00-05:00"),
            ("01 Jan 99 7:08:01 +0130", "1999-01-01T07:08:01+01:30"),
            ("Thu,01 Jan 2004 00:00:00 -0800 (PST)", "2004-01-01T00:00:00-08:00"),
            ("Thu, 31 Jun 2004 19:48:21 GMT", ""),
            ("Sun Jan  4 16:29:06 PST 2004", "2004-01-04T16:29:06-08:00"),
            ("Mon, 26 January 2004 16:31:00 AT", "2004-01-26T16:31:00"),
            ("Jan 4, 2004 4:05 PM", "2004-01-04T16:05:00"),
            ("01-Jan-2004 10:00:00 UTC", "2004-01-01T10:00:00Z"),
            ("Di, 13 Mai 2027 10:00:00 +0200", "2027-05-13T10:00:00+02:00"),
            ("mardi 2 mars 2027", "2027-03-02"),
            ("March 2027", "2027-03"),
            ("Wed, 24 Feb 2027 24:00:00 GMT", "2027-02-24T23:59:59Z"),
            ("2003-12-31T10:14:55-08:00", "2003-12-31T10:14:55-08:00"),
            ("2003-12-31T10:14:55.1234Z", "2003-12-31T10:14:55Z"),
            ("2003-12-31 10:14:55 +0000", "2003-12-31T10:14:55Z"),
            ("2003-12-31T10:14+01", "2003-12-31T10:14:00+01:00"),
            ("2003-12-31T18Z", "2003-12-31T18:00:00Z"),
            ("2003-12", "2003-12"),
            ("2003", "2003"),
            ("20031231", "2003-12-31"),
            ("2003-335", "2003-12-01"),
            ("31/12/2003", "2003-12-31"),
            ("12/31/2003 09:30", "2003-12-31T09:30:00"),
            ("2003-02-30", ""),
            ("yesterday", ""),
            ("", ""),
        ] {
            let moment = parse(text);
            assert_eq!(moment.map(|moment| moment.iso).unwrap_or_default(), iso, "{text}");
        }
        let seconds = |text: &str| parse(text).unwrap().seconds;
        assert_eq!(seconds("2027-03-01T09:30:00Z"), 1_803_893_400);
        assert_eq!(seconds("Mon, 01 Mar 2027 10:30:00 +0100"), seconds("2027-03-01T04:30:00-05:00"));
    }

    proptest! {
        #[test]
        fn any_text_is_a_date_or_none(text in "[0-9JanFeb :,.+TZ/a-z()é-]{0,40}") {
            if let Some(moment) = parse(&text) {
                prop_assert!(moment.iso.len() >= 4);
            }
        }
    }
}
