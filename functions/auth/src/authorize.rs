//! From a principal and an action to a decision: one table.

use zero_types::functions::{Action, Decision, Denial, DenialKind, Principal, PrincipalKind};

/// May ask and list sources.
pub const ASKER: &str = "asker";
/// May only list sources: for dashboards and monitors.
pub const READER: &str = "reader";
/// May do everything.
pub const OPERATOR: &str = "operator";

/// Whether `principal` may do `action` to `resource`.
///
/// A role may be narrowed to a resource: `operator:sources/weather` or, for all below it, `operator:sources/*`.
#[must_use]
pub fn authorize(principal: &Principal, action: Action, resource: &str) -> Decision {
    let allowed = roles_for(action);
    // Nobody administers without a name, whatever a mistaken configuration grants.
    let nameless = principal.kind == PrincipalKind::Anonymous && action == Action::Administer;
    if !nameless && principal.roles.iter().any(|role| grants(role, allowed, resource)) {
        return Decision::Allow;
    }
    let reason = format!(
        "`{}` may not {} `{}`\n\nhint: this needs the role {}",
        principal.id,
        verb(action),
        shortened(resource),
        allowed.iter().map(|role| format!("`{role}`")).collect::<Vec<_>>().join(" or "),
    );
    Decision::Deny(Denial { kind: DenialKind::Forbidden, reason })
}

/// The table.
fn roles_for(action: Action) -> &'static [&'static str] {
    match action {
        Action::Ask => &[ASKER, OPERATOR],
        Action::ListSources => &[ASKER, READER, OPERATOR],
        Action::Administer => &[OPERATOR],
    }
}

fn grants(role: &str, allowed: &[&str], resource: &str) -> bool {
    let (name, scope) = role.split_once(':').map_or((role, None), |(name, scope)| (name, Some(scope)));
    allowed.contains(&name) && scope.is_none_or(|scope| covers(scope, resource))
}

fn covers(scope: &str, resource: &str) -> bool {
    match scope.strip_suffix('*') {
        // `sources/*` must not be left again by `sources/../keys`.
        Some(prefix) => resource.starts_with(prefix) && !resource.split('/').any(|part| part == ".."),
        None => scope == resource,
    }
}

fn verb(action: Action) -> &'static str {
    match action {
        Action::Ask => "ask",
        Action::ListSources => "list",
        Action::Administer => "administer",
    }
}

/// Resources come from outside: a reason stays one short line.
fn shortened(resource: &str) -> String {
    const CHARS_MAX: usize = 80;
    resource.chars().filter(|c| !c.is_control()).take(CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: PrincipalKind, roles: &[&str], action: Action, resource: &str) -> bool {
        let roles = roles.iter().map(|&role| role.to_owned()).collect();
        let principal = Principal { id: "p".to_owned(), kind, tenant: "t".to_owned(), roles };
        authorize(&principal, action, resource) == Decision::Allow
    }

    #[test]
    fn the_table() {
        use Action::{Administer, Ask, ListSources};
        use PrincipalKind::{Agent, Anonymous, Service, User};
        for (kind, roles, ask, list, administer) in [
            (Anonymous, &["asker"][..], true, true, false),
            (Anonymous, &["operator"], true, true, false),
            (User, &["asker"], true, true, false),
            (Agent, &[], false, false, false),
            (Service, &["reader"], false, true, false),
            (User, &["operator"], true, true, true),
            (User, &["operators", "Operator", ""], false, false, false),
        ] {
            let got = [Ask, ListSources, Administer].map(|action| check(kind, roles, action, "sources/a"));
            assert_eq!(got, [ask, list, administer], "{kind:?} {roles:?}");
        }
    }

    #[test]
    fn a_narrowed_role_stays_where_it_was_put() {
        for (role, resource, expected) in [
            ("operator:sources/*", "sources/a", true),
            ("operator:sources/*", "keys/a", false),
            ("operator:sources/*", "sources/../keys/a", false),
            ("operator:sources/a", "sources/a", true),
            ("operator:sources/a", "sources/ab", false),
            ("operator:", "sources/a", false),
            ("asker:sources/*", "sources/a", false),
        ] {
            let got = check(PrincipalKind::User, &[role], Action::Administer, resource);
            assert_eq!(got, expected, "{role} on {resource}");
        }
    }

    #[test]
    fn a_denial_says_what_is_needed() {
        let principal =
            Principal { id: "ada".to_owned(), kind: PrincipalKind::User, tenant: String::new(), roles: Vec::new() };
        let Decision::Deny(denial) = authorize(&principal, Action::Administer, "keys\n") else { panic!("allowed") };
        assert_eq!(denial.kind, DenialKind::Forbidden);
        assert_eq!(denial.reason, "`ada` may not administer `keys`\n\nhint: this needs the role `operator`");
    }
}
