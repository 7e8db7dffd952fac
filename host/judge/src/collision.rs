//! Collisions: whether a connector comes into questions that belong to others, and others into its own.
//!
//! The router decides which sources are candidates of a question, then bids decide. So a source collides only where the
//! router would let it in (it stands in one index with its neighbours) and it then bids as high as for its own. Within
//! the kinds of question its record names it competes, which is no fault; outside of them it intrudes.

use crate::question;
use crate::report::{Check, Sheet};
use crate::stock::Stock;
use crate::test::BID_OF_MUST;
use std::collections::BTreeMap;
use std::sync::Arc;
use zero_connector_sdk::testing::{Miss, Subject};
use zero_pipeline::catalogue::{Catalogue, SourceRecord};
use zero_pipeline::limits::CANDIDATES_MAX;
use zero_pipeline::route::Index;
use zero_types::prelude::{Intent, Question};

/// A source that intrudes into more of the others' questions than this, in percent, fails: askers would wait for it, and
/// its service would be asked, for nothing.
const INTRUSIONS_PERCENT_MAX: usize = 5;
/// ... but a few questions are no share of anything.
const INTRUSIONS_FLOOR: usize = 3;
/// A bid that is this much higher than the owner's is more than taste.
const OUTBID_MARGIN: f32 = 0.1;
/// A source that outbids the owners of more of their questions than this, in percent, fails. The widest source that is
/// right to do so, Wikidata, outbids a fifth of them.
const OUTBIDS_PERCENT_MAX: usize = 33;
/// Questions that are told of one source.
const SHOWN_MAX: usize = 5;

/// The sources a connector will live with.
#[derive(Default, Clone)]
pub struct Neighbours<'n> {
    /// Their records; those of the connector itself are left out.
    pub catalogue: Catalogue,
    /// Their connectors by name, as far as they are at hand: then bids are compared.
    pub subjects: BTreeMap<String, &'n dyn Subject>,
}

impl core::fmt::Debug for Neighbours<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let (sources, connectors) = (self.catalogue.records().len(), self.subjects.len());
        write!(f, "Neighbours({sources} sources, {connectors} connectors)")
    }
}

impl Neighbours<'_> {
    fn bid(&self, record: &SourceRecord, question: &Question, intent: &Intent) -> Option<f32> {
        bid(*self.subjects.get(&record.connector)?, record, question, intent)
    }
}

fn bid<S: Subject + ?Sized>(subject: &S, record: &SourceRecord, question: &Question, intent: &Intent) -> Option<f32> {
    subject.plan(&record.source, question, intent).result.ok()?.ok().map(|plan| plan.bid)
}

/// What one source of the connector does in the questions of others.
#[derive(Default)]
struct Conduct {
    intrusions: Vec<(f32, String)>,
    outbids: Vec<(f32, String)>,
    compared: usize,
}

/// Asks every question of every neighbour, and lets the neighbours that are at hand bid on its own.
pub(crate) fn check<S: Subject + ?Sized>(subject: &S, stock: &Stock, neighbours: &Neighbours<'_>, sheet: &mut Sheet) {
    let own: Vec<Arc<SourceRecord>> = stock.catalogue.records().to_vec();
    let Some(connector) = own.first().map(|record| record.connector.clone()) else { return };
    let foreign =
        |record: &&Arc<SourceRecord>| record.connector != connector && stock.catalogue.get(&record.source.id).is_none();
    let others: Vec<Arc<SourceRecord>> = neighbours.catalogue.records().iter().filter(foreign).cloned().collect();
    if others.is_empty() {
        sheet.made(Check::Collisions, "no other source to collide with");
        return;
    }
    let all = own.iter().chain(&others);
    let all = Catalogue::from_records(all.map(|record| SourceRecord { enabled: true, ..record.as_ref().clone() }));
    let index = Index::new(&all);
    let routed = |question: &Question, intent: &Intent| -> Vec<Arc<SourceRecord>> {
        let found = index.candidates(question, intent, CANDIDATES_MAX);
        found.into_iter().filter_map(|at| all.records().get(at).cloned()).collect()
    };

    let mut questions = 0;
    let mut conduct: BTreeMap<String, Conduct> = BTreeMap::new();
    for other in &others {
        for text in &other.must {
            questions += 1;
            let (question, intent) = question::of_source(&other.source, text);
            let theirs = neighbours.bid(other, &question, &intent);
            for record in routed(&question, &intent).iter().filter(|record| record.connector == connector) {
                let it = conduct.entry(record.source.id.clone()).or_default();
                it.compared += usize::from(theirs.is_some());
                let Some(ours) = bid(subject, record, &question, &intent).filter(|&bid| bid >= BID_OF_MUST) else {
                    continue;
                };
                if !record.kinds.contains(&intent.kind) {
                    it.intrusions.push((ours, format!("`{text}` of `{}` ({ours:.2})", other.source.id)));
                }
                if let Some(theirs) = theirs.filter(|theirs| ours > theirs + OUTBID_MARGIN) {
                    let said = format!("`{text}` of `{}` ({ours:.2} over {theirs:.2})", other.source.id);
                    it.outbids.push((ours - theirs, said));
                }
            }
        }
    }
    for (id, it) in conduct {
        report(&id, it, questions, sheet);
    }
    outbid(subject, &own, neighbours, &routed, sheet);
    sheet.made(Check::Collisions, format!("stays out of {questions} questions of {} other sources", others.len()));
}

fn report(id: &str, conduct: Conduct, questions: usize, sheet: &mut Sheet) {
    let Conduct { intrusions, outbids, compared } = conduct;
    let about = format!("`{id}`");
    let mut say = |mut found: Vec<(f32, String)>, of: usize, percent_max: usize, what: &str, change: &str| {
        if found.is_empty() {
            return;
        }
        found.sort_by(|one, other| other.0.total_cmp(&one.0));
        let count = found.len();
        let shown: Vec<String> = found.into_iter().take(SHOWN_MAX).map(|(_, text)| text).collect();
        let what = format!("{what} {count} of {of} questions of others, limit {percent_max} %: {}", shown.join(", "));
        let miss = Miss::new(what, change);
        if count > INTRUSIONS_FLOOR && count * 100 > percent_max * of {
            sheet.fail(Check::Collisions, &about, miss);
        } else {
            sheet.warn(Check::Collisions, &about, miss);
        }
    };
    let change = format!(
        "bid below {BID_OF_MUST} on what its `kinds` do not name, and put such questions into `must_not`; or name the kind if it can answer it"
    );
    say(intrusions, questions, INTRUSIONS_PERCENT_MAX, "bids as for its own on", &change);
    let change = "bid by how well it can answer, not by how many words match: the owner knows its own questions";
    say(outbids, compared, OUTBIDS_PERCENT_MAX, "outbids the owner on", change);
}

/// Others on its own questions.
fn outbid<S: Subject + ?Sized>(
    subject: &S,
    own: &[Arc<SourceRecord>],
    neighbours: &Neighbours<'_>,
    routed: &impl Fn(&Question, &Intent) -> Vec<Arc<SourceRecord>>,
    sheet: &mut Sheet,
) {
    for record in own {
        for text in &record.must {
            let (question, intent) = question::of_source(&record.source, text);
            let Some(ours) = bid(subject, record, &question, &intent) else { continue };
            let candidates = routed(&question, &intent);
            let theirs = candidates.iter().filter(|other| other.connector != record.connector).filter_map(|other| {
                neighbours
                    .bid(other, &question, &intent)
                    .filter(|theirs| *theirs > ours + OUTBID_MARGIN)
                    .map(|bid| (bid, other))
            });
            if let Some((bid, other)) = theirs.max_by(|one, other| one.0.total_cmp(&other.0)) {
                let what = format!("`{}` bids {bid:.2} on its own `{text}`, over {ours:.2}", other.source.id);
                let change = "fine if the other answers it as well; else raise the bid, or tell the other's author";
                sheet.warn(Check::Collisions, &format!("`{}`", record.source.id), Miss::new(what, change));
            }
        }
    }
}
