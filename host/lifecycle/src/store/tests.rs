use super::*;
use crate::Kind;
use crate::{Entry, Permissions, Signer, Smoke, Version};

fn version(bytes: &[u8]) -> Version {
    Version {
        digest: zero_builder::digest(bytes),
        kind: Kind::Component,
        version: "1".to_owned(),
        summary: String::new(),
        signer: Signer::Nobody,
        from: "admin".to_owned(),
        installed_at_ms: 1,
        bytes: bytes.len() as u64,
        permissions: Permissions::default(),
        consented_at_ms: None,
        activated_at_ms: None,
        sources: Vec::new(),
        smoke: Smoke::default(),
    }
}

/// A change that puts in this component under this name, instead of what was there.
fn put(store: &Store, name: &str, bytes: &[u8]) -> Result<(), Error> {
    store.change(|state, store| {
        store.put(&zero_builder::digest(bytes), bytes)?;
        let entry = Entry { versions: vec![version(bytes)], ..Entry::default() };
        state.connectors.insert(name.to_owned(), entry);
        Ok(())
    })
}

fn files(store: &Store) -> Vec<String> {
    let files = fs::read_dir(store.components()).into_iter().flatten().flatten();
    let mut names: Vec<String> = files.map(|file| file.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn what_was_put_in_is_there_and_what_is_unused_goes() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path().join("state"));
    assert_eq!(store.read().unwrap(), State::default());
    assert!(!store.folder().exists(), "looking writes nothing");
    put(&store, "demo", b"one").unwrap();
    put(&store, "other", b"one").unwrap();
    assert_eq!(files(&store).len(), 1);
    put(&store, "demo", b"two").unwrap();
    assert_eq!(files(&store).len(), 2);
    put(&store, "other", b"two").unwrap();
    assert_eq!(files(&store), [format!("{}.wasm", zero_builder::digest(b"two"))]);
    let again = Store::new(store.folder());
    assert_eq!(again.read().unwrap(), store.read().unwrap());
    assert_eq!(again.get(&zero_builder::digest(b"two")).unwrap(), b"two");
}

#[test]
fn a_change_that_fails_has_not_happened() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path());
    put(&store, "demo", b"one").unwrap();
    let before = fs::read(folder.path().join("connectors.json")).unwrap();
    let failed = store.change(|state, _| {
        state.connectors.clear();
        Err::<(), _>(Error::Unknown("x".to_owned()))
    });
    assert!(failed.is_err());
    assert_eq!(fs::read(folder.path().join("connectors.json")).unwrap(), before);
}

#[test]
fn a_component_that_was_changed_on_disk_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path());
    put(&store, "demo", b"one").unwrap();
    let digest = zero_builder::digest(b"one");
    fs::write(store.component_path(&digest), b"evil").unwrap();
    assert!(matches!(store.get(&digest), Err(Error::Tampered { .. })));
    // Installing it again mends it.
    put(&store, "demo", b"one").unwrap();
    assert_eq!(store.get(&digest).unwrap(), b"one");
}

#[test]
fn a_state_of_another_hand_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path());
    for (text, wanted) in [
        ("", "EOF"),
        ("{", "EOF"),
        (r#"{"version":1}"#, "missing field `connectors`"),
        (r#"{"version":1,"connectors":{},"more":1}"#, "unknown field `more`"),
        (r#"{"version":2,"connectors":{}}"#, "version 2"),
        (
            r#"{"version":1,"connectors":{"x":{"current":null,"pending":null,"enabled":true,"pinned":false,"versions":[],"quarantined":{},"colour":1}}}"#,
            "unknown field `colour`",
        ),
    ] {
        fs::write(folder.path().join("connectors.json"), text).unwrap();
        let error = store.read().unwrap_err();
        assert_eq!(error.name(), "state");
        assert!(error.to_string().contains(wanted), "{text}: {error}");
        // Nothing is written over what could not be read.
        assert!(put(&store, "demo", b"one").is_err());
        assert_eq!(fs::read_to_string(folder.path().join("connectors.json")).unwrap(), text);
    }
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_enter() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path().join("a/state"));
    put(&store, "demo", b"one").unwrap();
    assert_eq!(fs::metadata(store.folder()).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn changes_at_once_do_not_lose_each_other() {
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let store = Store::new(folder.path());
            scope.spawn(move || {
                for number in 0..5 {
                    put(&store, &format!("c-{thread}-{number}"), format!("{thread}{number}").as_bytes()).unwrap();
                }
            });
        }
    });
    let store = Store::new(folder.path());
    let state = store.read().unwrap();
    assert_eq!((state.connectors.len(), files(&store).len()), (20, 20));
}
