//! Fixtures, parsed: what cannot be read is a finding.

use crate::question;
use crate::report::{Check, Sheet};
use std::sync::Arc;
use zero_builder::fixtures::Fixtures;
use zero_connector_sdk::testing::{Case, Cases, Exchange, Miss};
use zero_pipeline::catalogue::{Catalogue, SourceRecord};
use zero_types::prelude::{FailureKind, Intent, Named as _, Question};

/// Sources, cases and exchanges of a connector.
#[derive(Debug, Default)]
pub(crate) struct Stock {
    pub(crate) catalogue: Catalogue,
    pub(crate) cases: Vec<Asked>,
    /// By name.
    pub(crate) exchanges: Vec<(String, Exchange)>,
}

/// A case that can be asked.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) case: Case,
    pub(crate) record: Arc<SourceRecord>,
    pub(crate) question: Question,
    pub(crate) intent: Intent,
}

impl Asked {
    /// How findings call it.
    pub(crate) fn label(&self) -> String {
        label(&self.case.source, &self.case.question)
    }
}

/// How findings call a question to a source.
pub(crate) fn label(source: &str, question: &str) -> String {
    format!("`{source}`, `{question}`")
}

impl Stock {
    /// Reads what can be read, and reports the rest.
    pub(crate) fn read(fixtures: &Fixtures, connector: &str, sheet: &mut Sheet) -> Self {
        let mut stock = Self::default();
        match Catalogue::from_toml([("sources.toml", fixtures.sources.as_str())]) {
            Ok(catalogue) => stock.catalogue = catalogue,
            Err(error) => {
                let change = "mend `sources.toml`; its format is that of `connectors/catalogue`";
                sheet.fail(Check::Fixtures, "sources.toml", Miss::new(error.reason, change));
            }
        }
        if stock.catalogue.records().is_empty() && !sheet.has_failed(Check::Fixtures) {
            let miss = Miss::new("no source", "write one `[[source]]` for each service the connector is to ask");
            sheet.fail(Check::Fixtures, "sources.toml", miss);
        }
        if let Some(other) = stock.catalogue.records().iter().find(|record| record.connector != connector) {
            let what = format!("its sources are of connector `{}`, but this one is `{connector}`", other.connector);
            sheet.fail(
                Check::Fixtures,
                "sources.toml",
                Miss::new(what, format!("write `connector = \"{connector}\"`")),
            );
        }
        for (name, text) in &fixtures.exchanges {
            match Exchange::parse(text) {
                Ok(exchange) => stock.exchanges.push((name.clone(), exchange)),
                Err(wrong) => {
                    let change = "write a request line, a blank line, a status line, headers, a blank line and the body; \
                                  or record it again";
                    sheet.fail(Check::Fixtures, &format!("exchange `{name}`"), Miss::new(wrong, change));
                }
            }
        }
        match toml::from_str::<Cases>(&fixtures.cases) {
            Ok(cases) => {
                for case in cases.case {
                    stock.take(case, sheet);
                }
            }
            Err(error) => {
                let change = "mend `exchanges/cases.toml`; `zero_connector_sdk::testing::Case` lists its keys";
                sheet.fail(Check::Fixtures, "cases.toml", Miss::new(error.to_string(), change));
            }
        }
        let (sources, cases) = (stock.catalogue.records().len(), stock.cases.len());
        sheet.made(Check::Fixtures, format!("{sources} sources, {cases} cases, {} exchanges", stock.exchanges.len()));
        stock
    }

    fn take(&mut self, case: Case, sheet: &mut Sheet) {
        let about = label(&case.source, &case.question);
        let mut fail = |what: String, change: &str| sheet.fail(Check::Fixtures, &about, Miss::new(what, change));
        let Some(record) = self.catalogue.get(&case.source).map(Arc::clone) else {
            if !self.catalogue.records().is_empty() {
                fail(
                    "`cases.toml` has a case of a source that `sources.toml` does not have".to_owned(),
                    "mend its `source`",
                );
            }
            return;
        };
        if let Some(kind) = case.failure.as_ref().filter(|kind| FailureKind::named(kind).is_none()) {
            let names = FailureKind::NAMES.join("`, `");
            return fail(format!("`{kind}` is no kind of failure"), &format!("write one of `{names}`"));
        }
        match question::of_case(&case, &record.source) {
            Ok((question, intent)) => self.cases.push(Asked { case, record, question, intent }),
            Err(wrong) => fail(wrong, "mend the case"),
        }
    }
}
