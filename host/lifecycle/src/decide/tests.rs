//! A story per test: what operators do, line by line, and what is in force afterwards.

use super::*;
use crate::{Kind, Smoke};

/// A version whose digest is `letter` repeated, asking for these hosts.
fn version(letter: char, hosts: &str) -> Version {
    Version {
        digest: letter.to_string().repeat(64),
        kind: Kind::Component,
        version: "1.0.0".to_owned(),
        summary: String::new(),
        signer: Signer::Key("team".to_owned()),
        from: "file:x.wasm".to_owned(),
        installed_at_ms: 0,
        bytes: 1,
        permissions: Permissions { hosts: hosts.split(' ').map(str::to_owned).collect(), ..Permissions::default() },
        consented_at_ms: None,
        activated_at_ms: None,
        sources: Vec::new(),
        smoke: Smoke::default(),
    }
}

/// One name, over a bundle that has version `z` for `a.org`, or nothing.
struct Story {
    entry: Option<Entry>,
    base: Option<Version>,
    now_ms: i64,
}

impl Story {
    fn new(in_bundle: bool) -> Self {
        let base = Version { signer: Signer::Bundle, ..version('z', "a.org") };
        Self { entry: None, base: in_bundle.then_some(base), now_ms: 0 }
    }

    fn known(&self) -> Known<'_> {
        Known { name: "demo", entry: self.entry.as_ref(), base: self.base.as_ref() }
    }

    /// `install b a.org`, `install! b a.org` (with consent), `unsigned b a.org`, `broken b a.org`, `consent`, `disable` ...
    fn does(&mut self, line: &str) -> Result<String, Error> {
        self.now_ms += 1;
        let now_ms = self.now_ms;
        let words: Vec<&str> = line.split(' ').collect();
        let candidate = |at: usize| {
            let hosts = words[at + 1..].join(" ");
            Version { installed_at_ms: now_ms, ..version(words[at].chars().next().unwrap(), &hosts) }
        };
        let long = |text: &str| text.repeat(64);
        let how = How { now_ms, ..How::default() };
        let entry = match words[0] {
            "install" | "install!" => {
                let decided = install(self.known(), candidate(1), How { consent: words[0] == "install!", ..how })?;
                self.entry = Some(decided.entry);
                return Ok(format!("{:?}", decided.outcome).to_lowercase());
            }
            "unsigned" | "unsigned!" => {
                let candidate = Version { signer: Signer::Nobody, ..candidate(1) };
                install(self.known(), candidate, How { allow_unsigned: words[0] == "unsigned!", ..how })?.entry
            }
            "broken" => {
                let smoke = Smoke { checks: 3, failures: vec!["case 1: no passage".to_owned()] };
                install(self.known(), Version { smoke, ..candidate(1) }, how)?.entry
            }
            "sources" => install(self.known(), Version { kind: Kind::Sources, ..candidate(1) }, how)?.entry,
            "consent" => consent(self.known(), now_ms)?,
            "enable" | "disable" => enable(self.known(), words[0] == "enable")?,
            "pin" | "unpin" => pin(self.known(), words[0] == "pin")?,
            "rollback" => rollback(self.known(), words.get(1).copied(), now_ms)?,
            "traps" => quarantine(self.known(), &long(words[1]), "it trapped", now_ms),
            "release" => release(self.known(), words.get(1).map(|it| long(it)).as_deref())?,
            "remove" => {
                remove(self.known())?;
                self.entry = None;
                return Ok("done".to_owned());
            }
            other => panic!("{other}"),
        };
        self.entry = Some(entry);
        Ok("done".to_owned())
    }

    /// `b`, `z (bundle)` or `nothing`; `+c` waits.
    fn in_force(&self) -> String {
        let letter = |version: &Version| version.digest[..1].to_owned();
        let mut text = match self.known().chosen() {
            Chosen::Base(version) => format!("{} (bundle)", letter(version)),
            Chosen::Installed(version) => letter(version),
            Chosen::Nothing => "nothing".to_owned(),
        };
        if let Some(pending) = self.entry.as_ref().and_then(|entry| entry.pending.as_ref()) {
            text.push_str(&format!(" +{}", &pending[..1]));
        }
        text
    }
}

/// Each line: what is done `=>` what became of it (or the name of the refusal) `=>` what is in force then.
fn check(in_bundle: bool, story: &str) {
    let mut world = Story::new(in_bundle);
    for line in story.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let parts: Vec<&str> = line.split("=>").map(str::trim).collect();
        let [action, outcome, in_force] = parts[..] else { panic!("{line}") };
        let found = world.does(action).unwrap_or_else(|error| error.name().to_owned());
        assert_eq!((found.as_str(), world.in_force().as_str()), (outcome, in_force), "{line}");
    }
}

#[test]
fn the_first_one_is_in_force_and_wider_ones_wait() {
    check(
        false,
        "
        disable                  => unknown-connector => nothing
        install b a.org          => activated => b
        install b a.org          => unchanged => b
        install c a.org          => activated => c
        install d a.org b.org    => pending   => c +d
        consent                  => done      => d
        consent                  => nothing-pending => d
        install e *              => pending   => d +e
        install f a.org          => activated => f
        install! g *             => activated => g
        install d a.org b.org    => activated => d
    ",
    );
}

#[test]
fn what_the_bundle_asks_for_is_agreed_to() {
    check(
        true,
        "
        install b a.org          => activated => b
        remove                   => done      => z (bundle)
        remove                   => of-the-bundle => z (bundle)
        install c *.org          => pending   => z (bundle) +c
        consent                  => done      => c
        rollback bundle          => done      => z (bundle)
        install c *.org          => activated => c
        disable                  => done      => nothing
        install d *.org          => activated => nothing
        enable                   => done      => d
    ",
    );
}

#[test]
fn a_pinned_one_refuses_upgrades() {
    check(
        true,
        "
        pin                      => done      => z (bundle)
        install b a.org          => pinned    => z (bundle)
        unpin                    => done      => z (bundle)
        install b a.org          => activated => b
        install c *              => pending   => b +c
        pin                      => done      => b +c
        install b a.org          => unchanged => b +c
        install d a.org          => pinned    => b +c
        consent                  => pinned    => b +c
        rollback                 => done      => z (bundle)
    ",
    );
}

#[test]
fn back_to_any_earlier_one() {
    check(
        false,
        "
        rollback                 => unknown-connector => nothing
        install b a.org          => activated => b
        rollback                 => nothing-earlier => b
        install c a.org          => activated => c
        install d a.org          => activated => d
        rollback                 => done      => c
        rollback                 => done      => d
        rollback bbbbbb          => done      => b
        rollback bbbb            => unknown-version => b
        rollback eeeeee          => unknown-version => b
        rollback bundle          => nothing-earlier => b
        install e *              => pending   => b +e
        rollback eeeeee          => not-consented => b +e
        traps c                  => done      => b +e
        rollback cccccc          => quarantined => b +e
        rollback                 => done      => d
    ",
    );
}

#[test]
fn whatever_misbehaves_makes_room_for_the_last_good_one() {
    check(
        true,
        "
        install b a.org          => activated => b
        install c a.org          => activated => c
        traps c                  => done      => b
        install c a.org          => quarantined => b
        traps b                  => done      => z (bundle)
        traps z                  => done      => nothing
        release z                => done      => z (bundle)
        release z                => nothing-quarantined => z (bundle)
        install c a.org          => quarantined => z (bundle)
        release                  => done      => z (bundle)
        install c a.org          => activated => c
        install d *              => pending   => c +d
        traps d                  => done      => c
        consent                  => nothing-pending => c
    ",
    );
    check(
        false,
        "
        install b a.org          => activated => b
        traps b                  => done      => nothing
        install c a.org          => activated => c
        traps b                  => done      => c
    ",
    );
}

#[test]
fn what_nobody_signed_or_fails_its_own_fixtures_stays_out() {
    check(
        true,
        "
        unsigned b a.org         => unsigned  => z (bundle)
        unsigned! b a.org        => done      => b
        broken c a.org           => smoke-failed => b
        sources d a.org          => other-kind => b
    ",
    );
}

#[test]
fn history_is_bounded_and_keeps_what_matters() {
    let mut world = Story::new(false);
    world.does("install A a.org").unwrap();
    world.does("install! B *").unwrap();
    world.does("rollback").unwrap();
    // Far more than are kept, none of them agreed to.
    for letter in 'a'..='z' {
        world.does(&format!("install {letter} b.org")).unwrap();
    }
    let entry = world.entry.as_ref().unwrap();
    assert_eq!(entry.versions.len(), HISTORY_MAX);
    assert_eq!(world.in_force(), "A +z");
    for number in 0..2 * QUARANTINED_MAX {
        let digest = format!("{number:064x}");
        world.entry = Some(quarantine(world.known(), &digest, "it trapped", i64::try_from(number).unwrap()));
    }
    let quarantined = &world.entry.as_ref().unwrap().quarantined;
    assert_eq!(quarantined.len(), QUARANTINED_MAX);
    assert!(quarantined.contains_key(&format!("{:064x}", 2 * QUARANTINED_MAX - 1)), "the newest are kept");
}

#[test]
fn refusals_are_read_by_people() {
    let mut world = Story::new(true);
    world.does("install b a.org").unwrap();
    let mut refused = |line: &str| world.does(line).unwrap_err().to_string();
    expect_test::expect![[r"
        version `cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc` of `demo` fails its own fixtures and stays out:
        - case 1: no passage"]]
    .assert_eq(&refused("broken c a.org"));
    expect_test::expect![[r"
        `file:x.wasm` is not signed

        hint: install it with its signature beside it, or say `--allow-unsigned` (`[connectors] allow_unsigned`) on a machine for development"]]
    .assert_eq(&refused("unsigned c a.org"));
    world.does("install c b.org").unwrap();
    let mut refused = |line: &str| world.does(line).unwrap_err().to_string();
    expect_test::expect![[r"
        version `cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc` of `demo` was never agreed to:
        + (!) host b.org
        - host a.org

        hint: `zero connectors consent demo` agrees"]]
    .assert_eq(&refused("rollback cccccc"));
}
