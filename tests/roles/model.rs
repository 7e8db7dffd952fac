//! What must come out, written down a second time: as a matrix a person can read, and without a line of the room's code.

use crate::cases::{Case, Shown, State};

/// Who holds what: `asker reader manager operator`, then over whose things.
const MATRIX: &str = "
    ask                 x . x x  host tenant
    list-sources        x x x x  host tenant
    read-receipts       x . x x  host tenant
    manage-account      x x x x  tenant
    manage-keys         x . x x  tenant
    manage-connections  x . x x  tenant
    manage-tenant       . . x x  tenant
    administer          . . . x  host
";

/// The status that a case must end with.
pub(crate) fn status(case: &Case) -> u16 {
    let Some(needed) = &case.route.needed else { return 200 };
    if !is_somebody(case) {
        return 401;
    }
    let nobody = case.shown == Shown::Nothing;
    let tenant = if nobody { "public" } else { case.tenant };
    let roles: Vec<&str> = match case.shown {
        Shown::Nothing => vec!["asker"],
        // A guest issuer may make askers and readers, and no more.
        Shown::GuestToken => case.roles.iter().copied().filter(|role| is_of(role, &["asker", "reader"])).collect(),
        Shown::Key | Shown::Token => case.roles.clone(),
    };
    let row: Vec<&str> =
        MATRIX.lines().map(str::trim).find(|row| first(row) == needed.permission).unwrap().split_whitespace().collect();
    let holders: Vec<&str> = ["asker", "reader", "manager", "operator"]
        .into_iter()
        .zip(&row[1..5])
        .filter_map(|(role, mark)| (*mark == "x").then_some(role))
        .collect();
    let owner = match needed.tenant {
        None => "host",
        Some("") => return 403,
        Some(other) if other != "own" && other != tenant => return 403,
        Some(_) => "tenant",
    };
    // Who has no name asks, lists and reads, over anything that is theirs or the host's.
    let ok_for_nobody = row[5..].len() == 2;
    let allowed = row[5..].contains(&owner)
        && (!nobody || ok_for_nobody)
        && roles.iter().any(|role| is_of(role, &holders) && reaches(role, &needed.path))
        && (nobody
            || case.scopes.as_ref().is_none_or(|scopes| {
                scopes.iter().any(|scope| is_of(scope, &[needed.permission]) && reaches(scope, &needed.path))
            }));
    if allowed { 200 } else { 403 }
}

fn is_somebody(case: &Case) -> bool {
    match case.shown {
        Shown::Nothing => true,
        Shown::Key => case.state == State::Good,
        Shown::Token | Shown::GuestToken => {
            matches!(case.state, State::Good | State::ExpiredWithinLeeway | State::EarlyWithinLeeway)
        }
    }
}

fn first(row: &str) -> &str {
    row.split(' ').next().unwrap_or_default()
}

fn is_of(held: &str, names: &[&str]) -> bool {
    names.iter().any(|name| held == *name || held.starts_with(&format!("{name}:")))
}

fn reaches(held: &str, path: &str) -> bool {
    let Some(colon) = held.find(':') else { return true };
    let place = &held[colon + 1..];
    if let Some(folder) = place.strip_suffix('*') {
        path.starts_with(folder) && !path.contains("..")
    } else {
        place == path
    }
}
