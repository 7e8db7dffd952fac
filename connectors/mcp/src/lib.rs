//! Asks a server of the Model Context Protocol over Streamable HTTP.
//!
//! - Takes: a source that names a server and, where the operator wants it fixed, a tool or a resource.
//! - Gives: what the tool says, as passages; text stays text, links only where the server gives them as such.
//! - Fails: typed; as `upstream` for errors of the protocol and of the tool, and for a server that wants to ask back.
//! - Limits: four rounds; 768 KiB of an answer; tools that are chosen and not named must be marked as only reading.
//! - Why it is so: revision 2026-07-28 needs no handshake, so a named tool is called in the first round; the older
//!   revisions need one (2025-11-25, 2025-06-18, 2025-03-26, and 2024-11-05 where a server takes plain posts), and
//!   handshake, list and call just fit into the four rounds. Which of both a server speaks is found out by the first
//!   request, as the newer revision describes.

#![cfg_attr(test, allow(clippy::float_cmp, reason = "bids of 0 are exact"))]

mod arguments;
mod ask;
mod content;
mod header;
mod message;
mod rounds;
mod settings;
mod tool;

#[cfg(test)]
mod tests;

use zero_connector_sdk::{
    Connector, CredentialSlot, Descriptor, Failure, Intent, Kind, Named as _, Outcome, Plan, Question, Setting, Source,
    Step, export,
};

/// Below it no host asks.
const BID_MIN: f32 = 0.05;

/// Any server of the protocol.
#[derive(Debug)]
pub struct Mcp;

impl Connector for Mcp {
    fn describe() -> Descriptor {
        Descriptor {
            name: "mcp".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "asks servers of the Model Context Protocol over HTTP".to_owned(),
            hosts: vec!["*".to_owned()],
            settings: Setting::table(settings::SETTINGS),
            credentials: vec![CredentialSlot {
                name: "token".to_owned(),
                summary: "the server's token, sent when the source says `authorized = true`".to_owned(),
                required: false,
            }],
            kinds: Kind::ALL.to_vec(),
        }
    }

    fn plan(source: &Source, question: &Question, intent: &Intent) -> Result<Plan, Failure> {
        let settings = settings::Settings::of(source)?;
        let (bid, vars) = ask::of(source, &settings, question, intent);
        if bid < BID_MIN {
            return Ok(Plan::not_relevant());
        }
        rounds::first(&settings, bid, vars)
    }

    fn resume(source: &Source, state: &[u8], outcomes: &[Outcome]) -> Result<Step, Failure> {
        rounds::next(source, &settings::Settings::of(source)?, state, outcomes)
    }
}

export!(Mcp);
