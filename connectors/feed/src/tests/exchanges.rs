use super::{cases, catalogue, recorded};
use crate::Feed;
use zero_connector_sdk::Value;

#[test]
fn recorded_exchanges_give_what_the_table_says() {
    let mut wrong = Vec::new();
    for asked in cases().asked(&catalogue().source, &recorded()) {
        wrong.extend(asked.misses::<Feed>(0.3));
        for claim in asked.trace::<Feed>().findings().map(|findings| findings.claims.as_slice()).unwrap_or_default() {
            let claimed = matches!(claim.value, Value::DateTime(_) | Value::Date(_) | Value::Person(_));
            assert!(claimed, "{claim:?} is never claimed of a feed");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
