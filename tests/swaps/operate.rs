//! The rules of `zero_lifecycle::decide` in a host that runs real components.

use crate::guests::{Guest, NAME};
use crate::world::{World, world, world_in};
use std::time::{Duration, Instant};
use zero_builder::fixtures::Fixtures;
use zero_lifecycle::{Ask, Error, Gate, Origin, Outcome};

fn guest(number: u32) -> Guest {
    Guest::plain(number)
}

#[tokio::test(flavor = "multi_thread")]
async fn installed_swapped_and_back_and_still_so_after_a_restart() {
    let Some(world) = world().await else { return };
    let first = world.install(guest(1).component(), false).unwrap();
    assert_eq!((first.outcome, first.name.as_str(), first.diff.as_ref()), (Outcome::Activated, NAME, None));
    assert!(first.version.smoke.checks > 0 && first.version.smoke.passed(), "{:?}", first.version.smoke);
    assert_eq!(first.version.sources, [NAME]);
    assert_eq!(world.answer().await, Guest::says(1));
    world.install(guest(2).component(), false).unwrap();
    assert_eq!(world.answer().await, Guest::says(2));
    world.desk.rollback(NAME, None).unwrap();
    assert_eq!(world.answer().await, Guest::says(1));
    off_and_on(&world).await;

    let World { folder, .. } = world;
    let Some(world) = world_in(folder, |_| {}).await else { return };
    assert_eq!(world.answer().await, Guest::says(1));
    world.desk.remove(NAME).unwrap();
    assert!(world.live.host().region.catalogue.get(NAME).is_none(), "its sources go with it");
    assert!(matches!(world.desk.show(NAME), Err(Error::Unknown(_))));
    let components = std::fs::read_dir(world.desk.folder().join("components/sha256")).unwrap();
    assert_eq!(components.count(), 0, "nothing refers to its versions any more");
}

/// Off, its source is gone; on, it answers.
async fn off_and_on(world: &World) {
    world.desk.enable(NAME, false).unwrap();
    assert!(!world.live.host().region.catalogue.get(NAME).is_some_and(|record| record.enabled));
    world.desk.enable(NAME, true).unwrap();
    assert_eq!(world.answer().await, Guest::says(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wider_one_waits_while_the_current_one_answers() {
    let Some(world) = world().await else { return };
    world.install(guest(1).component(), false).unwrap();
    let wider = Guest { host: "*", ..guest(2) }.component();
    let waits = world.install(wider, false).unwrap();
    assert_eq!(waits.outcome, Outcome::Pending);
    assert_eq!(waits.diff.unwrap().wider_hosts, ["*"]);
    assert_eq!(world.answer().await, Guest::says(1));
    let diff = world.desk.diff(NAME, "current", "pending").unwrap();
    assert!(diff.needs_consent);
    world.desk.consent(NAME).unwrap();
    assert_eq!(world.answer().await, Guest::says(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_its_own_fixtures_is_not_swapped_in_and_not_tried_again() {
    let Some(world) = world().await else { return };
    world.install(guest(1).component(), false).unwrap();
    let liar = Guest { lies: true, ..guest(2) }.component();
    let Err(Error::SmokeFailed { smoke, digest, .. }) = world.install(liar.clone(), false) else { panic!("it is in") };
    assert!(smoke.failures[0].contains("something else"), "{:?}", smoke.failures);
    assert_eq!(world.answer().await, Guest::says(1));
    assert!(world.desk.show(NAME).unwrap().quarantined.contains_key(&digest));
    assert!(matches!(world.install(liar.clone(), false), Err(Error::Quarantined { .. })));
    world.desk.release(NAME, Some(&digest[..12])).unwrap();
    assert!(matches!(world.install(liar, false), Err(Error::SmokeFailed { .. })), "released, it is tried again");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_traps_repeatedly_makes_room_for_the_last_good_one() {
    let Some(world) = world().await else { return };
    world.install(guest(1).component(), false).unwrap();
    let trapping = world.install(Guest { traps: true, ..guest(2) }.component(), false).unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut failed = 0;
    while world.desk.show(NAME).unwrap().quarantined.is_empty() {
        assert!(Instant::now() < deadline, "{failed} failed answers and no quarantine");
        // Each question that meets it fails by itself; none ends the host.
        if world.answer().await != Guest::says(1) {
            failed += 1;
        }
    }
    let report = world.desk.show(NAME).unwrap();
    let quarantined = &report.quarantined[&trapping.version.digest];
    assert!(quarantined.reason.contains("`trap`"), "{}", quarantined.reason);
    assert_eq!(report.current.unwrap().version, "01");
    while world.answer().await != Guest::says(1) {
        assert!(Instant::now() < deadline, "the last good one never comes back");
    }
    assert!(failed >= 5, "only {failed} questions failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_another_version_the_name_falls_silent() {
    let Some(world) = world().await else { return };
    let trapping = world.install(Guest { traps: true, ..guest(1) }.component(), false).unwrap();
    world.desk.quarantine(NAME, &trapping.version.digest, "it trapped").unwrap();
    let report = world.desk.show(NAME).unwrap();
    assert_eq!((report.state(), report.current), ("quarantined", None));
    assert!(!world.live.host().region.catalogue.get(NAME).is_some_and(|record| record.enabled));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_of_stored_exchanges_keeps_a_loss_out() {
    let Some(world) = world().await else { return };
    world.install(guest(1).component(), false).unwrap();
    // Yesterday's exchanges, with the questions they answered, as a project's folder has them.
    let exchanges = tempfile::tempdir().unwrap();
    let stored = guest(1).carried();
    std::fs::create_dir(exchanges.path().join("exchanges")).unwrap();
    std::fs::write(exchanges.path().join("sources.toml"), stored.sources).unwrap();
    std::fs::write(exchanges.path().join("exchanges/cases.toml"), stored.cases).unwrap();
    for (name, text) in stored.exchanges {
        std::fs::write(exchanges.path().join(format!("exchanges/{name}.http")), text).unwrap();
    }
    let through = |guest: Guest| {
        let gate = Some(Gate { exchanges: exchanges.path().to_path_buf() });
        let ask = Ask { consent: false, allow_unsigned: true, gate };
        world.desk.install(Origin::Bytes { bytes: guest.component(), from: "test".to_owned() }, &ask)
    };
    // It has nothing in its own fixtures that would tell, but gives a failure where there was a passage.
    let broken = Guest { traps: true, ..guest(2) };
    let Err(Error::GateClosed { report, .. }) = through(broken) else { panic!("it is in") };
    assert!(report.contains("refused"), "{report}");
    assert_eq!(world.answer().await, Guest::says(1));
    assert_eq!(through(guest(1)).unwrap().outcome, Outcome::Unchanged);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_of_sources_is_installed_for_a_connector_that_is_there() {
    let Some(world) = world().await else { return };
    let package = |name: &str, host: &str| {
        let record =
            format!("[[source]]\nid = \"mine\"\nname = \"Mine\"\nsummary = \"who was here\"\nhosts = [\"{host}\"]\n");
        let slot = "settings = { credential = \"key\" }\n";
        let sources = format!("connector = \"{NAME}\"\n{record}{slot}");
        zero_builder::sources::package(name, &Fixtures { sources, ..Fixtures::default() }).unwrap()
    };
    // Records are no code: nobody needs to vouch for them.
    let install = |name: &str, host: &str| {
        let origin = Origin::Bytes { bytes: package(name, host), from: "test".to_owned() };
        world.desk.install(origin, &Ask::default())
    };
    assert!(matches!(install("own", "swap.example"), Err(Error::NoConnector { .. })));
    world.install(guest(1).component(), false).unwrap();
    let first = install("own", "swap.example").unwrap();
    assert_eq!((first.name.as_str(), first.outcome), ("own", Outcome::Activated));
    assert_eq!(first.version.permissions.source_hosts, ["swap.example"]);
    assert_eq!(first.version.permissions.credentials, ["key"]);
    assert!(world.live.host().region.catalogue.get("mine").unwrap().enabled);

    // A wider one waits, and there is a way back.
    let wider = install("own", "*.swap.example").unwrap();
    assert_eq!(
        (wider.outcome, wider.diff.unwrap().wider_source_hosts),
        (Outcome::Pending, vec!["*.swap.example".to_owned()])
    );
    let hosts = || world.live.host().region.catalogue.get("mine").unwrap().hosts.clone();
    assert_eq!(hosts(), ["swap.example"]);
    world.desk.consent("own").unwrap();
    assert_eq!(hosts(), ["*.swap.example"]);
    world.desk.rollback("own", Some(&first.version.digest[..12])).unwrap();
    assert_eq!(hosts(), ["swap.example"]);

    // A gate that lets everything pass would be believed.
    let gate = Some(Gate { exchanges: world.folder.path().to_path_buf() });
    let gated = Origin::Bytes { bytes: package("own", "swap.example"), from: "test".to_owned() };
    let gated = world.desk.install(gated, &Ask { gate, ..Ask::default() });
    assert!(gated.unwrap_err().to_string().contains("no code that could be held"));

    world.desk.enable("own", false).unwrap();
    assert!(world.live.host().region.catalogue.get("mine").is_none());
    world.desk.enable("own", true).unwrap();
    assert!(matches!(install("other", "swap.example"), Err(Error::SourceTaken { .. })));
    world.desk.remove(NAME).unwrap();
    let orphan = world.live.host().region.catalogue.get("mine").unwrap().enabled;
    assert!(!orphan, "nobody is asked in vain");
    world.desk.remove("own").unwrap();
    assert!(world.live.host().region.catalogue.get("mine").is_none());
}
