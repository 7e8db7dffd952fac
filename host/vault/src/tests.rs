//! What a vault promises.

use super::*;
use crate::limits::{LISTED_MAX, NAME_BYTES_MAX, RECORD_BYTES_MAX};
use std::path::Path;

const KEYS: Table = Table("keys");
const NOTES: Table = Table("notes");
const CANARY: &[u8] = b"correct horse battery staple";

fn given(digit: char) -> Master {
    Master::Given(key(digit), "the test".to_owned())
}

fn key(digit: char) -> MasterKey {
    MasterKey::from_hex(&digit.to_string().repeat(64), "the test").unwrap()
}

fn open(folder: &Path) -> Vault {
    Vault::open(folder, Master::File(None)).unwrap()
}

fn text(vault: &Vault, table: Table, name: &str) -> Option<String> {
    vault.get(table, name).unwrap().map(|secret| String::from_utf8(secret.to_vec()).unwrap())
}

#[test]
fn records_outlive_the_process_and_are_not_readable_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    {
        let vault = open(folder.path());
        vault.put(KEYS, "a", CANARY).unwrap();
        vault.put(NOTES, "a", b"other table").unwrap();
    }
    let bytes = std::fs::read(folder.path().join(VAULT_FILE)).unwrap();
    assert!(!bytes.windows(CANARY.len()).any(|window| window == CANARY), "sealed");
    let vault = open(folder.path());
    assert_eq!(text(&vault, KEYS, "a").unwrap().as_bytes(), CANARY);
    assert_eq!(text(&vault, NOTES, "a").unwrap(), "other table");
    assert!(vault.delete(KEYS, "a").unwrap() && !vault.delete(KEYS, "a").unwrap());
    assert_eq!(text(&vault, KEYS, "a"), None);
}

#[cfg(unix)]
#[test]
fn files_are_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    for file in [VAULT_FILE, KEY_FILE] {
        let mode = std::fs::metadata(folder.path().join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    let path = folder.path().join(KEY_FILE);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(Vault::open(folder.path(), Master::File(None)).unwrap_err(), VaultError::KeyExposed { path });
}

#[test]
fn a_transaction_is_whole_or_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let vault = open(folder.path());
    let failed: Result<(), VaultError> = vault.write(|view| {
        view.put(KEYS, "a", b"1")?;
        assert_eq!(view.get(KEYS, "a")?.unwrap().as_slice(), b"1", "it sees what it wrote");
        view.put(KEYS, "b", &[0; RECORD_BYTES_MAX + 1])
    });
    assert_eq!(failed, Err(VaultError::TooLarge { bytes: RECORD_BYTES_MAX + 1 }));
    assert_eq!(text(&vault, KEYS, "a"), None);
    vault.put(KEYS, "b", &[0; RECORD_BYTES_MAX]).unwrap();
    let long = "n".repeat(NAME_BYTES_MAX + 1);
    assert_eq!(vault.put(KEYS, &long, b""), Err(VaultError::Name { bytes: long.len() }));
    assert_eq!(vault.put(KEYS, "", b""), Err(VaultError::Name { bytes: 0 }));
}

#[test]
fn a_listing_is_in_order_by_prefix_and_in_pages() {
    let folder = tempfile::tempdir().unwrap();
    let vault = open(folder.path());
    let count = LISTED_MAX + 3;
    vault
        .write::<_, VaultError>(|view| {
            for number in 0..count {
                view.put(KEYS, &format!("ada/{number:05}"), number.to_string().as_bytes())?;
            }
            view.put(KEYS, "adam/1", b"another")?;
            view.put(NOTES, "ada/1", b"another")
        })
        .unwrap();
    let page = |after: Option<&str>| vault.read::<_, VaultError>(|view| view.list(KEYS, "ada/", after)).unwrap();
    let first = page(None);
    assert_eq!((first.len(), first[7].0.as_str()), (LISTED_MAX, "ada/00007"));
    let rest = page(Some(&first.last().unwrap().0));
    assert_eq!(rest.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["ada/01000", "ada/01001", "ada/01002"]);
    assert!(page(Some("zoe")).is_empty());
}

#[test]
fn a_wrong_or_missing_key_is_said_to_be_one() {
    let folder = tempfile::tempdir().unwrap();
    Vault::open(folder.path(), given('1')).unwrap().put(KEYS, "a", b"1").unwrap();
    let error = Vault::open(folder.path(), given('2')).unwrap_err();
    assert!(matches!(error, VaultError::WrongKey { .. }), "{error}");
    assert!(error.to_string().contains("does not open with the test"), "{error}");
    let error = Vault::open(folder.path(), Master::File(None)).unwrap_err();
    assert!(matches!(error, VaultError::KeyMissing { .. }), "{error}");
    assert!(!folder.path().join(KEY_FILE).exists(), "no key is made for a vault that has one elsewhere");
    for wrong in ["", "12", &"g".repeat(64), &"1".repeat(66)] {
        assert!(matches!(MasterKey::from_hex(wrong, "x"), Err(VaultError::KeyForm { .. })), "{wrong}");
    }
    assert!(matches!(Master::from_environment("K", Some("12".to_owned())), Err(VaultError::KeyForm { .. })));
    assert!(matches!(Master::from_environment("K", Some(" ".to_owned())), Ok(Master::File(None))));
    let environment = Master::from_environment("K", Some("1".repeat(64))).unwrap();
    assert!(!format!("{environment:?}").contains("1111"), "a key is not printed");
    assert_eq!(text(&Vault::open(folder.path(), environment).unwrap(), KEYS, "a").unwrap(), "1");
}

/// Whatever is done to the bytes on disk, the record does not open as another.
#[test]
fn a_record_that_was_moved_cut_or_changed_does_not_open() {
    let (_, sealer) = crate::seal::draw().unwrap();
    let sealed = sealer.seal("keys", "ada", CANARY).unwrap();
    assert_eq!(sealer.open("keys", "ada", &sealed).unwrap().as_slice(), CANARY);
    assert_ne!(sealer.seal("keys", "ada", CANARY).unwrap(), sealed, "a nonce is used once");
    for (table, name) in [("keys", "bob"), ("notes", "ada"), ("key", "sada"), ("keysa", "da")] {
        assert!(matches!(sealer.open(table, name, &sealed), Err(VaultError::Damaged { .. })), "{table} {name}");
    }
    for at in 1..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(matches!(sealer.open("keys", "ada", &changed), Err(VaultError::Damaged { .. })), "byte {at}");
        assert!(sealer.open("keys", "ada", &sealed[..at]).is_err(), "cut at {at}");
    }
    assert!(sealer.open("keys", "ada", &[]).is_err());
    let newer = [&[9], &sealed[1..]].concat();
    assert!(matches!(sealer.open("keys", "ada", &newer), Err(VaultError::Version { version: 9, .. })));
}

#[test]
fn a_damaged_file_is_an_error_and_never_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).put(KEYS, "a", CANARY).unwrap();
    let path = folder.path().join(VAULT_FILE);
    let whole = std::fs::read(&path).unwrap();
    let mut refused = 0;
    let steps = (0..whole.len().min(16_384)).step_by(61);
    for at in steps {
        let mut damaged = whole.clone();
        damaged[at] ^= 0xff;
        std::fs::write(&path, &damaged).unwrap();
        match Vault::open(folder.path(), Master::File(None)).and_then(|vault| vault.get(KEYS, "a")) {
            // The byte was one that nothing stands on.
            Ok(Some(secret)) => assert_eq!(secret.as_slice(), CANARY, "byte {at}"),
            Ok(None) => panic!("byte {at}: the record is gone without a word"),
            Err(_) => refused += 1,
        }
    }
    assert!(refused > 0, "some bytes matter");
    std::fs::write(&path, b"this is no vault").unwrap();
    let error = Vault::open(folder.path(), Master::File(None)).unwrap_err();
    assert!(matches!(error, VaultError::File { .. }), "{error}");
}

#[test]
fn one_process_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let _vault = open(folder.path());
    let error = Vault::open(folder.path(), Master::File(None)).unwrap_err();
    assert!(matches!(error, VaultError::InUse { .. }), "{error}");
}

#[test]
fn a_new_master_key_opens_everything_and_the_old_one_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let old = {
        let vault = open(folder.path());
        vault.put(KEYS, "a", b"1").unwrap();
        vault.put(NOTES, "b", b"2").unwrap();
        let old = std::fs::read(folder.path().join(KEY_FILE)).unwrap();
        assert_eq!(vault.reseal(Some(key('1'))), Err(VaultError::KeyGiven));
        assert_eq!(vault.reseal(None), Ok(2));
        assert_eq!(text(&vault, KEYS, "a").unwrap(), "1", "at once");
        vault.put(KEYS, "c", b"3").unwrap();
        old
    };
    assert_ne!(std::fs::read(folder.path().join(KEY_FILE)).unwrap(), old);
    {
        let vault = open(folder.path());
        assert_eq!(text(&vault, NOTES, "b").unwrap() + &text(&vault, KEYS, "c").unwrap(), "23");
    }
    let old = Master::Given(MasterKey::from_hex(&String::from_utf8(old).unwrap(), "old").unwrap(), "old".to_owned());
    assert!(matches!(Vault::open(folder.path(), old), Err(VaultError::WrongKey { .. })));

    let given_folder = tempfile::tempdir().unwrap();
    let vault = Vault::open(given_folder.path(), given('1')).unwrap();
    vault.put(KEYS, "a", b"1").unwrap();
    assert_eq!(vault.reseal(None), Err(VaultError::KeyNotGiven));
    assert_eq!(vault.reseal(Some(key('2'))), Ok(1));
    drop(vault);
    assert!(matches!(Vault::open(given_folder.path(), given('1')), Err(VaultError::WrongKey { .. })));
    assert_eq!(text(&Vault::open(given_folder.path(), given('2')).unwrap(), KEYS, "a").unwrap(), "1");
}

/// A machine may stop between the transaction and the key file's new name, or before the transaction.
#[test]
fn a_reseal_that_was_cut_off_is_finished_or_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let (current, waiting) = (folder.path().join(KEY_FILE), folder.path().join("vault.key.next"));
    {
        let vault = open(folder.path());
        vault.put(KEYS, "a", b"1").unwrap();
    }
    let old = std::fs::read(&current).unwrap();
    open(folder.path()).reseal(None).unwrap();
    std::fs::rename(&current, &waiting).unwrap();
    std::fs::copy(&waiting, &current).unwrap();
    std::fs::write(&current, &old).unwrap();
    assert_eq!(text(&open(folder.path()), KEYS, "a").unwrap(), "1", "finished");
    assert!(!waiting.exists());
    std::fs::copy(&current, &waiting).unwrap();
    std::fs::write(&waiting, "2".repeat(64)).unwrap();
    assert_eq!(text(&open(folder.path()), KEYS, "a").unwrap(), "1", "forgotten");
    assert!(!waiting.exists());
}
