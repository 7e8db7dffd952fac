//! Time zones by the names people use: cities, countries, abbreviations, offsets and IANA names.

use crate::parser::Parser;
use crate::tokens::Token;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};

/// A zone as it was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Zone {
    /// As a person writes it: "Tokyo", "PST".
    pub(crate) label: String,
    pub(crate) zone: TimeZone,
    /// What the name leaves open.
    note: Option<String>,
    /// Where an abbreviation is used part of the year.
    used_in: Option<&'static str>,
    /// A city or country, so that "in" stands before it.
    is_place: bool,
}

/// Large countries with several zones: the zone of the capital or largest city, and what to say.
const MANY_ZONES: &[(&str, &str, &str)] = &[
    ("united states of america", "America/New_York", "New York"),
    ("united states", "America/New_York", "New York"),
    ("usa", "America/New_York", "New York"),
    ("us", "America/New_York", "New York"),
    ("america", "America/New_York", "New York"),
    ("canada", "America/Toronto", "Toronto"),
    ("australia", "Australia/Sydney", "Sydney"),
    ("brazil", "America/Sao_Paulo", "São Paulo"),
    ("russia", "Europe/Moscow", "Moscow"),
    ("indonesia", "Asia/Jakarta", "Jakarta"),
];
/// North American everyday names.
const EVERYDAY: &[(&str, &str)] = &[
    ("eastern", "America/New_York"),
    ("central", "America/Chicago"),
    ("mountain", "America/Denver"),
    ("pacific", "America/Los_Angeles"),
    ("et", "America/New_York"),
    ("ct", "America/Chicago"),
    ("mt", "America/Denver"),
    ("pt", "America/Los_Angeles"),
];
/// Names of zones that are words of their own.
const NOT_CITIES: &[&str] = &[
    "easter",
    "center",
    "universal",
    "central",
    "eastern",
    "pacific",
    "mountain",
    "zulu",
    "east",
    "west",
    "general",
    "knox",
    "mexico",
    "bahia",
    "marengo",
    "vincennes",
];
const WORDS_MAX: usize = 4;

/// The zone named next, longest name first; a trailing "time" belongs to it.
pub(crate) fn zone(p: &mut Parser<'_>) -> Option<Zone> {
    p.attempt(|p| {
        p.word(&["the"]);
        let found = p.attempt(offset).or_else(|| p.attempt(named)).or_else(|| p.attempt(iana))?;
        p.phrase(&["standard time", "local time", "time zone", "timezone", "time"]);
        Some(found)
    })
}

fn place(label: &str, zone: TimeZone) -> Zone {
    Zone { label: label.to_owned(), zone, note: None, used_in: None, is_place: true }
}

/// "UTC+2", "GMT-5:30".
fn offset(p: &mut Parser<'_>) -> Option<Zone> {
    let name = p.word(&["utc", "gmt"])?.to_uppercase();
    let sign = p.sign(&['+', '-'])?;
    let (hours, digits, _) = p.number()?;
    let minutes = p.attempt(|p| p.sign(&[':']).and_then(|_| p.number())).map_or(0, |(minutes, ..)| minutes);
    let (hours, minutes) = if digits == 4 { (hours / 100, hours % 100) } else { (hours, minutes) };
    if hours > 18 || minutes > 59 {
        return None;
    }
    let seconds = i32::try_from((hours * 60 + minutes) * 60).ok()?;
    let offset = Offset::from_seconds(if sign == '-' { -seconds } else { seconds }).ok()?;
    let sign = if sign == '-' { '−' } else { '+' };
    let label = if minutes == 0 { format!("{name}{sign}{hours}") } else { format!("{name}{sign}{hours}:{minutes:02}") };
    Some(Zone { is_place: false, ..place(&label, offset.to_time_zone()) })
}

fn named(p: &mut Parser<'_>) -> Option<Zone> {
    let words = p.words(WORDS_MAX);
    for count in (1..=words.len()).rev() {
        let name = words.get(..count)?.join(" ");
        if let Some(zone) = by_name(&name) {
            p.skip(count);
            return Some(zone);
        }
    }
    None
}

/// "europe/berlin"
fn iana(p: &mut Parser<'_>) -> Option<Zone> {
    let Token::Word(area) = p.peek()? else { return None };
    p.skip(1);
    p.sign(&['/'])?;
    let words = p.words(1);
    let path = format!("{area}/{}", words.first()?);
    let name = TimeZoneDatabase::bundled()
        .available()
        .find(|name| name.as_str().eq_ignore_ascii_case(&path))
        .map(|name| name.as_str().to_owned())?;
    p.skip(1);
    Some(place(&name, get(&name)?))
}

/// The zone of a name in normal form.
fn by_name(name: &str) -> Option<Zone> {
    if let Some(zone) = abbreviation(name) {
        return Some(zone);
    }
    if let Some(&(_, zone)) = EVERYDAY.iter().find(|(known, _)| *known == name) {
        let label = if name.len() == 2 { name.to_uppercase() } else { format!("{} Time", title(name)) };
        return Some(Zone { is_place: false, ..place(&label, get(zone)?) });
    }
    if let Some(&(_, zone, city)) = MANY_ZONES.iter().find(|(known, ..)| *known == name) {
        let note = format!("{} has several time zones; this is the one of {city}.", title(name));
        return Some(Zone { note: Some(note), ..place(&title(name), get(zone)?) });
    }
    if let Some(zone) = listed(name) {
        return Some(place(&title(name), get(zone)?));
    }
    let zone = by_last_part(name)?;
    Some(place(&title(name), get(&zone)?))
}

fn listed(name: &str) -> Option<&'static str> {
    include_str!("zones.txt").lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let (zone, names) = line.split_once(": ")?;
        names.split(", ").any(|known| known == name).then_some(zone)
    })
}

/// `Asia/Tokyo` is "tokyo", `America/New_York` is "new york".
fn by_last_part(name: &str) -> Option<String> {
    if NOT_CITIES.contains(&name) || name.len() < 3 {
        return None;
    }
    let wanted = name.replace(' ', "_");
    let is_it = |zone: &str| {
        let city = zone.rsplit_once('/').filter(|(area, _)| *area != "Etc").map(|(_, city)| city);
        city.is_some_and(|city| city.eq_ignore_ascii_case(&wanted))
    };
    TimeZoneDatabase::bundled().available().find(|zone| is_it(zone.as_str())).map(|zone| zone.as_str().to_owned())
}

fn abbreviation(name: &str) -> Option<Zone> {
    include_str!("abbreviations.txt").lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let minutes: i32 = fields.next()?.parse().ok()?;
        let (meaning, used_in, others) = (fields.next()?, fields.next()?, fields.next()?);
        let label = if name == "z" { "UTC".to_owned() } else { name.to_uppercase() };
        let zone = Offset::from_seconds(minutes * 60).ok()?.to_time_zone();
        let note = (!others.is_empty()).then(|| format!("{label} is read as {meaning}; it can also mean {others}."));
        Some(Zone { label, zone, note, used_in: Some(used_in).filter(|place| !place.is_empty()), is_place: false })
    })
}

/// A zone of the bundled database.
pub(crate) fn get(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

/// "new york" as "New York"; short names of countries stay capitals.
fn title(name: &str) -> String {
    if ["usa", "us", "uk", "uae", "nyc", "la"].contains(&name) {
        return name.to_uppercase();
    }
    let word = |word: &str| {
        if ["de", "and", "of", "the"].contains(&word) {
            return word.to_owned();
        }
        let mut chars = word.chars();
        chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
    };
    name.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

impl Zone {
    /// The asker's own zone.
    pub(crate) fn local(p: &Parser<'_>) -> Self {
        let name = &p.context.zone_name;
        let label = name.rsplit('/').next().unwrap_or(name).replace('_', " ");
        Self { is_place: name.contains('/'), ..place(&label, p.context.zone.clone()) }
    }

    /// Whether `city` may lie in it: the same zone, or a country that has several.
    pub(crate) fn holds(&self, city: &Self) -> bool {
        self.is_place && city.is_place && (self.note.is_some() || self.zone == city.zone)
    }

    /// Whether it is a city or country, not an abbreviation or offset.
    pub(crate) fn is_place(&self) -> bool {
        self.is_place
    }

    /// "in Tokyo", "in PST": both can be said.
    pub(crate) fn inside(&self) -> String {
        format!("in {}", self.label)
    }

    /// What the asker should know about the name at this moment.
    pub(crate) fn notes(&self, at: Timestamp) -> Vec<String> {
        let mut notes: Vec<String> = self.note.iter().cloned().collect();
        let place = self.used_in.and_then(|name| Some((name, get(name)?)));
        if let Some((name, zone)) = place {
            let (there, here) = (zone.to_offset(at), self.zone.to_offset(at));
            if there != here {
                let city = name.rsplit('/').next().unwrap_or(name).replace('_', " ");
                let (there, here) = (offset_text(there), offset_text(here));
                notes.push(format!("{} is {here}, but {city} is at {there} on that date.", self.label));
            }
        }
        notes
    }

    /// "UTC+9, Asia/Tokyo"
    pub(crate) fn explained(&self, at: Timestamp) -> String {
        let offset = offset_text(self.zone.to_offset(at));
        match self.zone.iana_name() {
            Some(name) if self.is_place && name != self.label => format!("{offset}, {name}"),
            _ => offset,
        }
    }
}

/// "UTC+5:30", "UTC−8", "UTC".
pub(crate) fn offset_text(offset: Offset) -> String {
    let seconds = offset.seconds();
    let (hours, minutes) = (seconds.abs() / 3600, seconds.abs() / 60 % 60);
    let sign = if seconds < 0 { '−' } else { '+' };
    match (hours, minutes) {
        (0, 0) => "UTC".to_owned(),
        (_, 0) => format!("UTC{sign}{hours}"),
        _ => format!("UTC{sign}{hours}:{minutes:02}"),
    }
}
