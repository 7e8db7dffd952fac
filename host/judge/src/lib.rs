//! Judges a connector by recorded exchanges: pure, offline, the same verdict on every machine.
//!
//! - **Takes** a [`Subject`](zero_connector_sdk::testing::Subject) (a component in an engine, or a Rust type) and its
//!   [`Fixtures`](zero_builder::fixtures::Fixtures), which a component carries itself.
//! - **Gives** a [`Report`]: what was checked, what failed, and what its author has to change; as text and as JSON.
//! - **Fails** never: fixtures that cannot be read are a finding like any other.
//! - **Limits**: those of the host, whose use it reports as shares; findings of one check are bounded.
//! - **Why it is so**: components are pure, so one list of promises serves authors before they publish ([`test`]),
//!   a gate without reviewers ([`check`]), hosts before they swap ([`smoke`]) and operators before they upgrade
//!   ([`compare`]); nothing of it knows in which language a connector was written.

mod report;

mod question;

mod stock;

mod subject;

mod options;

mod replay;

mod smoke;

mod test;

mod weather;

mod usage;

mod check;

mod collision;

mod compare;

pub use check::check;
pub use collision::Neighbours;
pub use compare::{
    Compared, Comparison, Difference, Outlook, Policy, Run, RunsError, What, compare, runs_of_fixtures, runs_of_folder,
    runs_of_receipt,
};
pub use options::{Limits, Options};
pub use question::{NOW_MS, read};
pub use report::{Check, Finding, Report, Use, Verdict};
pub use smoke::{smoke, smoke_of};
pub use subject::Running;
pub use test::test;
