//! What is refused, and how compiled code is kept.

use crate::guests::{self, FourFunctions};
use crate::{answer, engine};
use std::fs;
use std::path::{Path, PathBuf};
use zero_builder::Error as Refused;
use zero_engine::{Cause, Config, Engine, EngineError, Limits, LoadError, MacKey, Origin};

/// What it is, its bytes, and the error it must give.
type Case = (&'static str, Vec<u8>, fn(&Refused) -> bool);

#[test]
fn what_is_no_component_of_ours_is_refused_unread() {
    let engine = engine();
    let good = guests::connector(guests::COUNTS);
    let text = |text: &str| wat::parse_str(text).unwrap();
    let importing =
        text(r#"(component (@custom "zero:interface" "zero:connector/component@0.1.0") (import "clock" (func)))"#);
    let cases: [Case; 7] = [
        ("nothing", Vec::new(), |error| matches!(error, Refused::Malformed(_) | Refused::Unstamped)),
        ("wrong magic", [b"\0bad", &good[4..]].concat(), |error| matches!(error, Refused::Malformed(_))),
        ("cut short", good[..good.len() / 2].to_vec(), |error| matches!(error, Refused::Malformed(_))),
        ("a core module", text("(module)"), |error| matches!(error, Refused::NotAComponent)),
        ("an import", importing, |error| matches!(error, Refused::Import(name) if name == "clock")),
        ("no stamp", text("(component)"), |error| matches!(error, Refused::Unstamped)),
        ("too large", vec![0; zero_builder::COMPONENT_BYTES_MAX + 1], |error| {
            matches!(error, Refused::TooLarge { .. })
        }),
    ];
    for (what, bytes, expected) in cases {
        match engine.connector(&bytes) {
            Err(LoadError::Refused(error)) => assert!(expected(&error), "{what}: {error}"),
            other => panic!("{what}: {other:?}"),
        }
    }
}

#[test]
fn a_component_must_be_what_its_stamp_says() {
    let engine = engine();
    let liar = wat::parse_str(r#"(component (@custom "zero:interface" "zero:connector/component@0.1.0"))"#).unwrap();
    assert!(matches!(engine.connector(&liar), Err(LoadError::Interface(_))));
    assert!(matches!(engine.connector(&guests::auth()), Err(LoadError::WrongWorld { .. })));
    let four = FourFunctions::new();
    let swapped = zero_engine::FunctionBytes { intent: four.bytes().context, ..four.bytes() };
    assert!(matches!(engine.functions(swapped), Err(LoadError::WrongWorld { .. })));
}

#[test]
fn the_mirrors_fit_every_contract() {
    let engine = engine();
    // All functions of a dummy trap, so a connector that gets as far as being called fits.
    for version in zero_builder::VERSIONS {
        match engine.connector(&guests::dummy(version.world)) {
            Err(LoadError::Call(error)) => assert_eq!(error.cause.name(), "trap", "{error}"),
            other => panic!("{}: {other:?}", version.number),
        }
    }
    let four = FourFunctions::new();
    let functions = engine.functions(four.bytes()).unwrap();
    let digests = functions.digests();
    assert_eq!(digests.map(|(name, _)| name), ["intent", "context", "synthesis", "auth"]);
    assert_eq!(digests[3].1, zero_builder::digest(&guests::auth()));
}

/// A component that says it is of another version is held to that version's names and types.
#[test]
fn a_stamp_is_verified_by_the_types() {
    let engine = engine();
    let [old, new] = zero_builder::VERSIONS;
    for (is, says) in [(old, new), (new, old)] {
        let honest = guests::dummy(is.world);
        let stamp = honest.windows(is.world.len()).rposition(|bytes| bytes == is.world.as_bytes()).unwrap();
        let mut stamped = honest.clone();
        stamped[stamp..stamp + is.world.len()].copy_from_slice(says.world.as_bytes());
        let mut renamed = honest;
        for at in 0..renamed.len() - 5 {
            if renamed[at..at + 5] == *is.number.as_bytes() {
                renamed[at..at + 5].copy_from_slice(says.number.as_bytes());
            }
        }
        for (bytes, reason) in [(stamped, says.interface), (renamed, "type mismatch")] {
            match engine.connector(&bytes) {
                Err(LoadError::Interface(said)) => {
                    assert!(said.contains(reason), "{} as {}: {said}", is.number, says.number)
                }
                other => panic!("{} as {}: {other:?}", is.number, says.number),
            }
        }
    }
}

#[test]
fn a_connector_that_misbehaves_while_loading_is_refused() {
    let engine = engine();
    let load = |name, more, describe| {
        engine.connector(&guests::custom_connector(name, guests::COUNTS, more, describe)).expect_err("loaded")
    };
    let described = "(i32.const 1000)";
    let spins_at_start = "(func $spin (loop $again (br $again))) (start $spin)";
    for (more, describe, cause) in
        [("", guests::SPINS, Cause::Cpu), (spins_at_start, described, Cause::Cpu), ("", guests::GROWS, Cause::Memory)]
    {
        match load("guest", more, describe) {
            LoadError::Call(error) => assert_eq!(error.cause, cause, "{error}"),
            other => panic!("{other:?}"),
        }
    }
    for name in ["", "Guest", "a b", "../guest"] {
        assert!(matches!(load(name, "", described), LoadError::Descriptor(_)), "`{name}`");
    }
    let pages = Limits::default().memory_bytes / 65536;
    assert_eq!(answer(&engine.connector(&guests::wide_connector(pages)).unwrap()), "1");
    assert!(matches!(engine.connector(&guests::wide_connector(pages + 1)), Err(LoadError::Compile(_))));
}

/// A folder of artifacts, and engines that start with it one after another.
struct Kept(tempfile::TempDir);

impl Kept {
    fn artifacts(&self) -> PathBuf {
        self.0.path().join("state/artifacts")
    }

    fn key(&self) -> PathBuf {
        self.0.path().join("state/artifacts.key")
    }

    fn start(&self, mac_key: MacKey) -> Result<Engine, EngineError> {
        Engine::new(Config { artifacts: Some(self.artifacts()), mac_key, ..Config::default() })
    }

    /// Where the code came from at a new start; it must run either way.
    fn origin(&self) -> Origin {
        let connector = self.start(MacKey::Beside).unwrap().connector(&guests::connector(guests::COUNTS)).unwrap();
        assert_eq!(answer(&connector), "1");
        connector.origin()
    }

    fn artifact(&self) -> PathBuf {
        let files = |folder: &Path| -> Vec<PathBuf> {
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
        };
        let [folder] = files(&self.artifacts()).try_into().unwrap();
        let [file] = files(&folder).try_into().unwrap();
        file
    }
}

#[test]
fn an_artifact_is_kept_and_never_trusted_blindly() {
    let kept = Kept(tempfile::tempdir().unwrap());
    assert_eq!(kept.origin(), Origin::Compiled);
    assert_eq!(kept.origin(), Origin::Artifact);

    let genuine = fs::read(kept.artifact()).unwrap();
    let tampered = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = genuine.clone();
        change(&mut bytes);
        fs::write(kept.artifact(), bytes).unwrap();
        assert_eq!(kept.origin(), Origin::Mended);
        assert!(fs::read(kept.artifact()).unwrap() != *b"", "it is written anew");
        assert_eq!(kept.origin(), Origin::Artifact);
    };
    tampered(&|bytes| bytes[0] ^= 1);
    tampered(&|bytes| bytes[genuine.len() / 2] ^= 1);
    tampered(&|bytes| bytes[genuine.len() - 1] ^= 0x80);
    tampered(&|bytes| bytes.truncate(genuine.len() - 1));
    tampered(&|bytes| bytes.truncate(7));
    tampered(&|bytes| bytes.push(0));
    tampered(&Vec::clear);

    // Another component's artifact, genuine in itself, under this one's name.
    let engine = kept.start(MacKey::Beside).unwrap();
    let ours = kept.artifact();
    let other = engine.connector(&guests::connector("(i32.const 2000)")).unwrap();
    fs::rename(ours.with_file_name(format!("{}.artifact", other.digest())), &ours).unwrap();
    assert_eq!(kept.origin(), Origin::Mended);

    // Another machine's key.
    let connector = kept.start(MacKey::Given([7; 32])).unwrap().connector(&guests::connector(guests::COUNTS)).unwrap();
    assert_eq!(connector.origin(), Origin::Mended);
}

#[cfg(unix)]
#[test]
fn the_key_is_private_and_whole() {
    use std::os::unix::fs::PermissionsExt as _;
    let kept = Kept(tempfile::tempdir().unwrap());
    assert_eq!(kept.origin(), Origin::Compiled);
    let key = fs::read(kept.key()).unwrap();
    assert_eq!((key.len(), fs::metadata(kept.key()).unwrap().permissions().mode() & 0o777), (32, 0o600));
    assert!(key.iter().any(|byte| *byte != 0));

    fs::write(kept.key(), &key[..31]).unwrap();
    assert!(matches!(kept.start(MacKey::Beside), Err(EngineError::KeyMalformed { .. })));
    fs::write(kept.key(), &key).unwrap();
    fs::set_permissions(kept.key(), fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(kept.start(MacKey::Beside), Err(EngineError::KeyExposed { .. })));
}
