//! The names of the contract's enums, which `wit-bindgen` leaves out of what it generates.

use crate::connector::{AnswerType, FailureKind, FetchFailureKind, Kind, Method, UnitSystem};
use crate::functions::{AbstentionKind, Permission, PrincipalKind, TokenAlgorithm};

/// An enum of the contract, whose cases have the names they have in `wit/`, such as `how-to`.
pub trait Named: Copy + PartialEq + 'static {
    /// Every case, in the order of the contract.
    const ALL: &'static [Self];
    /// Their names, in the same order.
    const NAMES: &'static [&'static str];

    /// The name of this case.
    fn name(self) -> &'static str;

    /// The case of this name.
    #[must_use]
    fn named(name: &str) -> Option<Self> {
        let at = Self::NAMES.iter().position(|known| *known == name)?;
        Self::ALL.get(at).copied()
    }
}

macro_rules! named {
    ($(enum $enum:ident { $($case:ident $name:literal),* $(,)? })*) => {$(
        impl Named for $enum {
            const ALL: &'static [Self] = &[$(Self::$case),*];
            const NAMES: &'static [&'static str] = &[$($name),*];

            // A match, so that a case which is missing here does not compile.
            fn name(self) -> &'static str {
                match self { $(Self::$case => $name,)* }
            }
        }
    )*};
}

named! {
    enum UnitSystem { Metric "metric", Imperial "imperial", Us "us" }
    enum Kind {
        Fact "fact", Definition "definition", HowTo "how-to", Calculation "calculation", Conversion "conversion",
        DateTime "date-time", Weather "weather", News "news", Place "place", Person "person",
        Organisation "organisation", Code "code", Academic "academic", Product "product", Media "media",
        Finance "finance", Health "health", Translation "translation", Discussion "discussion",
        Navigation "navigation", ChitChat "chit-chat", Other "other",
    }
    enum AnswerType {
        Text "text", Number "number", Quantity "quantity", Money "money", Date "date", Time "time",
        Duration "duration", Place "place", Person "person", Organisation "organisation", Boolean "boolean",
        ListOf "list-of", Code "code", Url "url",
    }
    enum Method { Get "get", Head "head", Post "post" }
    enum FetchFailureKind {
        Refused "refused", Unresolved "unresolved", Unreachable "unreachable", Timeout "timeout",
        TooLarge "too-large", Malformed "malformed", Suspended "suspended",
    }
    enum FailureKind {
        Settings "settings", Credential "credential", RateLimited "rate-limited", Upstream "upstream",
        Unreachable "unreachable", Malformed "malformed", Internal "internal",
    }
    enum PrincipalKind { Anonymous "anonymous", User "user", Agent "agent", Service "service" }
    enum TokenAlgorithm { Rs256 "rs256", Es256 "es256", Eddsa "eddsa" }
    enum Permission {
        Ask "ask", ListSources "list-sources", ReadReceipts "read-receipts", ManageAccount "manage-account",
        ManageKeys "manage-keys", ManageConnections "manage-connections", ManageTenant "manage-tenant",
        Administer "administer",
    }
    enum AbstentionKind { NothingFound "nothing-found", NotAnswered "not-answered", Unsure "unsure" }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every case comes back by its name, and the names are those of the contract, in its order.
    fn check<E: Named + core::fmt::Debug>(declaration: &str) {
        const CONTRACTS: [&str; 2] = [
            include_str!("../../../wit/connector/since-0.2.0/connector.wit"),
            include_str!("../../../wit/functions/functions.wit"),
        ];
        for &case in E::ALL {
            assert_eq!(E::named(case.name()), Some(case));
        }
        assert_eq!(E::named(""), None);
        let body = CONTRACTS.iter().find_map(|contract| contract.split_once(&format!("enum {declaration} {{")));
        let (body, _) = body.unwrap().1.split_once('}').unwrap();
        let lines = body.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
        assert_eq!(lines.map(|line| line.trim_end_matches(',')).collect::<Vec<_>>(), E::NAMES, "{declaration}");
    }

    #[test]
    fn names_are_those_of_the_contract() {
        check::<UnitSystem>("unit-system");
        check::<Kind>("kind");
        check::<AnswerType>("answer-type");
        check::<Method>("method");
        check::<FetchFailureKind>("fetch-failure-kind");
        check::<FailureKind>("failure-kind");
        check::<PrincipalKind>("principal-kind");
        check::<AbstentionKind>("abstention-kind");
        check::<TokenAlgorithm>("token-algorithm");
        check::<Permission>("permission");
    }
}
