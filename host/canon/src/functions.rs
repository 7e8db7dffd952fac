//! The calls of the project's own functions.

use crate::call::{Function, call};
use crate::guest::Guest;
use zero_pipeline::platform::CallError;
use zero_types::connector::{Intent, Question};
use zero_types::functions::{
    Answer, Credential, Decision, Denial, Finding, Message, Permission, Principal, Profile, Resolved, Resource, Trust,
    Turn,
};

pub(crate) type ReadParams<'a> = (&'a Question,);
pub(crate) type ResolveParams<'a> = (&'a Question, &'a Profile, &'a [Turn]);
pub(crate) type ComposeParams<'a> = (&'a Question, &'a Intent, &'a [Finding]);
pub(crate) type VerifyParams<'a> = (&'a str, &'a Question, &'a Intent, &'a [Finding]);
pub(crate) type AuthenticateParams<'a> = (&'a Credential, &'a Trust, &'a i64);
pub(crate) type AuthorizeParams<'a> = (&'a Principal, &'a Permission, &'a Resource);

/// What a question asks.
///
/// # Errors
/// When the call ended early or its result broke the contract.
pub fn read<G: Guest>(guest: &mut G, question: &Question) -> Result<Intent, CallError> {
    call(guest, Function::Read, (question,))
}

/// A question that stands alone.
///
/// # Errors
/// As [`read`].
pub fn resolve<G: Guest>(
    guest: &mut G,
    question: &Question,
    profile: &Profile,
    turns: &[Turn],
) -> Result<Resolved, CallError> {
    call(guest, Function::Resolve, (question, profile, turns))
}

/// The answer that the findings support.
///
/// # Errors
/// As [`read`].
pub fn compose<G: Guest>(
    guest: &mut G,
    question: &Question,
    intent: &Intent,
    findings: &[Finding],
) -> Result<Answer, CallError> {
    call(guest, Function::Compose, (question, intent, findings))
}

/// What a model is told.
///
/// # Errors
/// As [`read`].
pub fn prompt<G: Guest>(
    guest: &mut G,
    question: &Question,
    intent: &Intent,
    findings: &[Finding],
) -> Result<Vec<Message>, CallError> {
    call(guest, Function::Prompt, (question, intent, findings))
}

/// What remains of a model's draft.
///
/// # Errors
/// As [`read`].
pub fn verify<G: Guest>(
    guest: &mut G,
    draft: &str,
    question: &Question,
    intent: &Intent,
    findings: &[Finding],
) -> Result<Answer, CallError> {
    call(guest, Function::Verify, (draft, question, intent, findings))
}

/// Who asks.
///
/// # Errors
/// As [`read`]. A denial is a value.
pub fn authenticate<G: Guest>(
    guest: &mut G,
    credential: &Credential,
    trust: &Trust,
    now_ms: i64,
) -> Result<Result<Principal, Denial>, CallError> {
    call(guest, Function::Authenticate, (credential, trust, &now_ms))
}

/// Whether a principal may do something.
///
/// # Errors
/// As [`read`]. A denial is a value.
pub fn authorize<G: Guest>(
    guest: &mut G,
    principal: &Principal,
    permission: Permission,
    resource: &Resource,
) -> Result<Decision, CallError> {
    call(guest, Function::Authorize, (principal, &permission, resource))
}
