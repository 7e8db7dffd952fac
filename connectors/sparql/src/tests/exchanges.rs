use super::{catalogue, folder};
use crate::Sparql;
use zero_connector_sdk::testing::{Cases, Exchange, Reads, Siege};

#[test]
fn recorded_exchanges_give_what_the_table_says_and_withstand() {
    let cases: Cases = toml::from_str(include_str!("../../exchanges/cases.toml")).unwrap();
    let siege = Siege { reads: Reads::JsonObject, cut_parts: 40, oversized_bytes: 4 << 20 };
    let mut wrong = Vec::new();
    for asked in cases.asked(&catalogue().source, &Exchange::read_folder(folder("exchanges")).unwrap()) {
        wrong.extend(asked.misses::<Sparql>(0.3));
        wrong.extend(asked.withstand::<Sparql>(siege));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
