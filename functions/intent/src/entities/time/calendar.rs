//! Calendar expressions: dates in every common form, weekdays, months, years, decades, centuries, and what is relative to today.

use super::super::numbers::{number, rank};
use super::durations::counted;
use super::holidays::holiday;
use super::{Days, Scene};
use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};

/// Steps of the calendar, short to long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Grain {
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Fortnight,
    Month,
    Quarter,
    Year,
    Decade,
    Century,
    Millennium,
}

impl Grain {
    pub(in super::super) fn of_ucum(ucum: &str) -> Option<Self> {
        Some(match ucum {
            "s" => Self::Second,
            "min" => Self::Minute,
            "h" => Self::Hour,
            "d" => Self::Day,
            "wk" => Self::Week,
            "fn" => Self::Fortnight,
            "mo" => Self::Month,
            "a" => Self::Year,
            "dec" => Self::Decade,
            "cen" => Self::Century,
            "mil" => Self::Millennium,
            _ => return None,
        })
    }

    fn of_word(word: &str) -> Option<Self> {
        Some(match word {
            "day" => Self::Day,
            "week" => Self::Week,
            "month" => Self::Month,
            "quarter" => Self::Quarter,
            "year" => Self::Year,
            "decade" => Self::Decade,
            "century" => Self::Century,
            _ => return None,
        })
    }

    pub(super) fn seconds(self) -> Option<i64> {
        match self {
            Self::Second => Some(1),
            Self::Minute => Some(60),
            Self::Hour => Some(3600),
            _ => None,
        }
    }

    fn span(self, count: i64) -> Option<Span> {
        let span = Span::new();
        match self {
            Self::Second | Self::Minute | Self::Hour => None,
            Self::Day => span.try_days(count).ok(),
            Self::Week => span.try_weeks(count).ok(),
            Self::Fortnight => span.try_weeks(count.checked_mul(2)?).ok(),
            Self::Month => span.try_months(count).ok(),
            Self::Quarter => span.try_months(count.checked_mul(3)?).ok(),
            Self::Year => span.try_years(count).ok(),
            Self::Decade => span.try_years(count.checked_mul(10)?).ok(),
            Self::Century => span.try_years(count.checked_mul(100)?).ok(),
            Self::Millennium => span.try_years(count.checked_mul(1000)?).ok(),
        }
    }

    pub(super) fn add(self, date: Date, count: i64) -> Option<Date> {
        date.checked_add(self.span(count)?).ok().filter(|date| date.year() >= 0)
    }

    /// The first day of the step that `date` lies in.
    pub(super) fn floor(self, date: Date) -> Option<Date> {
        match self {
            Self::Week | Self::Fortnight => {
                date.checked_sub(i64::from(date.weekday().to_monday_zero_offset()).days()).ok()
            }
            Self::Month => Some(date.first_of_month()),
            Self::Quarter => Date::new(date.year(), (date.month() - 1) / 3 * 3 + 1, 1).ok(),
            Self::Year => Some(date.first_of_year()),
            Self::Decade => Date::new(date.year() / 10 * 10, 1, 1).ok(),
            Self::Century => Date::new((date.year() - 1) / 100 * 100 + 1, 1, 1).ok(),
            _ => Some(date),
        }
    }
}

/// Reads one kind of calendar expression.
type DayRule = fn(&Scene<'_>, usize) -> Option<(usize, Days)>;

/// Any calendar expression at `index`.
pub(super) fn day(scene: &Scene<'_>, index: usize) -> Option<(usize, Days)> {
    scene.days.get(index, || read_day(scene, index))
}

fn read_day(scene: &Scene<'_>, index: usize) -> Option<(usize, Days)> {
    let lead = usize::from(scene.is_any(index, &["on", "the"]) && scene.at(index + 1).is_some());
    let rules: [DayRule; 9] = [iso, slashed, written, named, weekday, relative_step, counted_days, era, announced_year];
    let best = |index| {
        rules
            .iter()
            .filter_map(|rule| rule(scene, index))
            .reduce(|best, next| if next.0 > best.0 { next } else { best })
    };
    best(index).or_else(|| {
        best(index + lead).filter(|_| lead == 1 && scene.is(index, "the")).map(|(count, days)| (count + lead, days))
    })
}

fn integer(scene: &Scene<'_>, index: usize, lengths: core::ops::RangeInclusive<usize>) -> Option<i16> {
    scene.at(index).filter(|token| token.is_digits() && lengths.contains(&token.text.len()))?.text.parse().ok()
}

fn small(value: i16) -> Option<i8> {
    i8::try_from(value).ok()
}

/// `2027-03-01`, `2027-03`.
fn iso(scene: &Scene<'_>, index: usize) -> Option<(usize, Days)> {
    let year =
        integer(scene, index, 4..=4).filter(|_| scene.touches(index + 1, "-") || scene.touches(index + 1, "/"))?;
    let month =
        integer(scene, index + 2, 2..=2).and_then(small).filter(|_| scene.touching_digits(index + 2).is_some())?;
    if (scene.touches(index + 3, "-") || scene.touches(index + 3, "/")) && scene.touching_digits(index + 4).is_some() {
        let date = Date::new(year, month, small(integer(scene, index + 4, 1..=2)?)?).ok()?;
        return Some((5, Days::one(date)));
    }
    let date = Date::new(year, month, 1).ok().filter(|_| (1000..=2999).contains(&year))?;
    Some((3, Days::of(date, Grain::Month)))
}

/// `3/4/2027`, `4.3.2027`, `3/4`; the asker's country says which is the month, unless only one can be.
fn slashed(scene: &Scene<'_>, index: usize) -> Option<(usize, Days)> {
    let first = integer(scene, index, 1..=2).and_then(small)?;
    let mark = ["/", ".", "-"].into_iter().find(|mark| scene.touches(index + 1, mark))?;
    scene.touching_digits(index + 2)?;
    let second = integer(scene, index + 2, 1..=2).and_then(small)?;
    if !scene.touches(index + 3, mark) {
        return None;
    }
    let written = scene.touching_digits(index + 4)?;
    let year: i16 = written.parse().ok()?;
    let year = match written.len() {
        4 => year,
        2 if year < 70 => year + 2000,
        2 => year + 1900,
        _ => return None,
    };
    let month_first = (scene.clock.month_first && mark != "." && first <= 12) || second > 12;
    let (day, month) = if month_first { (second, first) } else { (first, second) };
    Some((5, Days::one(Date::new(year, month, day).ok()?)))
}

/// `1 March 2027`, `March 1st, 2027`, `1st of March`, `March 2027`, `March`.
fn written(scene: &Scene<'_>, index: usize) -> Option<(usize, Days)> {
    if let Some((count, day)) = day_number(scene, index) {
        let skip = usize::from(scene.is_any(index + count, &["of", "-", "/", ".", "de"]));
        let (dots, month) = month_name(scene, index + count + skip)?;
        let at = index + count + skip + dots;
        let (more, year) = year_behind(scene, at).unwrap_or((0, None));
        return Some((at + more - index, Days::one(dated(scene, year, month, day)?)));
    }
    let (dots, month) = month_name(scene, index)?;
    let at = index + dots;
    let skip = usize::from(scene.is_any(at, &["the", "-"]));
    if let Some((count, day)) = day_number(scene, at + skip) {
        // "March 3-5" is a span, and "May 20:00" a time.
        if !scene.touches(at + skip + count, ":") {
            let (more, year) = year_behind(scene, at + skip + count).unwrap_or((0, None));
            return Some((dots + skip + count + more, Days::one(dated(scene, year, month, day)?)));
        }
    }
    if let Some((more, Some(year))) = year_behind(scene, at) {
        return Some((dots + more, Days::of(Date::new(year, month, 1).ok()?, Grain::Month)));
    }
    bare_month(scene, index, dots, month)
}

/// "in March": the coming one, or the last one in a question about the past. "may" and "march" are words as well.
fn bare_month(scene: &Scene<'_>, index: usize, dots: usize, month: i8) -> Option<(usize, Days)> {
    let token = scene.at(index)?;
    let before = scene.before(index);
    let introduced = before.is_some_and(|before| {
        matches!(&*before.lower, "in" | "of" | "since" | "until" | "by" | "during" | "for" | "before" | "after")
    });
    let doubtful =
        matches!(&*token.lower, "may" | "march" | "mar" | "jan" | "sat" | "dec" | "sept" | "august" | "april" | "june");
    if doubtful && !introduced && !(token.is_capitalised() && index > 0 && scene.capitals_speak && token.text.len() > 3)
    {
        return None;
    }
    let today = scene.clock.today();
    let this = Date::new(today.year(), month, 1).ok()?;
    let date = match (scene.past, this.first_of_month() > today, month < today.month()) {
        (true, true, _) => Date::new(today.year() - 1, month, 1).ok()?,
        (false, _, true) => Date::new(today.year() + 1, month, 1).ok()?,
        _ => this,
    };
    Some((dots, Days::of(date, Grain::Month)))
}

/// A day of the month: `1`, `1st`, `first`.
fn day_number(scene: &Scene<'_>, index: usize) -> Option<(usize, i8)> {
    if let Some((count, rank)) = rank(scene, index) {
        return i8::try_from(rank).ok().filter(|day| (1..=31).contains(day)).map(|day| (count, day));
    }
    integer(scene, index, 1..=2).and_then(small).filter(|day| (1..=31).contains(day)).map(|day| (1, day))
}

/// `2027`, `, 2027`, `of 2027`.
fn year_behind(scene: &Scene<'_>, index: usize) -> Option<(usize, Option<i16>)> {
    let skip = usize::from(scene.is_any(index, &[",", "of", "-", "/", "de", "in"]));
    let year = integer(scene, index + skip, 4..=4).filter(|year| (1000..=2999).contains(year))?;
    Some((skip + 1, Some(year)))
}

fn dated(scene: &Scene<'_>, year: Option<i16>, month: i8, day: i8) -> Option<Date> {
    if let Some(year) = year {
        return Date::new(year, month, day).ok();
    }
    let today = scene.clock.today();
    let this = Date::new(today.year(), month, day).or_else(|_| Date::new(today.year() + 1, month, day)).ok()?;
    match (scene.past, this > today) {
        (true, true) => Date::new(today.year() - 1, month, day).ok(),
        (false, false) if this < today => Date::new(today.year() + 1, month, day).ok(),
        _ => Some(this),
    }
}

/// "March 3-5, 2027", "3-5 March 2027".
pub(super) fn days_of_month(scene: &Scene<'_>, index: usize) -> Option<(usize, Days)> {
    let lead = usize::from(scene.is_any(index, &["from", "between"]));
    let joint = |at: usize| scene.is_any(at, &["-", "–", "to", "and", "through"]);
    let (at, month, first, last) = if let Some((dots, month)) = month_name(scene, index + lead) {
        let (count, first) = day_number(scene, index + lead + dots)?;
        let middle = index + lead + dots + count;
        let (more, last) = day_number(scene, middle + 1).filter(|_| joint(middle))?;
        (middle + 1 + more, month, first, last)
    } else {
        let (count, first) = day_number(scene, index + lead)?;
        let middle = index + lead + count;
        let (more, last) = day_number(scene, middle + 1).filter(|_| joint(middle))?;
        let skip = usize::from(scene.is(middle + 1 + more, "of"));
        let (dots, month) = month_name(scene, middle + 1 + more + skip)?;
        (middle + 1 + more + skip + dots, month, first, last)
    };
    let (more, year) = year_behind(scene, at).unwrap_or((0, None));
    let start = dated(scene, year, month, first)?;
    let end = Date::new(start.year(), month, last).ok()?.tomorrow().ok()?;
    (end > start).then(|| (at + more - index, Days::span(start, end)))
}

/// The month and the tokens of its name, the dot of an abbreviation included.
fn month_name(scene: &Scene<'_>, index: usize) -> Option<(usize, i8)> {
    let word = &*scene.at(index).filter(|token| token.is_word())?.lower;
    let month = match word {
        "january" | "jan" | "januar" | "janvier" | "enero" => 1,
        "february" | "feb" | "februar" | "février" | "febrero" => 2,
        "march" | "mar" | "märz" | "mars" | "marzo" if word != "mars" || scene.language.starts_with("fr") => 3,
        "april" | "apr" | "avril" | "abril" => 4,
        "may" | "mai" | "mayo" => 5,
        "june" | "jun" | "juni" | "juin" | "junio" => 6,
        "july" | "jul" | "juli" | "juillet" | "julio" => 7,
        "august" | "aug" | "août" | "agosto" => 8,
        "september" | "sep" | "sept" | "septembre" | "septiembre" => 9,
        "october" | "oct" | "oktober" | "octobre" | "octubre" => 10,
        "november" | "nov" | "novembre" | "noviembre" => 11,
        "december" | "dec" | "dezember" | "décembre" | "diciembre" => 12,
        _ => return None,
    };
    let dot = scene.touches(index + 1, ".") && word.len() <= 4 && scene.at(index + 2).is_some();
    Some((1 + usize::from(dot), month))
}

/// "today", "the day after tomorrow", holidays.
fn named(scene: &Scene<'_>, index: usize) -> Option<(usize, Days)> {
    let today = scene.clock.today();
    let step = |count| Grain::Day.add(today, count).map(Days::one);
    let days = match &*scene.at(index)?.lower {
        "today" | "heute" | "hoy" | "aujourd'hui" | "oggi" | "hoje" => Some((1, step(0)?)),
        "tomorrow" | "tmrw" | "mañana" | "demain" | "domani" | "amanhã" => Some((1, step(1)?)),
        "yesterday" | "gestern" | "ayer" | "hier" | "ieri" | "ontem"
            if !(scene.is(index, "hier") && scene.language.starts_with("de")) =>
        {
            Some((1, step(-1)?))
        }
        "morgen" if scene.language.starts_with("de") => Some((1, step(1)?)),
        "übermorgen" => Some((1, step(2)?)),
        "day" if scene.is(index + 1, "after") && scene.is(index + 2, "tomorrow") => Some((3, step(2)?)),
        "day" if scene.is(index + 1, "before") && scene.is(index + 2, "yesterday") => Some((3, step(-2)?)),
        _ => None,
    };
    days.or_else(|| {
        let (count, month_and_day) = holiday(scene, index)?;
        let lead = scene.is_any(index + count, &["next", "last", "this"]) && scene.is(index + count + 1, "year");
        let year = if lead {
            let shift = if scene.is(index + count, "next") {
                1
            } else if scene.is(index + count, "last") {
                -1
            } else {
                0
            };
            Some((2, Some(today.year() + shift)))
        } else {
            year_behind(scene, index + count)
        };
        let (more, year) = year.unwrap_or((0, None));
        let date = match year {
            Some(year) => month_and_day(year)?,
            None => {
                let this = month_and_day(today.year())?;
                let shift = i16::from(!scene.past && this < today) - i16::from(scene.past && this > today);
                if shift == 0 { this } else { month_and_day(today.year() + shift)? }
            }
        };
        Some((count + more, Days::one(date)))
    })
}

fn weekday_name(word: &str) -> Option<Weekday> {
    Some(match word {
        "monday" | "mondays" | "montag" | "lundi" | "lunes" => Weekday::Monday,
        "tuesday" | "tuesdays" | "dienstag" | "mardi" | "martes" => Weekday::Tuesday,
        "wednesday" | "wednesdays" | "mittwoch" | "mercredi" | "miércoles" => Weekday::Wednesday,
        "thursday" | "thursdays" | "donnerstag" | "jeudi" | "jueves" => Weekday::Thursday,
        "friday" | "fridays" | "freitag" | "vendredi" | "viernes" => Weekday::Friday,
        "saturday" | "saturdays" | "samstag" | "samedi" | "sábado" => Weekday::Saturday,
        "sunday" | "sundays" | "sonntag" | "dimanche" | "domingo" => Weekday::Sunday,
        _ => return None,
    })
}

/// "Friday", "next Friday", "last Friday", "Friday next week".
fn weekday(scene: &Scene<'_>, index: usize) -> Option<(usize, Days)> {
    let today = scene.clock.today();
    let lead = scene.at(index)?;
    if let Some(name) = weekday_name(&lead.lower) {
        if let Some(shift) = direction(scene, index + 1).filter(|_| scene.is(index + 2, "week")) {
            return Some((3, Days::one(in_week(today, shift, name)?)));
        }
        // "Monday, March 3" is one date.
        let comma = usize::from(scene.is(index + 1, ","));
        let the = usize::from(scene.is(index + 1 + comma, "the"));
        if let Some((count, days)) =
            written(scene, index + 1 + comma + the).filter(|(_, days)| days.grain == Grain::Day)
        {
            return Some((1 + comma + the + count, days));
        }
        let ahead = i64::from(today.weekday().until(name));
        let shift = if scene.past && ahead > 0 { ahead - 7 } else { ahead };
        return Some((1, Days::one(Grain::Day.add(today, shift)?)));
    }
    let name = weekday_name(&scene.at(index + 1)?.lower)?;
    let date = match &*lead.lower {
        "next" => in_week(today, 1, name)?,
        "this" | "coming" | "upcoming" => Grain::Day.add(today, i64::from(today.weekday().until(name)))?,
        "last" | "past" | "previous" => {
            let behind = i64::from(today.weekday().since(name));
            Grain::Day.add(today, -(if behind == 0 { 7 } else { behind }))?
        }
        _ => return None,
    };
    Some((2, Days::one(date)))
}

fn in_week(today: Date, shift: i64, name: Weekday) -> Option<Date> {
    let monday = Grain::Week.add(Grain::Week.floor(today)?, shift)?;
    Grain::Day.add(monday, i64::from(name.to_monday_zero_offset()))
}

fn direction(scene: &Scene<'_>, index: usize) -> Option<i64> {
    match &*scene.at(index)?.lower {
        "next" | "coming" | "upcoming" | "following" => Some(1),
        "this" | "current" => Some(0),
        "last" | "previous" | "past" => Some(-1),
        _ => None,
    }
}

/// "next week", "last month", "this year", "this weekend", "last 3 days".
fn relative_step(scene: &Scene<'_>, index: usize) -> Option<(usize, Days)> {
    let today = scene.clock.today();
    let the = usize::from(scene.is(index, "the"));
    let shift = direction(scene, index + the)?;
    let at = index + the + 1;
    if let Some((count, amount, grain)) =
        counted(scene, at).filter(|(count, _, grain)| *grain >= Grain::Day && *count > 1)
    {
        let days = match shift {
            1 => Days::span(today, grain.add(today, amount)?),
            -1 => Days::span(grain.add(today, -amount)?, today),
            _ => return None,
        };
        return Some((the + 1 + count, days));
    }
    if scene.is_any(at, &["weekend", "week-end"]) {
        let saturday = in_week(today, shift, Weekday::Saturday)?;
        return Some((the + 2, Days::span(saturday, Grain::Day.add(saturday, 2)?)));
    }
    if let Some((dots, month)) = month_name(scene, at).filter(|_| shift != 0) {
        let this = Date::new(today.year(), month, 1).ok()?;
        let passed = month < today.month() || (month == today.month() && shift == 1);
        let year = if shift == 1 {
            today.year() + i16::from(passed)
        } else {
            today.year() - i16::from(this >= today.first_of_month())
        };
        return Some((the + 1 + dots, Days::of(Date::new(year, month, 1).ok()?, Grain::Month)));
    }
    let grain = Grain::of_word(&scene.at(at)?.lower).filter(|grain| *grain > Grain::Day)?;
    let start = grain.add(grain.floor(today)?, shift)?;
    Some((the + 2, Days::of(start, grain)))
}

/// "in 3 days", "3 weeks ago", "2 years from now".
fn counted_days(scene: &Scene<'_>, index: usize) -> Option<(usize, Days)> {
    let lead = usize::from(scene.is_any(index, &["in", "within"]));
    let (count, amount, grain) = counted(scene, index + lead).filter(|(_, _, grain)| *grain >= Grain::Day)?;
    let at = index + lead + count;
    let (tail, sign) = if lead == 1 && !scene.is_any(at, &["ago", "'"]) {
        (0, 1)
    } else if scene.is_any(at, &["ago", "earlier"]) {
        (1, -1)
    } else if scene.is_any(at, &["from", "after"]) && scene.is_any(at + 1, &["now", "today"]) {
        (2, 1)
    } else if scene.is_any(at, &["from"]) && scene.is(at + 1, "tomorrow") {
        return Some((count + 2, Days::one(grain.add(Grain::Day.add(scene.clock.today(), 1)?, amount)?)));
    } else {
        return None;
    };
    Some((lead + count + tail, Days::one(grain.add(scene.clock.today(), amount.checked_mul(sign)?)?)))
}

/// "1990s", "the 90s", "19th century", "Q3 2026".
fn era(scene: &Scene<'_>, index: usize) -> Option<(usize, Days)> {
    if let Some((count, rank)) = rank(scene, index).filter(|(count, _)| scene.is_any(index + count, &["century"])) {
        let start = i16::try_from(rank).ok().filter(|rank| (1..=30).contains(rank))?.checked_sub(1)? * 100 + 1;
        return Some((count + 1, Days::of(Date::new(start, 1, 1).ok()?, Grain::Century)));
    }
    let token = scene.at(index)?;
    if token.is_digits() && (scene.touches(index + 1, "s") || scene.touches(index + 1, "'")) {
        let tail = usize::from(scene.touches(index + 1, "'")) + 1;
        let year: i16 = token.text.parse().ok().filter(|year| year % 10 == 0)?;
        let spelled = scene.touches(index + tail, "s");
        let start = match token.text.len() {
            4 if (1000..=2999).contains(&year) => year,
            2 if scene
                .before(index)
                .is_some_and(|before| matches!(&*before.lower, "the" | "'" | "early" | "late" | "mid")) =>
            {
                1900 + year + if year < 30 { 100 } else { 0 }
            }
            _ => return None,
        };
        return spelled.then(|| Some((tail + 1, Days::of(Date::new(start, 1, 1).ok()?, Grain::Decade)))).flatten();
    }
    let quarter: i8 = token
        .is("q")
        .then(|| scene.touching_digits(index + 1))
        .flatten()?
        .parse()
        .ok()
        .filter(|quarter| (1..=4).contains(quarter))?;
    let (more, year) = year_behind(scene, index + 2).unwrap_or((0, None));
    let year = year.unwrap_or_else(|| scene.clock.today().year());
    Some((2 + more, Days::of(Date::new(year, quarter * 3 - 2, 1).ok()?, Grain::Quarter)))
}

/// A year that its surroundings announce: "in 2027", "world cup 2014". `2000 + 27` has none.
fn announced_year(scene: &Scene<'_>, index: usize) -> Option<(usize, Days)> {
    let (count, days) = bare_year(scene, index)?;
    let before = scene.before(index);
    let next = scene.at(index + 1);
    let sum = |token: &crate::tokens::Token<'_>| {
        matches!(token.text, "+" | "*" | "/" | "-" | "×" | "=" | "^" | "%" | "$" | "€" | "£" | "." | "," | "#" | ":")
    };
    let calculated = before.is_some_and(|token| sum(token) && token.text != ",")
        || next.is_some_and(|token| sum(token) && !matches!(token.text, "," | "." | ":"));
    let touching = next.is_some_and(|token| !token.spaced && (token.is_word() || token.is_digits()))
        || (scene.touches(index + 1, ".") && scene.touching_digits(index + 2).is_some());
    let counted = next.is_some_and(|token| {
        crate::tables::UNITS.get(&token.lower).is_some() || crate::tables::CURRENCIES.get(&token.lower).is_some()
    }) || scene
        .is_any(index + 1, &["people", "percent", "times", "in", "to", "plus", "minus", "divided", "multiplied", "as"]);
    let asked = before.is_some_and(|token| {
        matches!(
            &*token.lower,
            "of" | "is"
                | "convert"
                | "than"
                | "to"
                | "by"
                | "times"
                | "plus"
                | "minus"
                | "port"
                | "error"
                | "and"
                | "rfc"
                | "number"
                | "with"
                | "write"
                | "are"
                | "least"
        )
    });
    let introduced = before.is_some_and(|token| {
        matches!(
            &*token.lower,
            "in" | "since" | "during" | "until" | "before" | "after" | "year" | "(" | "by" | "from" | "circa"
        )
    });
    let month = before.is_some_and(|token| token.is("of"))
        && scene.mentions(&[
            "year",
            "best",
            "end",
            "beginning",
            "start",
            "summer",
            "winter",
            "spring",
            "autumn",
            "fall",
            "crash",
            "election",
            "war",
        ]);
    let plain = scene.tokens.len() > 1 && before.is_none_or(|token| token.is_word()) && !asked && !counted;
    let fits = if counted { introduced } else { introduced || month || plain };
    (!calculated && !touching && fits).then_some((count, days))
}

/// Four digits that can be a year.
pub(super) fn bare_year(scene: &Scene<'_>, index: usize) -> Option<(usize, Days)> {
    let year = integer(scene, index, 4..=4).filter(|year| (1000..=2199).contains(year))?;
    number(scene, index).filter(|number| number.count == 1)?;
    Some((1, Days::of(Date::new(year, 1, 1).ok()?, Grain::Year)))
}
