//! From a principal, a permission and what it is over to a decision: two tables.

use zero_types::Named as _;
use zero_types::functions::{Decision, Denial, DenialKind, Permission, Principal, PrincipalKind, Resource};

/// May ask, list sources, and see to what is their own.
pub const ASKER: &str = "asker";
/// May only list sources, and see to their own account: for dashboards and monitors.
pub const READER: &str = "reader";
/// May see to everyone's accounts and keys in their tenant, besides what an asker may.
pub const MANAGER: &str = "manager";
/// May do everything: in their own tenant, and to the host.
pub const OPERATOR: &str = "operator";

/// Every role there is.
pub const ROLES: [&str; 4] = [ASKER, READER, MANAGER, OPERATOR];

/// Whether `principal` holds `permission` over `resource`: by a role that has it, within the scopes of the credential,
/// in the principal's own tenant or over what belongs to the host.
///
/// A role may be narrowed to a path: `operator:sources/weather` or, for all below it, `operator:sources/*`. So may a
/// scope: `ask:answer`.
#[must_use]
pub fn authorize(principal: &Principal, permission: Permission, resource: &Resource) -> Decision {
    let Line { roles, over, verb } = line(permission);
    let path = resource.path.as_str();
    // Nobody manages or administers without a name, whatever a mistaken configuration grants.
    let named = principal.kind != PrincipalKind::Anonymous || over == Over::Either;
    let reaches = match over {
        Over::Host => resource.tenant.is_empty(),
        Over::Tenant => !resource.tenant.is_empty() && resource.tenant == principal.tenant,
        Over::Either => resource.tenant.is_empty() || resource.tenant == principal.tenant,
    };
    let has_role = principal.roles.iter().any(|role| grants(role, roles, path));
    let in_scope = principal.scopes.as_ref().is_none_or(|scopes| {
        let wanted = [permission.name()];
        scopes.iter().any(|scope| grants(scope, &wanted, path))
    });
    let hint = match (named && reaches && has_role, in_scope) {
        (true, true) => return Decision::Allow,
        (true, false) => format!("the credential is narrowed to other scopes; this needs `{}`", permission.name()),
        // The same whether the role or the tenant is amiss: other tenants are nobody's business.
        (false, _) => {
            let roles: Vec<_> = roles.iter().map(|role| format!("`{role}`")).collect();
            format!("this needs the role {}", roles.join(" or "))
        }
    };
    let reason = format!("`{}` may not {verb} `{}`\n\nhint: {hint}", shortened(&principal.id), shortened(path));
    Decision::Deny(Denial { kind: DenialKind::Forbidden, reason })
}

/// Whose things a permission can be over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Over {
    /// The host's alone.
    Host,
    /// The principal's own tenant alone.
    Tenant,
    /// Both.
    Either,
}

/// One line of the table.
struct Line {
    roles: &'static [&'static str],
    over: Over,
    verb: &'static str,
}

/// The table.
fn line(permission: Permission) -> Line {
    let (roles, over, verb): (&[&str], _, _) = match permission {
        Permission::Ask => (&[ASKER, MANAGER, OPERATOR], Over::Either, "ask"),
        Permission::ListSources => (&[ASKER, READER, MANAGER, OPERATOR], Over::Either, "list"),
        Permission::ReadReceipts => (&[ASKER, MANAGER, OPERATOR], Over::Either, "read receipts of"),
        Permission::ManageAccount => (&[ASKER, READER, MANAGER, OPERATOR], Over::Tenant, "manage the account"),
        Permission::ManageKeys => (&[ASKER, MANAGER, OPERATOR], Over::Tenant, "manage the keys"),
        Permission::ManageConnections => (&[ASKER, MANAGER, OPERATOR], Over::Tenant, "manage the connections"),
        Permission::ManageTenant => (&[MANAGER, OPERATOR], Over::Tenant, "manage"),
        Permission::Administer => (&[OPERATOR], Over::Host, "administer"),
    };
    Line { roles, over, verb }
}

/// Whether a role or scope is one of `allowed`, and not narrowed to another path.
fn grants(held: &str, allowed: &[&str], path: &str) -> bool {
    let (name, narrowed) = held.split_once(':').map_or((held, None), |(name, narrowed)| (name, Some(narrowed)));
    allowed.contains(&name) && narrowed.is_none_or(|narrowed| covers(narrowed, path))
}

fn covers(narrowed: &str, path: &str) -> bool {
    match narrowed.strip_suffix('*') {
        // `sources/*` must not be left again by `sources/../keys`.
        Some(prefix) => path.starts_with(prefix) && !path.split('/').any(|part| part == ".."),
        None => narrowed == path,
    }
}

/// Paths and ids come from outside: a reason stays one short line.
fn shortened(text: &str) -> String {
    const CHARS_MAX: usize = 80;
    text.chars().filter(|c| !c.is_control()).take(CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn principal(kind: PrincipalKind, roles: &[&str]) -> Principal {
        Principal {
            id: "ada".to_owned(),
            kind,
            tenant: "t".to_owned(),
            roles: roles.iter().map(|&role| role.to_owned()).collect(),
            scopes: None,
            session: None,
            limit_per_minute: None,
        }
    }

    fn of(tenant: &str, path: &str) -> Resource {
        Resource { tenant: tenant.to_owned(), path: path.to_owned() }
    }

    fn check(kind: PrincipalKind, roles: &[&str], permission: Permission, path: &str) -> bool {
        authorize(&principal(kind, roles), permission, &of("", path)) == Decision::Allow
    }

    #[test]
    fn the_table() {
        use Permission::{Administer, Ask, ListSources};
        use PrincipalKind::{Agent, Anonymous, Service, User};
        for (kind, roles, ask, list, administer) in [
            (Anonymous, &["asker"][..], true, true, false),
            (Anonymous, &["operator"], true, true, false),
            (User, &["asker"], true, true, false),
            (Agent, &[], false, false, false),
            (Service, &["reader"], false, true, false),
            (User, &["manager"], true, true, false),
            (User, &["operator"], true, true, true),
            (User, &["operators", "Operator", ""], false, false, false),
        ] {
            let got = [Ask, ListSources, Administer].map(|permission| check(kind, roles, permission, "sources/a"));
            assert_eq!(got, [ask, list, administer], "{kind:?} {roles:?}");
        }
    }

    #[test]
    fn no_role_leaves_its_tenant() {
        for role in ROLES {
            for &permission in Permission::ALL {
                let got = authorize(&principal(PrincipalKind::User, &[role]), permission, &of("other", "x"));
                assert_ne!(got, Decision::Allow, "{role} {permission:?}");
            }
        }
        let manages = |tenant: &str, role: &str, kind| {
            authorize(&principal(kind, &[role]), Permission::ManageTenant, &of(tenant, "accounts")) == Decision::Allow
        };
        assert!(manages("t", MANAGER, PrincipalKind::User) && manages("t", OPERATOR, PrincipalKind::User));
        assert!(!manages("", OPERATOR, PrincipalKind::User), "what belongs to no tenant is not every tenant's");
        assert!(!manages("t", ASKER, PrincipalKind::User) && !manages("t", MANAGER, PrincipalKind::Anonymous));
        let administers =
            authorize(&principal(PrincipalKind::User, &[OPERATOR]), Permission::Administer, &of("t", "x"));
        assert_ne!(administers, Decision::Allow, "the host is administered, and no tenant");
    }

    #[test]
    fn a_narrowed_role_stays_where_it_was_put() {
        for (role, path, expected) in [
            ("operator:sources/*", "sources/a", true),
            ("operator:sources/*", "keys/a", false),
            ("operator:sources/*", "sources/../keys/a", false),
            ("operator:sources/a", "sources/a", true),
            ("operator:sources/a", "sources/ab", false),
            ("operator:", "sources/a", false),
            ("asker:sources/*", "sources/a", false),
        ] {
            let got = check(PrincipalKind::User, &[role], Permission::Administer, path);
            assert_eq!(got, expected, "{role} on {path}");
        }
    }

    #[test]
    fn scopes_narrow_and_never_widen() {
        let check = |role: &str, scopes: &[&str], permission, expected: bool| {
            let scopes = Some(scopes.iter().map(|&scope| scope.to_owned()).collect());
            let principal = Principal { scopes, ..principal(PrincipalKind::User, &[role]) };
            let got = authorize(&principal, permission, &of("", "sources/a"));
            assert_eq!(got == Decision::Allow, expected, "{role} {permission:?}");
        };
        check(OPERATOR, &["ask"], Permission::Ask, true);
        check(OPERATOR, &["ask"], Permission::Administer, false);
        check(OPERATOR, &[], Permission::Ask, false);
        check(OPERATOR, &["administer:sources/*"], Permission::Administer, true);
        check(OPERATOR, &["administer:keys/*"], Permission::Administer, false);
        check(ASKER, &["administer", "operator"], Permission::Administer, false);
        check(ASKER, &["openid", "Ask"], Permission::Ask, false);
    }

    #[test]
    fn a_denial_says_what_is_needed() {
        let reason = |principal: &Principal, tenant: &str| {
            let Decision::Deny(denial) = authorize(principal, Permission::ManageTenant, &of(tenant, "keys\n")) else {
                panic!("allowed")
            };
            assert_eq!(denial.kind, DenialKind::Forbidden);
            denial.reason
        };
        let nobody = principal(PrincipalKind::User, &[]);
        assert_eq!(
            reason(&nobody, "t"),
            "`ada` may not manage `keys`\n\nhint: this needs the role `manager` or `operator`"
        );
        let manager = principal(PrincipalKind::User, &[MANAGER]);
        assert_eq!(reason(&manager, "other"), reason(&nobody, "t"), "whether there is such a tenant is not told");
        let narrowed = Principal { scopes: Some(Vec::new()), ..manager };
        assert!(reason(&narrowed, "t").ends_with("scopes; this needs `manage-tenant`"));
        let Decision::Deny(denial) = authorize(&nobody, Permission::Administer, &of("", "keys")) else {
            panic!("allowed")
        };
        assert_eq!(denial.reason, "`ada` may not administer `keys`\n\nhint: this needs the role `operator`");
    }
}
