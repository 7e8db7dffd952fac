//! What was compiled when it was packaged: opened late, and never believed blindly.

use crate::guests::{self, FourFunctions};
use crate::{answer, ask, engine};
use std::fs;
use std::path::Path;
use zero_engine::sealed::{INDEX_FILE, Ingredients, seal};
use zero_engine::{Cause, Config, Connector, Engine, Limits, Origin, Sealed, SealedError, Target};

/// A package of two connectors and all functions; none where such code cannot run.
fn packaged() -> Option<tempfile::TempDir> {
    let can_run = cfg!(target_arch = "x86_64") && cfg!(target_os = "linux");
    #[cfg(target_arch = "x86_64")]
    let can_run = can_run && std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("bmi2");
    if !can_run {
        return None;
    }
    let (one, two) = components();
    let descriptors = [&one, &two].map(|bytes| engine().connector(bytes).unwrap().descriptor().clone());
    let four = FourFunctions::new();
    let bytes = four.bytes();
    let ingredients = Ingredients {
        functions: vec![
            ("intent", bytes.intent),
            ("context", bytes.context),
            ("synthesis", bytes.synthesis),
            ("auth", bytes.auth),
        ],
        connectors: vec![("one", &one, &descriptors[0]), ("two", &two, &descriptors[1])],
    };
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in seal(Target::X86_64, &ingredients, |_| None).unwrap() {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    Some(folder)
}

fn components() -> (Vec<u8>, Vec<u8>) {
    let named = |name| guests::custom_connector(name, guests::COUNTS, "", "(i32.const 1000)");
    (named("one"), named("two"))
}

/// The connectors of a package on an engine without any place to compile or keep.
fn open(folder: &Path) -> [Connector; 2] {
    let sealed = Sealed::open(folder).unwrap();
    let engine = Engine::new(Config::default()).unwrap();
    sealed.connectors(&engine, |_| Limits::default()).try_into().unwrap()
}

#[test]
fn a_connector_is_there_before_it_is_opened() {
    let Some(folder) = packaged() else { return };
    let [one, two] = open(folder.path());
    let (bytes, _) = components();
    let loaded = engine().connector(&bytes).unwrap();
    assert_eq!((one.name(), one.digest(), one.world()), (loaded.name(), loaded.digest(), loaded.world()));
    assert_eq!((one.descriptor(), one.version().number), (loaded.descriptor(), loaded.version().number));
    assert_eq!((one.origin(), one.is_open(), loaded.is_open()), (Origin::Sealed, false, true));

    assert_eq!([answer(&one), answer(&one)], ["1", "1"]);
    assert_eq!((one.is_open(), two.is_open()), (true, false));
    assert_eq!(ask(&one).unwrap().value, ask(&loaded).unwrap().value);
    // Many at once open it once.
    std::thread::scope(|scope| (0..8).for_each(|_| _ = scope.spawn(|| assert_eq!(answer(&two), "1"))));
}

#[test]
fn functions_are_opened_at_once() {
    let Some(folder) = packaged() else { return };
    let sealed = Sealed::open(folder.path()).unwrap();
    let four = FourFunctions::new();
    let functions = sealed.functions(&engine()).unwrap();
    assert_eq!(functions.digests(), engine().functions(four.bytes()).unwrap().digests());
    let auth = folder.path().join(format!("{}.artifact", zero_builder::digest(four.bytes().auth)));
    fs::remove_file(auth).unwrap();
    assert!(matches!(sealed.functions(&engine()), Err(SealedError::Io { .. })));
}

#[test]
fn an_artifact_that_was_changed_costs_its_own_connector_only() {
    let Some(folder) = packaged() else { return };
    let path = folder.path().join(format!("{}.artifact", zero_builder::digest(&components().0)));
    let genuine = fs::read(&path).unwrap();
    let other = fs::read(folder.path().join(format!("{}.artifact", zero_builder::digest(&components().1)))).unwrap();
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = genuine.clone();
        change(&mut bytes);
        bytes
    };
    for (what, bytes) in [
        ("a bit in the middle", changed(&|bytes| bytes[genuine.len() / 2] ^= 1)),
        ("its last bit", changed(&|bytes| bytes[genuine.len() - 1] ^= 0x80)),
        ("cut short", changed(&|bytes| bytes.truncate(genuine.len() - 1))),
        ("one byte more", changed(&|bytes| bytes.push(0))),
        ("nothing", Vec::new()),
        ("another's, genuine in itself", other),
    ] {
        fs::write(&path, bytes).unwrap();
        let [one, two] = open(folder.path());
        // The same at every call, and never a crash.
        for _ in 0..2 {
            match ask(&one).unwrap_err().cause {
                Cause::Internal(reason) if reason.contains("not the one that was packaged") => {}
                Cause::Internal(reason) if reason.contains("larger than any of ours") => {}
                other => panic!("{what}: {other:?}"),
            }
        }
        assert!(!one.is_open());
        assert_eq!(answer(&two), "1", "{what}");
    }
    fs::remove_file(&path).unwrap();
    let [one, two] = open(folder.path());
    assert!(matches!(ask(&one).unwrap_err().cause, Cause::Internal(reason) if reason.contains("cannot read")));
    assert_eq!(answer(&two), "1");
}

/// What the index vouches for is run by nobody else's engine.
#[test]
fn machine_code_of_another_engine_is_refused() {
    let Some(folder) = packaged() else { return };
    let path = folder.path().join(format!("{}.artifact", zero_builder::digest(&components().0)));
    let mut artifact = fs::read(&path).unwrap();
    // A zero, the length of a number, the number: of the engine that made it. A newer engine has another one.
    let version = b"\x00\x0248";
    let at = artifact.windows(version.len()).position(|bytes| bytes == version).expect("the artifact names its engine");
    artifact[at + 2] = b'9';
    fs::write(&path, &artifact).unwrap();
    let index = folder.path().join(INDEX_FILE);
    let json = fs::read_to_string(&index).unwrap();
    let before = json.split("\"one\"").nth(1).unwrap().split("\"artifact\": \"").nth(1).unwrap()[..64].to_owned();
    fs::write(&index, json.replace(&before, &zero_builder::digest(&artifact))).unwrap();
    let [one, _] = open(folder.path());
    assert!(matches!(ask(&one).unwrap_err().cause, Cause::Internal(reason) if reason.contains("incompatible version")));
}

#[test]
fn equal_components_make_equal_packages() {
    let (Some(one), Some(two)) = (packaged(), packaged()) else { return };
    let files = |folder: &Path| -> Vec<(String, Vec<u8>)> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
        let mut files: Vec<_> =
            entries.map(|it| (it.file_name().into_string().unwrap(), fs::read(it.path()).unwrap())).collect();
        files.sort();
        files
    };
    assert_eq!(files(one.path()), files(two.path()));
    assert_eq!(files(one.path()).len(), 7);
}

#[test]
fn another_machine_is_compiled_for_where_the_compiler_can() {
    let (one, _) = components();
    let descriptor = engine().connector(&one).unwrap().descriptor().clone();
    let ingredients = Ingredients { functions: Vec::new(), connectors: vec![("one", &one, &descriptor)] };
    match seal(Target::Arm64, &ingredients, |_| None) {
        Ok(files) => {
            assert!(Target::Arm64.can_compile());
            // Machine of an ELF file: AArch64.
            let (_, artifact) = files.iter().find(|(name, _)| name.ends_with(".artifact")).unwrap();
            assert_eq!(u16::from_le_bytes([artifact[18], artifact[19]]), 183);
        }
        Err(error) => {
            assert!(!Target::Arm64.can_compile());
            assert!(error.to_string().contains("--features arm64"), "{error}");
        }
    }
}
