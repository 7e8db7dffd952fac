//! The region that is compared: every service it may ask is recorded, and has one name.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use zero_stub::Stub;
use zero_tests::catalogue;

/// What it is called.
pub(crate) const NAME: &str = "everywhere";

/// What all targets have in common: Workers allow six connections, and nothing is sent twice by the clock.
const COMMON: &str = r#"
[region]
name = "everywhere"

[server]
receipts = true

[pipeline]
connections_max = 6
hedge = false
gather_budget_ms = 20000
"#;

/// The region's file with every host led to the stub, and without.
pub(crate) fn texts(stub: &Stub) -> (String, String) {
    let catalogue = catalogue::read().unwrap();
    let on = || catalogue.records().iter().filter(|record| record.enabled);
    let is_open = |host: &String| host.contains('*');
    let denied: Vec<String> =
        on().filter(|it| it.hosts.iter().any(is_open)).map(|it| format!("id:{}", it.source.id)).collect();
    let mut carried = COMMON.replace("[server]", &format!("[region.sources]\ndenied = {denied:?}\n\n[server]"));
    // Services that want to be asked slowly are not here, and every question is asked a dozen times.
    for record in on().filter(|it| it.requests_per_second.is_some()) {
        let _ = writeln!(carried, "\n[sources.override.{}]\nrequests_per_second = 1000.0", record.source.id);
    }
    let hosts: BTreeSet<&String> = on().flat_map(|it| &it.hosts).filter(|host| !is_open(host)).collect();
    let mut dialled = format!("{carried}\n[egress.overrides]\n");
    for host in hosts {
        let _ = writeln!(dialled, "{host:?} = {:?}", stub.base());
    }
    (dialled, carried)
}
