//! What askers hear. None of these says whether an account exists, nor repeats what was sent.

use crate::Refused;
use zero_pipeline::Problem;

fn asker(name: &'static str, status: u16, title: &'static str, detail: &str, hint: &str) -> Refused {
    Refused(Box::new(Problem::of_asker(name, status, title, detail, hint)))
}

/// Ours; the log says more.
pub(crate) fn broken(detail: &str) -> Refused {
    Refused(Box::new(Problem::internal(detail)))
}

/// The one answer to every sign-in that fails.
pub(crate) fn sign_in_failed() -> Refused {
    asker(
        "sign-in-failed",
        401,
        "the sign-in failed",
        "name, password and code do not belong together",
        "try again, or ask the operator for a new password",
    )
}

/// The password was right.
pub(crate) fn second_factor_needed() -> Refused {
    asker(
        "second-factor-needed",
        401,
        "a second factor is needed",
        "this account wants a code as well",
        "send the same again with `code`: the six digits of your app, or a recovery code",
    )
}

/// The one answer to every refresh token that is not taken.
pub(crate) fn refresh_refused() -> Refused {
    asker(
        "refresh-refused",
        401,
        "the session has ended",
        "this refresh token is not, or no longer, one that counts",
        "sign in again",
    )
}

/// The one answer to every ceremony that fails.
pub(crate) fn passkey_refused() -> Refused {
    asker(
        "passkey-refused",
        401,
        "the passkey was not accepted",
        "the ceremony has expired, or its answer does not fit",
        "begin again",
    )
}

pub(crate) fn sign_in_needed() -> Refused {
    asker(
        "sign-in-needed",
        401,
        "this needs somebody who signed in",
        "an account is changed by its owner's own access token, not by an API key or by another issuer's token",
        "sign in at POST /v1/auth/login",
    )
}

pub(crate) fn sign_in_again() -> Refused {
    asker(
        "sign-in-again",
        403,
        "this needs a fresh sign-in",
        "whoever changes how an account is opened must have signed in within the last 15 minutes",
        "sign in again, and send this with the new access token",
    )
}

pub(crate) fn registration_closed() -> Refused {
    asker(
        "registration-closed",
        403,
        "accounts are made by the operator",
        "this point of presence takes no registrations",
        "ask the operator for an account",
    )
}

pub(crate) fn accounts_full() -> Refused {
    asker(
        "registration-closed",
        403,
        "accounts are made by the operator",
        "this point of presence has as many accounts as it may",
        "ask the operator; they raise `accounts_max` in `[identity]`",
    )
}

pub(crate) fn unusable(detail: &str, hint: &str) -> Refused {
    asker("unusable-value", 422, "a value cannot be used", detail, hint)
}

pub(crate) fn code_refused() -> Refused {
    asker(
        "code-refused",
        422,
        "the code was not accepted",
        "this is not the code of now, or it was used already",
        "send the next one that your app shows",
    )
}

pub(crate) fn too_many(what: &str) -> Refused {
    let detail = format!("this account has as many {what} as it may");
    asker("too-many", 409, "there are too many already", &detail, "remove one first")
}

pub(crate) fn nothing_here(what: &str) -> Refused {
    asker("not-found", 404, "there is nothing here", &format!("this account has no such {what}"), "list them first")
}

/// For operators alone.
pub(crate) fn no_account(name: &str) -> Refused {
    let detail = format!("there is no account `{name}`");
    asker("no-such-account", 404, "no such account", &detail, "`zero identity list` names them all")
}

/// For operators alone.
pub(crate) fn account_exists(name: &str) -> Refused {
    let detail = format!("there is an account `{name}` already");
    asker("account-exists", 409, "the account exists", &detail, "`zero identity reset` gives it a new password")
}
