//! An artifact that nobody touched: published, inspected, pulled, verified, signed again.

use super::door::Door;
use super::*;

#[tokio::test]
async fn a_connector_goes_out_and_comes_back() {
    let Some(registry) = Registry::start() else { return };
    let door = Door::open(registry.port, |_| None).await;
    let reference = door.reference("acme/tides:1.2.0");
    let (code, signers) = (component("tides"), [Signer::generate().unwrap()]);
    let trust = trust_in(&[&signers[0]]);

    let published = publish(&reference, &code, &signers).await.unwrap();
    assert!(!published.unchanged);
    assert_eq!(published.component_digest, zero_oci::digest(&code));
    assert_eq!(published.signed_by, [signers[0].public().fingerprint()]);

    door.take_seen();
    let inspected = inspect(&reference, &trust).await.unwrap();
    let seen = door.take_seen();
    assert_eq!(inspected.descriptor, descriptor());
    assert_eq!(inspected.component_bytes, code.len() as u64);
    assert_eq!(inspected.manifest_digest, published.manifest_digest);
    assert_eq!(inspected.pinned.to_string(), format!("{}@{}", reference.name(), published.manifest_digest));
    assert_eq!(inspected.signed_by.len(), 1);
    assert_eq!(inspected.signed_by[0].key, "key 0");
    assert_eq!(inspected.signed_by[0].expires, Some(at("2027-01-01T00:00:00Z")));
    // Manifest, signature manifest, payload, config: the code is not among them.
    let last = |line: &String| line.rsplit('/').next().unwrap().to_owned();
    let tag = format!("{}.sig", published.manifest_digest.replace(':', "-"));
    assert_eq!(seen.len(), 4, "{seen:?}");
    assert_eq!(last(&seen[0]), "1.2.0");
    assert_eq!(last(&seen[1]), tag);
    assert_eq!(last(&seen[3]), inspected.config_digest);
    assert!(seen.iter().all(|line| !line.contains(&inspected.component_digest)), "{seen:?}");

    let pulled = zero_oci::pull(&access(), &reference, &trust, now()).await.unwrap();
    assert_eq!(pulled.component, code);
    assert_eq!(pulled.inspected, inspected);
    assert_eq!(last(door.take_seen().last().unwrap()), inspected.component_digest);
    let verified = zero_oci::verify(&access(), &inspected.pinned, &trust, now()).await.unwrap();
    assert_eq!(verified, inspected);
}

#[tokio::test]
async fn equal_bytes_are_one_artifact_and_other_bytes_need_a_new_tag() {
    let Some(registry) = Registry::start() else { return };
    let reference = registry.reference("acme/tides:1.2.0");
    let signers = [Signer::generate().unwrap()];
    let first = publish(&reference, &component("tides"), &signers).await.unwrap();
    let again = publish(&reference, &component("tides"), &signers).await.unwrap();
    assert!(again.unchanged);
    assert_eq!(again.manifest_digest, first.manifest_digest);
    // The second signing made the same signature, which is kept once.
    let trust = trust_in(&[&signers[0]]);
    assert_eq!(inspect(&reference, &trust).await.unwrap().signed_by.len(), 1);

    let other = component("other tides");
    let error = refused("another component", publish(&reference, &other, &signers).await, Kind::Taken);
    assert!(error.what().contains(&first.manifest_digest), "{error}");
    let (descriptor, access) = (descriptor(), access());
    let artifact = Artifact { component: &other, descriptor: &descriptor, created: None, author: None };
    let replaced = zero_oci::publish(&access, &reference, &artifact, &signing(&signers), true).await.unwrap();
    assert_ne!(replaced.manifest_digest, first.manifest_digest);
    assert_eq!(zero_oci::pull(&access, &reference, &trust, now()).await.unwrap().component, other);
    // The old one is still there for whoever pinned it.
    assert_eq!(zero_oci::pull(&access, &first.pinned, &trust, now()).await.unwrap().component, component("tides"));
}

#[tokio::test]
async fn signatures_of_several_keys_stand_side_by_side() {
    let Some(registry) = Registry::start() else { return };
    let reference = registry.reference("acme/tides:1.2.0");
    let (author, second) = ([Signer::generate().unwrap()], [Signer::generate().unwrap()]);
    let published = publish(&reference, &component("tides"), &author).await.unwrap();
    let mut both = trust_in(&[&author[0], &second[0]]);
    both.threshold = 2;
    let error = refused("one of two", inspect(&reference, &both).await, Kind::TooFewSigners);
    assert!(error.what().contains("1 of the 2"), "{error}");

    refused("a tag", zero_oci::sign(&access(), &reference, &signing(&second)).await, Kind::Reference);
    zero_oci::sign(&access(), &published.pinned, &signing(&second)).await.unwrap();
    let inspected = inspect(&reference, &both).await.unwrap();
    let names: Vec<&str> = inspected.signed_by.iter().map(|it| it.key.as_str()).collect();
    assert_eq!(names, ["key 0", "key 1"]);
    // The same key twice, over another payload, is still one key.
    let later = Signing { expires: None, ..signing(&author) };
    zero_oci::sign(&access(), &published.pinned, &later).await.unwrap();
    let mut two = trust_in(&[&author[0], &Signer::generate().unwrap()]);
    two.threshold = 2;
    refused("one key twice", inspect(&reference, &two).await, Kind::TooFewSigners);
    refused("nobody", publish(&reference, &component("tides"), &[]).await, Kind::Key);
}
