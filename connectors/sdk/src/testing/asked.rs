//! Cases put to a connector without a host: what every connector's own tests do with its recorded exchanges.

use super::conform::{Bounds, misses_of_trace};
use super::walk::{Trace, replay, trace};
use super::{Case, Cases, Exchange, Native, Record, Siege, withstand};
use crate::{Connector, Intent, Question, Source};

/// A case with all it takes to ask it.
#[derive(Debug, Clone)]
pub struct Asked<'c> {
    /// What is asked, and what it must give.
    pub case: &'c Case,
    /// Who is asked.
    pub source: Source,
    /// As the case says it.
    pub question: Question,
    /// Nothing is read from the question: only the language is known, and what entities the case names.
    pub intent: Intent,
    /// What may answer: the exchanges that the case names, or else those of its source.
    pub exchanges: Vec<Exchange>,
}

impl Cases {
    /// Every case with the source it is put to.
    ///
    /// # Panics
    /// When a source has no record, or when no case asks for an exchange's source.
    #[must_use]
    pub fn asked<'c>(&'c self, records: &[Record], exchanges: &[(String, Exchange)]) -> Vec<Asked<'c>> {
        for (name, _) in exchanges {
            let asked = self.case.iter().any(|case| Exchange::is_of(name, &case.source));
            assert!(asked, "no case asks for the exchange `{name}`");
        }
        let asked = |case: &'c Case| {
            let asked = Asked::of(case, records, exchanges);
            assert!(asked.is_some(), "a case asks `{}`, which has no record", case.source);
            asked
        };
        self.case.iter().filter_map(asked).collect()
    }
}

impl<'c> Asked<'c> {
    fn of(case: &'c Case, records: &[Record], exchanges: &[(String, Exchange)]) -> Option<Self> {
        let record = records.iter().find(|record| record.id == case.source)?;
        let (mut question, mut intent) = record.plain(&case.question);
        question.language.clone_from(&case.language);
        question.place = case.at.as_ref().map(super::PlaceText::place);
        if let Some(zone) = &case.time_zone {
            question.time_zone.clone_from(zone);
        }
        if let Some(language) = &case.language {
            intent.language.clone_from(language);
        }
        intent.entities = case.entities();
        let exchanges = match case.exchanges {
            Some(_) => case.recordings(exchanges).into_iter().map(|(_, exchange)| exchange.clone()).collect(),
            None => Exchange::of_source(exchanges, &case.source),
        };
        Some(Self { case, source: record.source(), question, intent, exchanges })
    }

    /// The walk of a connector through the exchanges.
    #[must_use]
    pub fn trace<C: Connector>(&self) -> Trace {
        let world = |request: &_| replay(&self.exchanges, request);
        trace(&Native::<C>::new(), &self.source, &self.question, &self.intent, world).0
    }

    /// What the walk gives otherwise than the case says, or than any connector may: a bid below `bid_min` as well.
    #[must_use]
    pub fn misses<C: Connector>(&self, bid_min: f32) -> Vec<String> {
        let trace = self.trace::<C>();
        let mut misses: Vec<String> = Vec::new();
        if !(bid_min..=1.0).contains(&trace.bid) {
            misses.push(format!("bids {}", trace.bid));
        }
        if self.case.passages.is_none() && self.case.failure.is_none() {
            misses.push("the case does not say how many passages it must give".to_owned());
        }
        if self.case.now.is_some() {
            misses.push("the case says `now`, which only a host's test can put".to_owned());
        }
        let of_walk = [self.case.misses(&trace), misses_of_trace(&trace, &Bounds::default())];
        misses.extend(of_walk.into_iter().flatten().map(|miss| miss.what));
        misses.into_iter().map(|miss| format!("`{}`, `{}`: {miss}", self.case.source, self.case.question)).collect()
    }

    /// What goes wrong under siege; see [`withstand`].
    #[must_use]
    pub fn withstand<C: Connector>(&self, siege: Siege) -> Vec<String> {
        let misses = withstand::<C>(&self.source, &self.question, &self.intent, &self.exchanges, siege);
        misses.into_iter().map(|miss| format!("`{}`, {miss}", self.case.source)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Catalogue;
    use crate::{Descriptor, Failure, Findings, Outcome, Passage, Plan, Request, Step, success};

    /// Says what it is told.
    struct Parrot;

    impl Connector for Parrot {
        fn describe() -> Descriptor {
            panic!("no test asks for it")
        }

        fn plan(_: &Source, question: &Question, intent: &Intent) -> Result<Plan, Failure> {
            let url = format!("https://a.example/{}/{}", intent.language, question.text);
            Ok(Plan::fetch(0.4, vec![Request::get(url)], Vec::new()))
        }

        fn resume(_: &Source, _: &[u8], outcomes: &[Outcome]) -> Result<Step, Failure> {
            let said = String::from_utf8_lossy(&success(&outcomes[0])?.body).into_owned();
            Ok(Step::Done(Findings { passages: vec![Passage::computed("Parrot", said)], claims: Vec::new() }))
        }
    }

    fn check(case: Case, bid_min: f32, said: &[&str]) {
        let catalogue = r#"{"connector": "parrot", "source": [{"id": "a", "name": "A", "languages": ["de"], "topics": [],
            "kinds": [], "hosts": ["a.example"], "must": [], "must_not": []}]}"#;
        let catalogue: Catalogue = serde_json::from_str(catalogue).unwrap();
        let exchange =
            |body: &str| Exchange::parse(&format!("GET https://a.example/de/*\n\nHTTP/1.1 200\n\n{body}")).unwrap();
        let exchanges = [("a-1".to_owned(), exchange("hello")), ("a-2".to_owned(), exchange("again"))];
        let cases = Cases { case: vec![Case { source: "a".to_owned(), question: "hello".to_owned(), ..case }] };
        let asked = cases.asked(&catalogue.source, &exchanges);
        let misses = asked[0].misses::<Parrot>(bid_min);
        assert_eq!(misses.len(), said.len(), "{misses:?}");
        assert!(misses.iter().zip(said).all(|(miss, said)| miss.contains(said)), "{misses:?}");
    }

    #[test]
    fn a_case_is_answered_from_the_exchanges_of_its_source() {
        let text = |text: &str| Case { passages: Some(1), text: Some(text.to_owned()), ..Case::default() };
        check(text("hello"), 0.3, &[]);
        check(text("again"), 0.3, &["`again`"]);
        check(Case { exchanges: Some(vec!["a-2".to_owned()]), ..text("again") }, 0.3, &[]);
        check(Case { language: Some("en".to_owned()), ..text("hello") }, 0.3, &["unreachable"]);
        check(text("hello"), 0.5, &["bids 0.4"]);
        check(Case::default(), 0.3, &["how many passages"]);
        check(Case { now: Some("2027-03-01T09:30:00Z".to_owned()), ..text("hello") }, 0.3, &["`now`"]);
    }

    #[test]
    #[should_panic(expected = "no case asks for the exchange `b-1`")]
    fn an_exchange_that_nothing_asks_for_is_told() {
        let exchange = Exchange::parse("GET https://a.example/\n\nHTTP/1.1 200\n\n").unwrap();
        let _ = Cases::default().asked(&[], &[("b-1".to_owned(), exchange)]);
    }
}
