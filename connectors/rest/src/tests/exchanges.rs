use super::{recorded, records};
use crate::Rest;
use zero_connector_sdk::testing::Cases;

#[test]
fn recorded_exchanges_give_what_the_table_says() {
    let cases: Cases = toml::from_str(include_str!("../../exchanges/cases.toml")).unwrap();
    let asked = cases.asked(&records(), &recorded());
    let wrong: Vec<String> = asked.iter().flat_map(|asked| asked.misses::<Rest>(0.3)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
