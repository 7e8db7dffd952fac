//! What a source may do outside: its own hosts, within its connector's, within the operator's; and its secrets.

use crate::{Config, Credential};
use anyhow::{Context as _, Result, anyhow};
use std::str::FromStr as _;
use zero_egress::{Grant, HostPattern, Place, Secret};
use zero_pipeline::catalogue::SourceRecord;

/// What a source may do outside. `secret` looks up what the configuration names: an environment variable, a binding.
///
/// # Errors
/// Names the pattern or credential that is wrong, or the secret that is missing.
pub fn grant(
    config: &Config,
    record: &SourceRecord,
    descriptor_hosts: &[String],
    secret: impl Fn(&str) -> Option<String>,
) -> Result<Grant> {
    let id = &record.source.id;
    let operator = config.egress.allowed_hosts.as_deref();
    let mut grant = Grant::new(id, &record.hosts, descriptor_hosts, operator)?;
    for (slot, credential) in config.credentials.get(id).into_iter().flatten() {
        let credential = read(credential, &secret).with_context(|| format!("[credentials.{id}.{slot}]"))?;
        grant = grant.with(slot, credential);
    }
    for (slot, own) in config.connections.sources.get(id).into_iter().flatten() {
        let table = || format!("[connections.sources.{id}.{slot}]");
        if grant.credentials.contains_key(slot) {
            return Err(anyhow!("{} and [credentials.{id}.{slot}] are for one slot", table()));
        }
        grant = grant.with_own(slot, own.read().with_context(table)?);
    }
    Ok(grant)
}

fn read(credential: &Credential, secret: impl Fn(&str) -> Option<String>) -> Result<zero_egress::Credential> {
    let env = &credential.env;
    let secret = secret(env).with_context(|| format!("the secret `{env}` is not set here"))?;
    let place = place(credential.header.as_deref(), &credential.prefix, credential.query.as_deref())?;
    let (hosts, path_prefix) = (patterns(&credential.hosts)?, credential.path.clone());
    Ok(zero_egress::Credential { secret: Secret::new(secret), place, hosts, path_prefix })
}

/// Where a secret stands in a request.
pub(crate) fn place(header: Option<&str>, prefix: &str, query: Option<&str>) -> Result<Place> {
    match (header, query) {
        (Some(name), None) => Ok(Place::Header { name: name.to_owned(), prefix: prefix.to_owned() }),
        (None, Some(name)) => Ok(Place::Query { name: name.to_owned() }),
        _ => Err(anyhow!("say either `header` or `query`")),
    }
}

/// Hosts that a secret may go to.
pub(crate) fn patterns(hosts: &[String]) -> Result<Vec<HostPattern>> {
    hosts.iter().map(|host| Ok(HostPattern::from_str(host)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use zero_pipeline::catalogue::Catalogue;

    const CATALOGUE: &str = "connector = \"rest\"\n[[source]]\nid = \"a\"\nname = \"A\"\nsummary = \"s\"\n\
                             hosts = [\"a.example\", \"b.example\"]\n";

    /// The grant's hosts and slots under `config` with the secret `TOKEN`, or what is wrong.
    fn check(config: &str, expected: Result<&str, &str>) {
        let config = Config::from_toml(config).unwrap();
        let catalogue = Catalogue::from_toml([("c.toml", CATALOGUE)]).unwrap();
        let secret = |name: &str| (name == "TOKEN").then(|| "s3cret".to_owned());
        let found = grant(&config, catalogue.get("a").unwrap(), &["*.example".to_owned()], secret);
        match (found, expected) {
            (Ok(grant), Ok(expected)) => {
                let hosts = grant.hosts.iter().map(ToString::to_string);
                let all: Vec<String> = hosts.chain(grant.credentials.keys().cloned()).collect();
                assert_eq!(all.join(" "), expected);
            }
            (Err(error), Err(expected)) => assert!(format!("{error:#}").contains(expected), "{error:#}"),
            (found, expected) => panic!("{found:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn a_grant_is_hosts_and_secrets_of_the_one_source() {
        check("", Ok("a.example b.example"));
        check("[egress]\nallowed_hosts = [\"b.example\"]", Ok("b.example"));
        let slot = "[credentials.a.token]\nhosts = [\"a.example\"]\n";
        check(&format!("{slot}env = \"TOKEN\"\nheader = \"authorization\""), Ok("a.example b.example token"));
        check(
            &format!("{slot}env = \"TOKEN\"\nheader = \"x\"\nquery = \"y\""),
            Err("[credentials.a.token]: say either"),
        );
        check(&format!("{slot}env = \"OTHER\"\nheader = \"x\""), Err("[credentials.a.token]: the secret `OTHER`"));
        let own = "[connections]\npublic_url = \"https://ask.example\"\n[connections.providers.p]\nclient_id = \"c\"\n[connections.sources.a.token]\nprovider = \"p\"\n\
                   header = \"x\"\nhosts = [\"a.example\"]\n";
        check(own, Ok("a.example b.example"));
        let both = format!("{own}{slot}env = \"TOKEN\"\nheader = \"x\"");
        check(&both, Err("[connections.sources.a.token] and [credentials.a.token]"));
        check(
            &slot.replace(".a.", ".b.").replace("hosts", "query = \"q\"\nenv = \"T\"\nhosts"),
            Ok("a.example b.example"),
        );
    }
}
