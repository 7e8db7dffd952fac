//! Whether a connector stays within its manifest.

use zero_egress::HostPattern;
use zero_oci::Descriptor;

/// What `says` asks for beyond `manifest`, in words; empty when it stays within it. Settings and kinds of question are
/// no permissions.
#[must_use]
pub fn wider(manifest: &Descriptor, says: &Descriptor) -> Vec<String> {
    let mut more = Vec::new();
    if manifest.name != says.name {
        more.push(format!("the name `{}`, not `{}`", says.name, manifest.name));
    }
    let may: Vec<HostPattern> = manifest.hosts.iter().filter_map(|host| host.parse().ok()).collect();
    let covered =
        |host: &&String| host.parse::<HostPattern>().is_ok_and(|host| may.iter().any(|pattern| pattern.covers(&host)));
    more.extend(says.hosts.iter().filter(|host| !covered(host)).map(|host| format!("the host `{host}`")));
    let has = |name: &String| manifest.credentials.iter().any(|slot| slot.name == *name);
    let slots = says.credentials.iter().map(|slot| &slot.name);
    more.extend(slots.filter(|name| !has(name)).map(|name| format!("the credential `{name}`")));
    more
}

#[cfg(test)]
mod tests {
    use super::*;

    fn descriptor(hosts: &str, slots: &str) -> Descriptor {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let slot = |name: String| zero_oci::Slot { name, summary: String::new(), required: false };
        Descriptor {
            name: "x".into(),
            version: "1".into(),
            summary: String::new(),
            interface_version: "0.2.0".into(),
            hosts: words(hosts),
            credentials: words(slots).into_iter().map(slot).collect(),
            settings: Vec::new(),
            kinds: Vec::new(),
        }
    }

    /// Hosts and slots of the manifest, those that are said, and how many are too many.
    fn check(manifest: (&str, &str), says: (&str, &str), more: &[&str]) {
        let found = wider(&descriptor(manifest.0, manifest.1), &descriptor(says.0, says.1));
        assert_eq!(found, more, "{manifest:?} {says:?}");
    }

    #[test]
    fn a_connector_asks_for_no_more_than_its_manifest() {
        check(("*.a.org b.org", "token"), ("x.a.org", ""), &[]);
        check(("*.a.org", ""), ("*.a.org", ""), &[]);
        check(("*.a.org", ""), ("a.org", ""), &["the host `a.org`"]);
        check(("a.org", ""), ("*", "token"), &["the host `*`", "the credential `token`"]);
        check(("*", ""), ("https://a.org", ""), &["the host `https://a.org`"]);
        let mut other = descriptor("", "");
        other.name = "y".into();
        assert_eq!(wider(&descriptor("", ""), &other), ["the name `y`, not `x`"]);
    }
}
