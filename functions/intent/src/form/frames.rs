//! The frames, in the order they are tried: the more a frame demands, the earlier it stands.

use super::tables::{AGENTS, EVENTS, HAPPENINGS, MEASURES, MOUNTAINS, OF_ORGANISATIONS, OF_PEOPLE};
use super::{About, Form, Reader, Stretch, push};
use crate::tables::{PROPERTIES, STOPWORDS};
use zero_types::prelude::AnswerType;

type Frame = fn(&Reader<'_>, Stretch) -> Option<Form>;

pub(super) const FRAMES: [Frame; 12] = [
    how_many,
    how_much,
    how_measure,
    event,
    happening,
    agent,
    meaning,
    property_of,
    possessive,
    located,
    identity,
    bare,
];

const BE: [&str; 8] = ["is", "are", "was", "were", "be", "'s", "has", "will"];
const OF: [&str; 13] = ["of", "in", "for", "von", "de", "du", "del", "di", "da", "do", "des", "der", "della"];

fn form(name: &'static str, subject: Stretch, property: &str, expects: AnswerType) -> Form {
    let about = about(std::slice::from_ref(&property));
    Form { name, subject: Some(subject), properties: vec![property.to_owned()], expects: Some(expects), about }
}

fn about(properties: &[&str]) -> About {
    if properties.iter().any(|name| OF_PEOPLE.contains(name)) {
        About::Person
    } else if properties.iter().any(|name| OF_ORGANISATIONS.contains(name)) {
        About::Organisation
    } else {
        About::Thing
    }
}

/// "how many people live in S", "how many moons does S have", "how many states are there in S".
fn how_many(reader: &Reader<'_>, body: Stretch) -> Option<Form> {
    if !(reader.is_any(body.start, &["how"]) && reader.is_any(body.start + 1, &["many"])) {
        return None;
    }
    let noun = body.start + 2;
    if crate::tables::UNITS.longest(reader.scene.from(noun)).is_some() {
        return None;
    }
    let rest = Stretch { start: noun + 1, end: body.end };
    let people = reader.is_any(noun, &["people", "inhabitants", "residents", "citizens"]);
    let verb =
        reader.find(rest, &["does", "do", "did", "has", "have", "are", "is", "live", "lives", "were", "in", "of"])?;
    let last_have = reader.is_any(body.end - 1, &["have", "has", "had", "win", "won", "write", "score"]);
    let counted = reader
        .scene
        .question
        .text
        .get(reader.scene.at(noun)?.start..reader.scene.before(verb.max(noun + 1))?.end())?
        .to_lowercase();
    let start = (verb..body.end).find(|index| {
        !reader.is_any(
            *index,
            &["does", "do", "did", "are", "is", "live", "lives", "there", "were", "in", "of", "on", "has", "have"],
        )
    })?;
    let subject = Stretch { start, end: if last_have { body.end - 1 } else { body.end } };
    let name = if people && reader.mentions(rest, &["live", "lives", "in", "there"]) {
        "population".to_owned()
    } else {
        format!("number of {counted}")
    };
    Some(form("<attribute-form>", subject, &name, AnswerType::Number))
}

/// "how much does S cost", "how much is S".
fn how_much(reader: &Reader<'_>, body: Stretch) -> Option<Form> {
    if !(reader.is_any(body.start, &["how"]) && reader.is_any(body.start + 1, &["much"])) {
        return None;
    }
    let verb = body.start + 2;
    let last = body.end - 1;
    if reader.is_any(verb, &["does", "do", "did"]) {
        let subject = Stretch { start: verb + 1, end: last };
        return match () {
            () if reader.is_any(last, &["cost", "costs"]) => {
                Some(form("<attribute-form>", subject, "price", AnswerType::Money))
            }
            () if reader.is_any(last, &["weigh"]) => {
                Some(form("<attribute-form>", subject, "mass", AnswerType::Quantity))
            }
            () if reader.is_any(last, &["earn", "make"]) => {
                Some(form("<attribute-form>", subject, "salary", AnswerType::Money))
            }
            () => None,
        };
    }
    let plain = reader.is_any(verb, &["is", "are"])
        && !reader.entities.iter().any(|entity| {
            matches!(
                entity.value,
                zero_types::prelude::Value::Number(_)
                    | zero_types::prelude::Value::Money(_)
                    | zero_types::prelude::Value::Quantity(_)
                    | zero_types::prelude::Value::Percentage(_)
            )
        });
    plain.then(|| form("<attribute-form>", Stretch { start: verb + 1, end: body.end }, "price", AnswerType::Money))
}

/// "how tall is S", "how long does S last".
fn how_measure(reader: &Reader<'_>, body: Stretch) -> Option<Form> {
    let adjective = &*reader.scene.at(body.start + 1)?.lower;
    let (_, property, expects) =
        MEASURES.iter().find(|(word, _, _)| *word == adjective && reader.is_any(body.start, &["how"]))?;
    let verb = body.start + 2;
    let subject = Stretch { start: verb + 1, end: body.end };
    if adjective == "long" {
        let lasting = reader.is_any(verb, &["does", "do", "did"])
            || reader.mentions(subject, &["last", "take", "movie", "film", "flight", "war"]);
        if lasting {
            let end = if reader.is_any(body.end - 1, &["last", "take"]) { body.end - 1 } else { body.end };
            let known = end < body.end || !reader.is_any(verb, &["does", "do", "did"]);
            return known
                .then(|| form("<attribute-form>", Stretch { start: verb + 1, end }, "duration", AnswerType::Duration));
        }
    }
    if !reader.is_any(verb, &BE) || reader.is_any(verb + 1, &["it", "you", "that", "this"]) {
        return None;
    }
    let mountain = matches!(*property, "height") && reader.mentions(subject, &MOUNTAINS);
    let property = if mountain { "elevation" } else { property };
    let mut form = form("<attribute-form>", subject, property, *expects);
    if let ("distance", Some(joint)) = (property, reader.find(subject, &["from", "to"])) {
        // "how far is the moon from the earth": the second place is no part of the name.
        form.subject = Some(Stretch { start: subject.start, end: joint }).filter(|first| !first.is_empty());
    }
    Some(form)
}

/// "when was S born", "where were S founded", "what year was S built".
fn event(reader: &Reader<'_>, body: Stretch) -> Option<Form> {
    let (verb, time) = question_of_event(reader, body, &BE)?;
    let at = (verb + 1..body.end).find(|index| EVENTS.iter().any(|(word, _, _)| reader.is_any(*index, &[word])))?;
    let (_, when, place) = EVENTS.iter().find(|(word, _, _)| reader.is_any(at, &[word]))?;
    let mut property = if time { when } else { place };
    let subject = Stretch { start: verb + 1, end: at };
    // "When was the first computer built" is about the event; the subject is still what stands between.
    if *property == "inception" && reader.is_any(at, &["released"]) {
        property = &"publication date";
    }
    let mut form = form("<attribute-form>", subject, property, if time { AnswerType::Date } else { AnswerType::Place });
    // "... and where": both are asked.
    if reader.is_any(body.start + 1, &["and"]) && reader.is_any(body.start + 2, &["where", "when"]) {
        push(&mut form.properties, if time { place } else { when });
        form.expects = Some(AnswerType::Text);
    }
    Some(form)
}

/// "when did S die", "where does S live".
fn happening(reader: &Reader<'_>, body: Stretch) -> Option<Form> {
    let (verb, time) = question_of_event(reader, body, &["did", "does", "do", "will"])?;
    let at = (verb + 1..body.end)
        .rev()
        .find(|index| HAPPENINGS.iter().any(|(word, _, _)| reader.is_any(*index, &[word])))?;
    let (_, when, place) = HAPPENINGS.iter().find(|(word, _, _)| reader.is_any(at, &[word]))?;
    let subject = Stretch { start: verb + 1, end: at };
    Some(form(
        "<attribute-form>",
        subject,
        if time { when } else { place },
        if time { AnswerType::Date } else { AnswerType::Place },
    ))
}

/// The auxiliary's index, and whether a time is asked (else a place).
fn question_of_event(reader: &Reader<'_>, body: Stretch, auxiliaries: &[&str]) -> Option<(usize, bool)> {
    let mut at = body.start;
    let place =
        reader.is_any(at, &["where"]) || (reader.is_any(at, &["in"]) && reader.is_any(at + 2, &["city", "country"]));
    if reader.is_any(at, &["in", "on"]) && reader.is_any(at + 1, &["what", "which"]) {
        at += 1;
    }
    if reader.is_any(at, &["what", "which"])
        && reader.is_any(at + 1, &["year", "day", "date", "month", "city", "country"])
    {
        at += 1;
    } else if !reader.is_any(at, &["when", "where"]) {
        return None;
    }
    if reader.is_any(at + 1, &["and"]) {
        at += 2;
    }
    reader.is_any(at + 1, auxiliaries).then_some((at + 1, !place))
}

/// "who discovered S", "who is married to S", "who is S written by".
fn agent(reader: &Reader<'_>, body: Stretch) -> Option<Form> {
    if !reader.is_any(body.start, &["who", "which", "what"]) {
        return None;
    }
    // "which company makes S": the verb is within the first words.
    let reach = if reader.is_any(body.start, &["who"]) { 4 } else { 3 };
    let near = Stretch { start: body.start + 1, end: body.end.min(body.start + reach) };
    let verb = (near.start..near.end).find(|index| AGENTS.iter().any(|(word, _)| reader.is_any(*index, &[word])))?;
    if reader.is_any(body.start, &["which", "what"])
        && !reader
            .is_any(body.start + 1, &["company", "person", "author", "artist", "band", "scientist", "country", "team"])
    {
        return None;
    }
    let (_, noun) = AGENTS.iter().find(|(word, _)| reader.is_any(verb, &[word]))?;
    let start = verb + 1 + usize::from(reader.is_any(verb + 1, &["to", "by"]));
    let expects =
        if reader.is_any(body.start + 1, &["company", "team"]) { AnswerType::Organisation } else { AnswerType::Person };
    let mut form = form("<agent-form>", Stretch { start, end: body.end }, noun, expects);
    form.subject = form.subject.filter(|subject| !subject.is_empty());
    Some(form)
}

/// "what does S mean", "what does S stand for", "define S".
fn meaning(reader: &Reader<'_>, body: Stretch) -> Option<Form> {
    if reader.is_any(body.start, &["define"]) {
        let subject = Stretch { start: body.start + 1, end: body.end };
        return Some(form("<definition-form>", subject, "meaning", AnswerType::Text));
    }
    if !(reader.is_any(body.start, &["what"]) && reader.is_any(body.start + 1, &["does", "do", "did"])) {
        return None;
    }
    let standing = reader.is_any(body.end - 1, &["for"]) && reader.is_any(body.end.checked_sub(2)?, &["stand"]);
    let (end, property) = match () {
        () if standing => (body.end - 2, "full name"),
        () if reader.is_any(body.end - 1, &["mean"]) => (body.end - 1, "meaning"),
        () => return None,
    };
    Some(form("<definition-form>", Stretch { start: body.start + 2, end }, property, AnswerType::Text))
}

/// "what is the capital and the currency of S (and its area)", "population of S".
fn property_of(reader: &Reader<'_>, body: Stretch) -> Option<Form> {
    let start = after_question_word(reader, body);
    let start =
        start + usize::from(reader.is_any(start, &["the", "current", "die", "der", "das", "la", "le", "el", "il"]));
    let start = start + usize::from(reader.is_any(start, &["current", "total", "average", "official", "exact"]));
    let mut names = Vec::new();
    let (at, expects) = reader.property_list(start, &mut names)?;
    // "weather in", "history of" stand alone as well; "time in Tokyo" too.
    if !reader.is_any(at, &OF) {
        return None;
    }
    let article = usize::from(reader.is_any(at + 1, &["the", "a", "an"]));
    let subject = Stretch { start: at + 1 + article, end: body.end };
    // "the price of gold of ..." nests: the last property counts, "the population of the capital of Japan" is about the capital of Japan.
    let subject = reader.split_tail(subject, &mut names);
    let about = about(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let expects = if names.len() > 1 { AnswerType::Text } else { expects };
    Some(Form { name: "<property-form>", subject: Some(subject), properties: names, expects: Some(expects), about })
}

/// "what is S's population", "Japan's capital and currency".
fn possessive(reader: &Reader<'_>, body: Stretch) -> Option<Form> {
    let start = after_question_word(reader, body);
    let owner = (start..body.end).find(|index| {
        reader.scene.at(*index).is_some_and(|token| token.lower.ends_with("'s") && token.lower.len() > 2)
            || (*index > start && reader.scene.touches(*index, "'"))
    })?;
    let mut names = Vec::new();
    let next = owner + 1 + usize::from(reader.is_any(owner + 1, &["current", "total"]));
    let (end, expects) = reader.property_list(next, &mut names)?;
    if end < body.end && !reader.entities.iter().any(|entity| reader.ends(entity, body.end)) {
        return None;
    }
    let about = about(&names.iter().map(String::as_str).collect::<Vec<_>>());
    Some(Form {
        name: "<property-form>",
        subject: Some(Stretch { start, end: owner + 1 }),
        properties: names,
        expects: Some(expects),
        about,
    })
}

/// "where is S".
fn located(reader: &Reader<'_>, body: Stretch) -> Option<Form> {
    let fits = reader.is_any(body.start, &["where", "where's"])
        && (reader.is_any(body.start + 1, &["is", "are"]) || reader.is_any(body.start, &["where's"]));
    let start = body.start + 1 + usize::from(!reader.is_any(body.start, &["where's"]));
    if fits {
        return Some(form("<where>", Stretch { start, end: body.end }, "location", AnswerType::Place));
    }
    let when = reader.is_any(body.start, &["when"]) && reader.is_any(body.start + 1, &["is", "are", "was", "were"]);
    when.then(|| form("<when>", Stretch { start: body.start + 2, end: body.end }, "point in time", AnswerType::Date))
}

/// "who is S", "what is S", "tell me about S".
fn identity(reader: &Reader<'_>, body: Stretch) -> Option<Form> {
    let head = reader.scene.at(body.start)?;
    let start = after_question_word(reader, body);
    if start > body.start && matches!(&*head.lower, "who" | "who's" | "wer" | "qui" | "quién") {
        let subject = reader.trim(Stretch { start, end: body.end });
        let named =
            reader.scene.at(subject.start).is_some_and(|token| token.is_capitalised() || !reader.scene.capitals_speak);
        let role = (subject.start..subject.end).any(|index| reader.property(index).is_some());
        let about = if named && !role { About::Person } else { About::Thing };
        return Some(Form {
            name: "<person-form>",
            subject: Some(subject),
            expects: Some(AnswerType::Person),
            about,
            ..Form::default()
        });
    }
    let asked =
        start > body.start && matches!(&*head.lower, "what" | "what's" | "whats" | "was" | "qu'est" | "qué" | "che");
    let told = usize::from(reader.is_any(body.start, &["about", "explain", "describe"]));
    if !asked && told == 0 {
        return None;
    }
    let subject = Stretch { start: if asked { start } else { body.start + told }, end: body.end };
    let short = subject.len() <= 6 && !reader.mentions(subject, &["that", "which", "who", "if", "when", "between"]);
    let numeric =
        reader.scene.at(subject.start).is_some_and(|token| token.is_digits() || token.is("-") || token.is("("));
    (short && !numeric).then(|| Form {
        name: "<definition-form>",
        subject: Some(subject),
        expects: Some(AnswerType::Text),
        ..Form::default()
    })
}

/// "france population", "capital japan", "marie curie".
fn bare(reader: &Reader<'_>, body: Stretch) -> Option<Form> {
    if body.len() > 6
        || (body.start..body.end).any(|index| {
            !reader.scene.at(index).is_some_and(|token| token.is_word() || token.text == "-" || token.is_digits())
        })
    {
        return None;
    }
    let first = reader.scene.at(body.start)?;
    let last = |count: usize| body.end.checked_sub(count).filter(|index| *index > body.start);
    for count in [3, 2, 1] {
        let Some(at) = last(count) else { continue };
        if let Some(property) = reader.property(at).filter(|property| property.count == count) {
            let subject = Stretch { start: body.start, end: at };
            let named = reader.is_place(subject)
                || reader
                    .scene
                    .at(body.start)
                    .is_some_and(|token| token.is_capitalised() && STOPWORDS.get(&token.lower).is_none());
            if named && !reader.mentions(subject, &["best", "my", "how", "why", "is", "are", "do", "does", "can"]) {
                return Some(form("<property-form>", subject, property.name, property.expects));
            }
        }
    }
    if let Some(property) = reader.property(body.start) {
        let subject = Stretch { start: body.start + property.count, end: body.end };
        if !subject.is_empty() && reader.is_place(subject) {
            return Some(form("<property-form>", subject, property.name, property.expects));
        }
    }
    let valued = reader.entities.iter().any(|entity| {
        use zero_types::prelude::Value;
        super::is_time(&entity.value)
            || matches!(entity.value, Value::Money(_) | Value::Number(_) | Value::Duration(_) | Value::Quantity(_))
    });
    let spaced = first.text.is_ascii() || first.text.chars().all(|letter| letter < '\u{2e80}');
    let name = !valued
        && spaced
        && body.len() <= 4
        && STOPWORDS.get(&first.lower).is_none()
        && PROPERTIES.get(&first.lower).is_none();
    let clean = (body.start..body.end).all(|index| {
        reader
            .scene
            .at(index)
            .is_some_and(|token| token.is_capitalised() || matches!(&*token.lower, "of" | "the" | "and" | "-"))
            || body.len() <= 2
    });
    (name && clean).then(|| Form { name: "<bare-subject>", subject: Some(body), ..Form::default() })
}

/// Behind "what is", "who was", "which are", "what's"; the start when there is none.
fn after_question_word(reader: &Reader<'_>, body: Stretch) -> usize {
    const WORDS: [&str; 14] = [
        "what", "which", "who", "wer", "was", "quelle", "quel", "cuál", "qual", "quién", "qui", "what're", "qué", "che",
    ];
    const VERBS: [&str; 16] =
        ["is", "are", "was", "were", "ist", "war", "est", "es", "é", "è", "son", "will", "sind", "waren", "était", "s"];
    if reader.is_any(body.start, &["what's", "who's", "whats", "qu'est"]) {
        return body.start + 1;
    }
    if reader.is_any(body.start, &WORDS) && reader.is_any(body.start + 1, &VERBS) {
        return body.start + 2;
    }
    body.start
}
