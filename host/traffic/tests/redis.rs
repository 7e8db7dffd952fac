//! Limits that two hosts share through a real Redis, which goes away and comes back.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends by panicking"
)]

use std::io::Write as _;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use zero_traffic::{Buckets, Charge, Key, Policy, Rate, Shared, Traffic};
use zero_types::functions::{Principal, PrincipalKind};

/// Far longer than a start takes on a busy machine.
const SOON: Duration = Duration::from_secs(20);

/// A server on a port of its own, and the folder it runs in.
struct Server {
    port: u16,
    folder: TempDir,
    password: Option<&'static str>,
    running: Option<Child>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Server {
    /// None, loudly, where the program is not installed.
    fn start(password: Option<&'static str>) -> Option<Self> {
        let there = Command::new("redis-server").arg("--version").stdout(Stdio::null()).status();
        if !there.is_ok_and(|status| status.success()) {
            let hint = "`cargo xtask test` installs it where it may; as root: apt-get install redis-server";
            let _ = writeln!(std::io::stderr(), "SKIPPED: no `redis-server`; {hint}");
            return None;
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Self { port, folder: TempDir::new().unwrap(), password, running: None };
        server.run();
        Some(server)
    }

    fn run(&mut self) {
        let mut command = Command::new("redis-server");
        command.args(["--port", &self.port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        self.password.iter().for_each(|password| _ = command.args(["--requirepass", password]));
        let command = command.current_dir(self.folder.path()).stdin(Stdio::null()).stdout(Stdio::null());
        self.running = Some(command.spawn().unwrap());
    }

    fn kill(&mut self) {
        if let Some(mut running) = self.running.take() {
            running.kill().unwrap();
            running.wait().unwrap();
        }
    }

    fn settings(&self) -> zero_config::Redis {
        zero_config::Redis {
            url: format!("redis://127.0.0.1:{}", self.port),
            password_env: self.password.map(|_| "REDIS_PASSWORD".to_owned()),
            prefix: "test:".to_owned(),
            // Generous: what is tested is what happens, not how fast this machine is.
            time_max: Duration::from_millis(500),
        }
    }

    /// A host that lets each key ask six questions at once, and then one in ten seconds.
    fn host(&self) -> Traffic {
        let settings = zero_config::Traffic {
            key_per_minute: 6,
            burst_seconds: 60,
            redis: Some(self.settings()),
            ..zero_config::Traffic::default()
        };
        let traffic = Traffic::new(settings, 16, |_| self.password.map(str::to_owned)).unwrap();
        traffic.watch(Duration::default);
        traffic
    }

    async fn keys(&self) -> Vec<(String, i64)> {
        let client = redis::Client::open(self.settings().url).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let names: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut connection).await.unwrap();
        let mut keys = Vec::new();
        for name in names {
            let left: i64 = redis::cmd("PTTL").arg(&name).query_async(&mut connection).await.unwrap();
            keys.push((name, left));
        }
        keys
    }
}

fn key(id: &str) -> Principal {
    let roles = vec!["asker".to_owned()];
    Principal {
        id: id.to_owned(),
        kind: PrincipalKind::Service,
        tenant: "acme".to_owned(),
        roles,
        scopes: None,
        session: None,
        limit_per_minute: None,
    }
}

async fn ask(host: &Traffic, id: &str) -> bool {
    host.check(&key(id), None, 1, Duration::ZERO).await.allowed()
}

/// How many of `questions`, asked of the hosts in turn, are let through.
async fn allowed(hosts: &[&Traffic], id: &str, questions: usize) -> usize {
    let mut allowed = 0;
    for at in 0..questions {
        allowed += usize::from(ask(hosts[at % hosts.len()], id).await);
    }
    allowed
}

async fn until_shared(hosts: &[&Traffic], shared: bool) {
    let asking = async {
        for host in hosts {
            while host.is_shared() != Some(shared) {
                // Somebody else's question, each time: it is let through whatever Redis does.
                assert!(ask(host, &format!("{:?}", std::time::Instant::now())).await);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    };
    tokio::time::timeout(SOON, asking).await.expect("Redis is (not) there");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hosts_share_a_limit_and_go_on_alone_while_redis_is_away() {
    let Some(mut server) = Server::start(None) else { return };
    let (one, two) = (server.host(), server.host());
    let both = [&one, &two];
    until_shared(&both, true).await;
    assert_eq!(allowed(&both, "shared", 20).await, 6, "a burst for both together");
    let keys = server.keys().await;
    assert!(keys.iter().all(|(name, left)| name.starts_with("test:") && (1..=60_000).contains(left)), "{keys:?}");

    server.kill();
    // The first to ask finds out; each host then counts for itself, and nobody is turned away for it.
    assert_eq!(allowed(&both, "alone", 20).await, 12, "a burst for each");
    assert_eq!((one.is_shared(), two.is_shared()), (Some(false), Some(false)));

    server.run();
    until_shared(&both, true).await;
    assert_eq!(allowed(&both, "again", 20).await, 6, "shared again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_asked_for_and_given() {
    let Some(server) = Server::start(Some("let me in")) else { return };
    let host = server.host();
    until_shared(&[&host], true).await;
    let without = Shared::new(&server.settings(), None).unwrap();
    without.begin();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!without.is_there());
}

/// The script and the arithmetic of this process come to the same, as long as no interval passes.
#[tokio::test(flavor = "multi_thread")]
async fn the_script_counts_as_the_process_does() {
    let Some(server) = Server::start(None) else { return };
    let (shared, buckets) = (Shared::new(&server.settings(), None).unwrap(), Buckets::new(1000));
    shared.begin();
    tokio::time::timeout(SOON, async {
        while !shared.is_there() {
            tokio::time::sleep(Duration::from_millis(20)).await;
            shared.begin();
        }
    })
    .await
    .unwrap();
    for case in 0..200_u32 {
        let charge = |policy, at: u32| {
            let rate = Rate { per_minute: 1 + (case + at) % 2, burst: 1 + (case * 7 + at) % 5 };
            Charge { policy, key: Key::of(policy, &[&(case / 20).to_string()]), rate }
        };
        let charges = [charge(Policy::Key, 0), charge(Policy::Tenant, 3)];
        let cost = [1, 1, 2, 0, 9][case as usize % 5];
        let here = buckets.charge(&charges, cost, Duration::ZERO);
        let there = shared.charge(&charges, cost).await.unwrap();
        for (here, there) in here.iter().zip(&there) {
            assert_eq!((here.allowed, here.wait_us > 0), (there.allowed, there.wait_us > 0), "case {case}");
            // The server's clock goes on: by less than a single interval, which is half a minute at least.
            assert!(here.debt_us.abs_diff(there.debt_us) < 20_000_000, "case {case}: {here:?} {there:?}");
        }
    }
}
