//! `/v1/answer`: a question in, an answer out in the form that was asked for.

use crate::body::{self, BodyProblem};
use crate::events::Telling;
use crate::guard::guarded;
use crate::limits::RECEIPT_BYTES_MAX;
use crate::negotiate::Form;
use crate::read::{self, Asked};
use crate::reply::{Reply, of_type};
use crate::{Door, Rule, TimeLeft, deadline, problem};
use bytes::Bytes;
use core::fmt::Write as _;
use core::time::Duration;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Response};
use std::sync::Arc;
use zero_pipeline::receipt::Receipt;
use zero_pipeline::wire::answer::{Answer, Timing};
use zero_pipeline::wire::text;
use zero_pipeline::{Answered, Ask, Fixed, Platform, Problem};
use zero_types::connector::Outcome;
use zero_types::prelude::{Permission, Principal};

/// Where the time went, beside the answer: in it, no two answers would be the same bytes.
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");
/// nginx and its like collect a response before they pass it on, unless they are told.
const UNBUFFERED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));

impl<P: Platform> Door<P> {
    pub(crate) async fn answer<G>(
        &self,
        id: u64,
        parts: &Parts,
        body: impl Future<Output = Result<Bytes, BodyProblem>>,
        caller: Principal,
        admit: impl FnOnce(&Principal) -> Result<G, Problem>,
    ) -> Result<Response<Reply<P, G>>, Problem> {
        let came = self.platform.elapsed();
        let Asked { ask, form, receipt } = if parts.method == Method::POST {
            read::from_body(parts, body::in_time(&self.platform, &parts.headers, body)).await?
        } else {
            read::from_query(parts)?
        };
        let ask = match self.time_left(parts, came) {
            Some(left) => ask.ending_in(left, self.region.settings.gather_budget),
            None => ask,
        };
        if receipt && !self.receipts {
            return Err(problem::no_receipts());
        }
        if receipt {
            Rule::host(Permission::ReadReceipts, "answer").check(&self.platform.rooms(), &caller)?;
        }
        // What can be told before a stream begins, while there is still a status to tell it with.
        self.region.check(&ask)?;
        let place = admit(&caller)?;
        if form == Form::Events {
            let (region, platform) = (Arc::clone(&self.region), self.platform.clone());
            let telling = Telling { region, platform, id, ask, caller, place };
            let mut response = of_type(form.media_type(), Bytes::new()).map(|_: Reply<P, G>| Reply::Events(telling));
            response.headers_mut().extend([UNBUFFERED]);
            return Ok(response);
        }
        // The place is given up when the answer stands, or when the client goes and this future is dropped.
        let answered = self.answered(id, ask, caller).await?;
        drop(place);
        let mut response = match form {
            Form::Text => of_type("text/plain; charset=utf-8", text::plain(&Answer::of(&answered))),
            _ if receipt => of_type(form.media_type(), self.receipt(&answered)?),
            _ => of_type(form.media_type(), Answer::of(&answered).to_json()?),
        };
        response.headers_mut().insert(SERVER_TIMING, server_timing(&answered));
        Ok(response)
    }

    /// What the asker and the host leave for an answer, whichever is less. A body that came slowly came at its own cost.
    fn time_left(&self, parts: &Parts, came: Duration) -> Option<Duration> {
        let by_host = parts.extensions.get::<TimeLeft>().map(|TimeLeft(left)| *left);
        let by_asker = deadline::wait(&parts.headers);
        let took = self.platform.elapsed().saturating_sub(came);
        by_host.into_iter().chain(by_asker).min().map(|left| left.saturating_sub(took))
    }

    async fn answered(&self, id: u64, ask: Ask, caller: Principal) -> Result<Answered, Problem> {
        let fixed = Fixed { id: Some(id), principal: Some(caller), ..Fixed::default() };
        guarded(zero_pipeline::answer(Arc::clone(&self.region), self.platform.clone(), ask, fixed, |_| {})).await
    }

    /// # Errors
    /// `receipt-too-large`: found before it is written, wherever what was said is too much already.
    fn receipt(&self, answered: &Answered) -> Result<String, Problem> {
        let said = answered.exchanges.iter().map(|exchange| match &exchange.outcome {
            Outcome::Response(response) => response.body.len(),
            Outcome::Failed(_) => 0,
        });
        let fits = |bytes: usize| if bytes > RECEIPT_BYTES_MAX { Err(problem::receipt_too_large()) } else { Ok(()) };
        fits(said.fold(0, usize::saturating_add))?;
        let receipt = Receipt::of(answered, &self.region.settings)?.to_json()?;
        fits(receipt.len())?;
        Ok(receipt)
    }
}

/// `total;dur=12.5, read;dur=1.2, source-wikipedia-en;dur=8.1`, in milliseconds.
fn server_timing(answered: &Answered) -> HeaderValue {
    let timing = Timing::of(answered);
    let mut value = format!("total;dur={}", timing.total_ms);
    // Writing to a string cannot fail.
    timing.stages.iter().for_each(|(stage, ms)| _ = write!(value, ", {stage};dur={ms}"));
    timing.sources.iter().for_each(|(id, ms)| _ = write!(value, ", source-{id};dur={ms}"));
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("total"))
}
