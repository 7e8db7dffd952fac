//! Facts about countries, compiled in.
//!
//! - **Takes** a question about a country's capital, currency, official languages, area, calling code, borders,
//!   continent, internet domain, ISO codes, demonym or driving side; or one of these, when the country is asked for.
//! - **Gives** one passage for each country, with a claim for each property; never a request.
//! - **Fails** never: what it does not understand to the last word is "not relevant".
//! - **Limits**: English questions of at most 300 bytes; no population, heads of state or anything else that goes stale.
//! - **Why it is so**: these facts change once in years, so a table answers faster and surer than any service. Its
//!   origins and licences stand in the README beside it.

mod ask;
mod data;
mod property;
mod say;
mod text;

use zero_connector_sdk::{Connector, Descriptor, Failure, Intent, Kind, Plan, Question, Source};

/// The connector.
#[derive(Debug)]
pub struct Countries;

impl Connector for Countries {
    fn describe() -> Descriptor {
        Descriptor {
            name: "countries".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "Capitals, currencies, official languages, areas, calling codes, borders, continents, internet \
                      domains, ISO codes, demonyms and driving sides of all countries and territories. Data: GeoNames \
                      (CC BY 4.0), Unicode CLDR (Unicode-3.0), keshvar (BSD-3-Clause)."
                .to_owned(),
            hosts: Vec::new(),
            settings: Vec::new(),
            credentials: Vec::new(),
            kinds: vec![Kind::Fact, Kind::Place],
        }
    }

    fn plan(_: &Source, question: &Question, _: &Intent) -> Result<Plan, Failure> {
        Ok(ask::read(&question.text)
            .map_or_else(Plan::not_relevant, |ask| Plan::done(say::bid(&ask), say::findings(&ask))))
    }
}

zero_connector_sdk::export!(Countries);

#[cfg(test)]
mod tests;
