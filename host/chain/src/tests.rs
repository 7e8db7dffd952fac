use super::*;
use proptest::prelude::*;
use zero_types::prelude::*;

fn source() -> Source {
    Source {
        id: "a".into(),
        name: "Ä".into(),
        languages: vec!["en".into()],
        topics: Vec::new(),
        settings: "{\"a\":1}".into(),
    }
}

fn question() -> Question {
    let place = Place { name: "Rome".into(), country: Some("IT".into()), latitude: Some(41.9), longitude: None };
    Question {
        text: "why?".into(),
        language: None,
        place: Some(place),
        time_zone: "Europe/Rome".into(),
        now_ms: -5,
        units: UnitSystem::Us,
    }
}

fn intent() -> Intent {
    let value = Value::QuantityRange(QuantityRange {
        low: Quantity { number: "1".into(), unit: "km".into() },
        high: Quantity { number: "2.5".into(), unit: "km".into() },
    });
    Intent {
        language: "en".into(),
        kind: Kind::ChitChat,
        topics: vec![Topic { name: "travel".into(), weight: 0.5 }],
        entities: vec![Entity { span: Span { start: 1, end: 2 }, text: "1 to 2.5 km".into(), value }],
        keywords: vec!["why".into()],
        subject: Some("x".into()),
        properties: vec!["capital".into()],
        expects: AnswerType::Url,
        certainty: 0.25,
    }
}

fn calls() -> Vec<Call> {
    let response = Response {
        status: 200,
        headers: vec![Header { name: "etag".into(), value: "1".into() }],
        body: vec![0, 255, 7],
    };
    let failed = FetchFailure { kind: FetchFailureKind::Suspended, detail: "later".into() };
    vec![
        Call::Plan(source(), question(), intent()),
        Call::Resume(source(), vec![1, 2], vec![Outcome::Response(response), Outcome::Failed(failed)]),
    ]
}

fn replies() -> Vec<Reply> {
    let request = Request {
        method: Method::Post,
        url: "https://a.example/".into(),
        headers: Vec::new(),
        body: Some(vec![9]),
        credential: Some("token".into()),
        cache_seconds: Some(60),
        endpoint: None,
    };
    let claim = Claim {
        passage: 0,
        span: Span { start: 0, end: 1 },
        subject: "a".into(),
        property: "b".into(),
        value: Value::Boolean(true),
        time: None,
        negated: true,
    };
    let passage = Passage {
        title: "t".into(),
        url: None,
        text: "x".into(),
        language: Some("en".into()),
        published: None,
        score: 1.0,
    };
    let done = Step::Done(Findings { passages: vec![passage], claims: vec![claim] });
    let fetch = Step::Fetch(Fetch { requests: vec![request], state: vec![3; 40] });
    vec![
        Ok(Answered::Plan(Plan { bid: 0.75, step: fetch })),
        Ok(Answered::Step(done)),
        Err(Failure { kind: FailureKind::Internal, detail: "no".into(), retry_after_seconds: Some(9) }),
    ]
}

/// It comes back, and no beginning of it is taken for the whole.
fn check<T: Pack + PartialEq + core::fmt::Debug>(value: &T) {
    let bytes = encode(value);
    assert_eq!(decode::<T>(&bytes).as_ref(), Some(value));
    for length in 0..bytes.len() {
        assert_eq!(decode::<T>(&bytes[..length]), None, "the first {length} of {}", bytes.len());
    }
    assert_eq!(decode::<T>(&[bytes.as_slice(), &[0]].concat()), None, "with a byte too many");
    assert_eq!(decode::<T>(&[&[VERSION + 1], &bytes[1..]].concat()), None, "of another version");
}

#[test]
fn calls_and_replies_come_back() {
    calls().iter().for_each(check);
    replies().iter().for_each(check);
    check(&Carried { chained: vec!["a".into(), "b".into()], store: true, receipts: false, edge: vec![1, 2, 3] });
}

#[test]
fn a_list_that_claims_more_than_there_is_reserves_nothing() {
    let claims = [&[VERSION][..], &u32::MAX.to_le_bytes(), &[0; 64]].concat();
    assert_eq!(decode::<Vec<String>>(&claims), None);
    assert_eq!(decode::<Vec<u8>>(&claims), None);
}

proptest! {
    #[test]
    fn foreign_bytes_are_a_value_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..300), tag in 0_u8..2) {
        let framed = [&[VERSION, tag][..], &bytes].concat();
        if let Some(call) = decode::<Call>(&framed) {
            prop_assert_eq!(encode(&call).len(), framed.len());
        }
        if let Some(reply) = decode::<Reply>(&framed) {
            prop_assert_eq!(encode(&reply).len(), framed.len());
        }
    }
}
