//! Keys come and go, signatures age: what holds when.

use super::*;

#[tokio::test]
async fn an_old_key_gives_way_to_a_new_one() {
    let Some(registry) = Registry::start() else { return };
    let (old, new) = (Signer::generate().unwrap(), Signer::generate().unwrap());
    let mut trust = trust_in(&[&old, &new]);
    trust.keys[0].not_after = Some(at("2026-07-01T00:00:00Z"));
    trust.keys[1].not_before = Some(at("2026-06-01T00:00:00Z"));

    let sign_with = async |tag: &str, signers: &[Signer], created: Option<&str>, expires: Option<&str>| {
        let (reference, descriptor, code) =
            (registry.reference(&format!("acme/tides:{tag}")), descriptor(), component(tag));
        let artifact = Artifact { component: &code, descriptor: &descriptor, created: None, author: None };
        let signing = Signing { signers, created: created.map(at), expires: expires.map(at) };
        zero_oci::publish(&access(), &reference, &artifact, &signing, false).await.unwrap();
        reference
    };
    let (old, new) = ([old], [new]);
    let may = Some("2026-05-01T00:00:00Z");
    let by_old = sign_with("old", &old, may, None).await;
    let by_new = sign_with("new", &new, Some("2026-06-02T00:00:00Z"), None).await;
    let early = sign_with("early", &new, may, None).await;
    let short = sign_with("short", &old, may, Some("2026-05-20T00:00:00Z")).await;
    let silent = sign_with("silent", &old, None, None).await;
    let [old] = old;
    let [new] = new;
    let overlap = sign_with("overlap", &[old, new], may, None).await;

    let cases: [(&str, &Reference, &str, Option<Kind>); 14] = [
        ("the old key in its time", &by_old, "2026-05-10T00:00:00Z", None),
        ("the old key in the overlap", &by_old, "2026-06-15T00:00:00Z", None),
        ("the old key to the second", &by_old, "2026-06-30T23:59:59Z", None),
        ("the old key afterwards", &by_old, "2026-07-01T00:00:00Z", Some(Kind::KeyNotValid)),
        ("the new key before its time", &by_new, "2026-05-10T00:00:00Z", Some(Kind::KeyNotValid)),
        ("the new key in its time", &by_new, "2027-05-10T00:00:00Z", None),
        ("the new key, signed before its time", &early, "2026-06-15T00:00:00Z", Some(Kind::KeyNotValid)),
        ("both keys, of which one is over", &overlap, "2026-06-15T00:00:00Z", None),
        ("a signature before it expires", &short, "2026-05-19T23:59:59Z", None),
        ("a signature that expired", &short, "2026-05-20T00:00:00Z", Some(Kind::Expired)),
        ("a signature of tomorrow", &by_old, "2026-04-30T00:00:00Z", Some(Kind::NotYet)),
        ("a clock that is minutes off", &by_old, "2026-04-30T23:56:00Z", None),
        ("no age, no policy of age", &silent, "2026-06-30T00:00:00Z", None),
        ("neither key, after both said", &overlap, "2026-07-02T00:00:00Z", Some(Kind::KeyNotValid)),
    ];
    for (what, reference, now, kind) in cases {
        let result = zero_oci::inspect(&access(), reference, &trust, at(now)).await;
        match kind {
            None => drop(result.unwrap_or_else(|error| panic!("{what}: {error}"))),
            Some(kind) => drop(refused(what, result, kind)),
        }
    }

    trust.signature_age_max = Some(jiff::SignedDuration::from_hours(24 * 20));
    let aged = [
        ("a young signature", &by_old, "2026-05-15T00:00:00Z", None),
        ("an old signature", &by_old, "2026-06-15T00:00:00Z", Some(Kind::TooOld)),
        ("a signature of unknown age", &silent, "2026-05-15T00:00:00Z", Some(Kind::TooOld)),
    ];
    for (what, reference, now, kind) in aged {
        let found = zero_oci::inspect(&access(), reference, &trust, at(now)).await.map_err(|error| error.kind());
        assert_eq!(found.err(), kind, "{what}");
    }
}

type KeyEdit = fn(&mut TrustedKey, &str);

#[tokio::test]
async fn a_key_signs_what_the_operator_lets_it_sign() {
    let Some(registry) = Registry::start() else { return };
    let reference = registry.reference("acme/tides:1.2.0");
    let signers = [Signer::generate().unwrap()];
    publish(&reference, &component("tides"), &signers).await.unwrap();
    let name = reference.name();
    let cases: [(&str, KeyEdit, Option<Kind>); 7] = [
        ("this repository", |key, name| key.references = vec![name.to_owned()], None),
        ("repositories of acme", |key, _| key.references = vec!["*/acme/*".to_owned()], None),
        ("another repository", |key, _| key.references = vec!["*/other/*".to_owned()], Some(Kind::NotAllowed)),
        ("this connector", |key, _| key.connectors = vec!["tides".to_owned()], None),
        ("other connectors", |key, _| key.connectors = vec!["weather-*".to_owned()], Some(Kind::NotAllowed)),
        ("nothing", |key, _| key.references = Vec::new(), Some(Kind::NotAllowed)),
        ("nothing any more", |key, _| key.revoked = true, Some(Kind::KeyRevoked)),
    ];
    for (what, edit, kind) in cases {
        let mut trust = trust_in(&[&signers[0]]);
        edit(&mut trust.keys[0], &name);
        let found = inspect(&reference, &trust).await.map_err(|error| error.kind());
        assert_eq!(found.err(), kind, "{what}");
    }
    let nobody = Trust::in_keys(Vec::new());
    refused("a policy without keys", inspect(&reference, &nobody).await, Kind::Policy);
}
