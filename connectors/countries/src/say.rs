//! From what is asked to sentences, with a claim over each value.

use crate::ask::Ask;
use crate::data::{Country, by_code};
use crate::property::Property;
use crate::text::normal;
use zero_connector_sdk::prose::capitalised;
use zero_connector_sdk::{Claim, Findings, Passage, Place, Quantity, Span, Value};

/// A passage under construction.
#[derive(Default)]
struct Writer {
    text: String,
    claims: Vec<Claim>,
}

impl Writer {
    fn plain(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn sentence(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with(' ') {
            self.text.push(' ');
        }
    }

    /// Writes `part` and claims that it is the `property` of `subject`.
    fn claim(&mut self, subject: &str, property: &str, part: &str, value: Value) {
        let start = self.text.len();
        self.text.push_str(part);
        let span = Span::new(start, self.text.len());
        let (subject, property) = (subject.to_owned(), property.to_owned());
        self.claims.push(Claim { passage: 0, span, subject, property, value, time: None, negated: false });
    }
}

/// Everything that answers `ask`.
pub(crate) fn findings(ask: &Ask) -> Findings {
    match ask {
        Ask::Properties(countries, properties) => each(countries, properties),
        _ => {
            let mut writer = Writer::default();
            let title = single(ask, &mut writer);
            Findings { passages: vec![passage(&title, writer.text)], claims: writer.claims }
        }
    }
}

fn passage(title: &str, text: String) -> Passage {
    Passage { language: Some("en".to_owned()), ..Passage::computed(title, text) }
}

/// One passage for each country.
fn each(countries: &[Country], properties: &[Property]) -> Findings {
    let mut findings = Findings::none();
    for (index, country) in (0_u32..).zip(countries) {
        let mut writer = Writer::default();
        for &property in properties {
            writer.sentence();
            state(&mut writer, country, property);
        }
        findings.passages.push(passage(country.name, writer.text));
        findings.claims.extend(writer.claims.into_iter().map(|claim| Claim { passage: index, ..claim }));
    }
    findings
}

fn single(ask: &Ask, writer: &mut Writer) -> String {
    match ask {
        Ask::IsCapital(country, guess) => {
            let right = country.capital_names().any(|name| name == guess);
            writer.claim(country.name, &format!("{guess} is the capital"), yes_no(right), Value::Boolean(right));
            writer.plain(". ");
            state(writer, country, Property::Capital);
            country.name.to_owned()
        }
        Ask::DoBorder(one, other) => {
            let border = one.borders().any(|code| code == other.alpha2);
            writer.claim(one.name, &format!("border with {}", other.name), yes_no(border), Value::Boolean(border));
            let verb = if border { "share" } else { "do not share" };
            writer.plain(&format!(", {} and {} {verb} a land border.", one.in_sentence(), other.in_sentence()));
            format!("{} and {}", one.name, other.name)
        }
        Ask::LiesIn(country, area) => {
            let inside = country.lies_in(area);
            writer.claim(country.name, &format!("in {area}"), yes_no(inside), Value::Boolean(inside));
            writer.plain(". ");
            state(writer, country, Property::Continent);
            country.name.to_owned()
        }
        Ask::CountriesIn(area) => {
            let names: Vec<String> = crate::data::all()
                .filter(|country| country.status != "territory" && country.lies_in(area))
                .map(|country| country.in_sentence())
                .collect();
            writer.plain(&format!("There are {} countries in {area}: ", names.len()));
            let list = joined(&names);
            writer.claim(area, "countries", &list, Value::Text(list.clone()));
            writer.plain(".");
            area.to_string()
        }
        Ask::CapitalOf(owners) => {
            for country in owners {
                writer.sentence();
                writer.plain(&format!("{} is the capital of ", country.capital));
                let value = Value::Place(place(country.name, country));
                writer.claim(country.capital, "capital of", &country.in_sentence(), value);
                writer.plain(".");
            }
            owners.first().map_or(String::new(), |country| country.capital.to_owned())
        }
        Ask::CallingCode(code, owners) => {
            writer.plain(&format!("+{code} is the international calling code for "));
            named(writer, &format!("+{code}"), "country", owners);
            format!("+{code}")
        }
        Ask::Domain(tld, country) => {
            writer.plain(&format!("{tld} is the internet top-level domain of "));
            named(writer, tld, "country", core::slice::from_ref(country));
            tld.clone()
        }
        Ask::CurrencyUsers(code, name, users) => {
            writer.plain(&format!("The {name} ({code}) is used in "));
            named(writer, name, "countries", users);
            format!("{name} ({code})")
        }
        Ask::Properties(..) => String::new(),
    }
}

/// A list of countries as one value.
fn named(writer: &mut Writer, subject: &str, property: &str, countries: &[Country]) {
    let names: Vec<String> = countries.iter().map(Country::in_sentence).collect();
    let list = joined(&names);
    let value = match countries {
        [country] => Value::Place(place(country.name, country)),
        _ => Value::Text(list.clone()),
    };
    writer.claim(subject, property, &list, value);
    writer.plain(".");
}

/// The sentence that states one property.
fn state(writer: &mut Writer, country: &Country, property: Property) {
    let name = country.in_sentence();
    let subject = country.name;
    match property {
        Property::Capital => capital(writer, country, &name),
        Property::Currency => {
            let all: Vec<String> = country.currencies().map(|(code, name)| format!("{name} ({code})")).collect();
            listed(writer, country, "currency", ["The currency of ", "The currencies of "], &all);
        }
        Property::Languages => {
            let all: Vec<String> = country.languages().map(str::to_owned).collect();
            listed(
                writer,
                country,
                "official language",
                ["The official language of ", "The official languages of "],
                &all,
            );
        }
        Property::Area => {
            writer.plain(&format!("The area of {name} is "));
            let number = country.area_km2.to_owned();
            let shown = format!("{} km²", grouped(country.area_km2));
            writer.claim(subject, "area", &shown, Value::Quantity(Quantity { number, unit: "km2".to_owned() }));
            writer.plain(&square_miles(country.area_km2));
        }
        Property::Calling => {
            let all: Vec<String> = country.calling_codes().map(|code| format!("+{code}")).collect();
            let starts = ["The international calling code of ", "The international calling codes of "];
            listed(writer, country, "calling code", starts, &all);
        }
        Property::Borders => borders(writer, country, &name),
        Property::Continent => {
            let all: Vec<String> = country.continents().map(str::to_owned).collect();
            writer.plain(&format!("{} is in ", capitalised(&name)));
            let shown = joined(&all);
            writer.claim(subject, "continent", &shown, Value::Text(shown.clone()));
            if !country.region.is_empty() && !all.iter().any(|continent| continent == country.region) {
                writer.plain(" (United Nations region: ");
                writer.claim(subject, "region", country.region, Value::Text(country.region.to_owned()));
                writer.plain(")");
            }
            writer.plain(".");
        }
        Property::Tld => {
            let all: Vec<String> = Some(country.tld.to_owned()).into_iter().filter(|tld| !tld.is_empty()).collect();
            let start = "The internet top-level domain of ";
            listed(writer, country, "top-level domain", [start, start], &all);
        }
        Property::Iso => {
            writer.plain(&format!("The ISO 3166-1 codes of {name} are "));
            writer.claim(subject, "iso 3166-1 alpha-2 code", country.alpha2, Value::Text(country.alpha2.to_owned()));
            writer.plain(" and ");
            writer.claim(subject, "iso 3166-1 alpha-3 code", country.alpha3, Value::Text(country.alpha3.to_owned()));
            if !country.numeric.is_empty() {
                writer.plain(&format!("; the numeric code is {}", country.numeric));
            }
            writer.plain(".");
        }
        Property::Demonym => {
            let all: Vec<String> = Some(country.demonym.to_owned()).into_iter().filter(|d| !d.is_empty()).collect();
            let start = "The demonym of ";
            listed(writer, country, "demonym", [start, start], &all);
        }
        Property::Drives if country.drives.is_empty() => {
            writer.plain(&format!("No driving side is known for {name}."));
        }
        Property::Drives => {
            writer.plain(&format!("Traffic in {name} drives on the "));
            writer.claim(subject, "driving side", country.drives, Value::Text(country.drives.to_owned()));
            writer.plain(".");
        }
    }
}

fn capital(writer: &mut Writer, country: &Country, name: &str) {
    if !country.capital.is_empty() {
        writer.plain(&format!("The capital of {name} is "));
        let value = Value::Place(place(country.capital, country));
        writer.claim(country.name, "capital", country.capital, value);
        // "Washington, D.C." brings its own full stop.
        writer.plain(if country.capital.ends_with('.') { "" } else { "." });
    } else if country.note.is_empty() {
        writer.plain(&format!("{} has no capital.", capitalised(name)));
    }
    if !country.note.is_empty() {
        writer.sentence();
        writer.plain(country.note);
    }
}

/// Territories are named, but not counted as countries.
fn borders(writer: &mut Writer, country: &Country, name: &str) {
    let (territories, countries): (Vec<Country>, Vec<Country>) =
        country.borders().filter_map(by_code).partition(|other| other.status == "territory");
    let names = |list: &[Country]| joined(&list.iter().map(Country::in_sentence).collect::<Vec<_>>());
    if countries.is_empty() && territories.is_empty() {
        writer.plain(&format!("{} has ", capitalised(name)));
        writer.claim(country.name, "borders", "no land borders", Value::Text("no land borders".to_owned()));
        writer.plain(".");
        return;
    }
    if !countries.is_empty() {
        let (noun, list) = (if countries.len() == 1 { "country" } else { "countries" }, names(&countries));
        let count = countries.len().to_string();
        writer.plain(&format!("{} borders ", capitalised(name)));
        writer.claim(country.name, "number of bordering countries", &count, Value::Number(count.clone()));
        writer.plain(&format!(" {noun}: "));
        writer.claim(country.name, "borders", &list, Value::Text(list.clone()));
        writer.plain(".");
    }
    if !territories.is_empty() {
        writer.sentence();
        let start = if countries.is_empty() { capitalised(name) } else { "It also".to_owned() };
        writer.plain(&format!("{start} borders "));
        let list = names(&territories);
        writer.claim(country.name, "bordering territories", &list, Value::Text(list.clone()));
        writer.plain(".");
    }
}

/// "The currency of Japan is the ..." with one value for all, or the honest absence.
fn listed(writer: &mut Writer, country: &Country, property: &str, starts: [&str; 2], all: &[String]) {
    let name = country.in_sentence();
    let [one, many] = starts;
    match all {
        [] => writer.plain(&format!("{} has no {property} of its own on record.", capitalised(&name))),
        [single] => {
            let article = if property == "currency" { "the " } else { "" };
            writer.plain(&format!("{one}{name} is {article}"));
            writer.claim(country.name, property, single, Value::Text(single.clone()));
            writer.plain(".");
        }
        _ => {
            writer.plain(&format!("{many}{name} are "));
            let list = joined(all);
            writer.claim(country.name, property, &list, Value::Text(list.clone()));
            writer.plain(".");
        }
    }
}

fn place(name: &str, country: &Country) -> Place {
    Place { name: name.to_owned(), country: Some(country.alpha2.to_owned()), latitude: None, longitude: None }
}

fn yes_no(yes: bool) -> &'static str {
    if yes { "Yes" } else { "No" }
}

/// "a", "a and b", "a, b and c".
fn joined(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [start @ .., last] => format!("{} and {last}", start.join(", ")),
    }
}

/// "551500" as "551,500".
fn grouped(number: &str) -> String {
    let (whole, fraction) = number.split_once('.').map_or((number, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut out = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    fraction.map_or(out.clone(), |fraction| format!("{out}.{fraction}"))
}

fn square_miles(area_km2: &str) -> String {
    const KM2_PER_SQUARE_MILE: f64 = 2.589_988_110_336;
    match area_km2.parse::<f64>() {
        Ok(area) if area >= 10.0 => {
            format!(" (about {} square miles).", grouped(&format!("{:.0}", area / KM2_PER_SQUARE_MILE)))
        }
        _ => ".".to_owned(),
    }
}

/// How sure we are: a name that also means something else is left to better sources when they know better.
pub(crate) fn bid(ask: &Ask) -> f32 {
    match ask {
        Ask::Properties(countries, _) if countries.iter().any(|country| normal(country.name) == "georgia") => 0.75,
        Ask::IsCapital(..) => 0.85,
        _ => 0.95,
    }
}
