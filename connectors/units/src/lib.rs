//! The unit converter: exact factors from the defining constants, dimensions checked, results rounded honestly.
//!
//! **Takes** a question that is a conversion from its first word to its last.
//! **Gives** one passage such as `42.195 km ≈ 26.2188 miles` with one claim over the result.
//! **Fails** never: what is no conversion gets a bid of 0; units that do not fit are said not to, at a low bid.
//! **Limits**: 512 bytes, 48 tokens, exponents up to 6.
//! **Why it is so**: `fend-core` and `rink-core` are whole calculators that would answer far more than conversions, and
//! `uom` knows its units only at compile time; a table of factors over `dashu` fractions is smaller than any of them.

mod convert;
mod question;
mod scan;
mod table;
mod unit;

use zero_connector_sdk::{Connector, Descriptor, Failure, Findings, Intent, Kind, Plan, Question, Source, export};

/// The unit converter.
pub struct Units;

impl Connector for Units {
    fn describe() -> Descriptor {
        Descriptor {
            name: "units".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary:
                "Converts between units: lengths, areas, volumes, masses, temperatures, speeds, pressures, energy, \
                      power, time, data, fuel economy and what can be composed of them."
                    .to_owned(),
            hosts: Vec::new(),
            settings: Vec::new(),
            credentials: Vec::new(),
            kinds: vec![Kind::Conversion],
        }
    }

    fn plan(_: &Source, question: &Question, _: &Intent) -> Result<Plan, Failure> {
        Ok(match convert::answer(question) {
            Some(found) => Plan::done(
                found.bid,
                Findings { passages: vec![found.passage], claims: found.claim.into_iter().collect() },
            ),
            None => Plan::not_relevant(),
        })
    }
}

export!(Units);

#[cfg(test)]
mod tests;
