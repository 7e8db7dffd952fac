//! Two subjects as one, which must never differ.

use zero_connector_sdk::testing::{Called, Ended, EndedBy, Subject};
use zero_connector_sdk::{Descriptor, Intent, Outcome, Plan, Question, Source, Step};

/// The native one, and the same connector elsewhere.
pub(crate) struct Beside<'a> {
    pub(crate) native: &'a dyn Subject,
    pub(crate) other: &'a dyn Subject,
}

impl Subject for Beside<'_> {
    fn describe(&self) -> Descriptor {
        self.other.describe()
    }

    fn plan(&self, source: &Source, question: &Question, intent: &Intent) -> Called<Plan> {
        equal(self.native.plan(source, question, intent), self.other.plan(source, question, intent))
    }

    fn resume(&self, source: &Source, state: &[u8], outcomes: &[Outcome]) -> Called<Step> {
        equal(self.native.resume(source, state, outcomes), self.other.resume(source, state, outcomes))
    }
}

fn equal<T: PartialEq>(native: Called<T>, other: Called<T>) -> Called<T> {
    if native.result == other.result || other.result.is_err() {
        return other;
    }
    let detail = "its result differs from the native one".to_owned();
    Called { result: Err(Ended { by: EndedBy::Contract, detail }), ..other }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zero_connector_sdk::testing::Figures;

    #[test]
    fn a_difference_is_a_broken_contract() {
        let called = |value: u32| Called { result: Ok(Ok(value)), figures: Figures::default() };
        assert_eq!(equal(called(1), called(1)), called(1));
        let Err(ended) = equal(called(1), called(2)).result else { panic!("a difference passed") };
        assert_eq!(ended.by, EndedBy::Contract);
    }
}
