//! Who says they ask: `Authorization`.

use http::{HeaderMap, header};
use zero_pipeline::Problem;
use zero_types::prelude::Credential;

/// What a request shows.
///
/// # Errors
/// `unauthenticated`: the header is there, but no bearer token.
pub fn credential(headers: &HeaderMap) -> Result<Credential, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(Credential::Anonymous) };
    if values.next().is_some() {
        return Err(Problem::unauthenticated("there is more than one `Authorization`"));
    }
    // The token itself is never repeated in a problem: problems are logged and pasted.
    let value = value.to_str().map_err(|_| Problem::unauthenticated("`Authorization` is not ASCII"))?;
    match value.trim().split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(of_bearer(token.trim_start())),
        _ => Err(Problem::unauthenticated("`Authorization` is not of the form `Bearer KEY`")),
    }
}

/// A token has dots, and a key has none.
fn of_bearer(shown: &str) -> Credential {
    if shown.contains('.') && !shown.starts_with("zw_") {
        Credential::Token(shown.to_owned())
    } else {
        Credential::ApiKey(shown.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn check(values: &[&'static str], expected: Result<Credential, &str>) {
        let values = values.iter().map(|value| (header::AUTHORIZATION, HeaderValue::from_static(value)));
        let mut headers = HeaderMap::new();
        values.for_each(|(name, value)| _ = headers.append(name, value));
        match (credential(&headers), expected) {
            (Ok(got), Ok(expected)) => assert_eq!(got, expected),
            (Err(problem), Err(detail)) => {
                assert_eq!(problem.status, 401);
                assert!(problem.detail.contains(detail), "{problem}");
            }
            (got, _) => panic!("{headers:?}: {got:?}"),
        }
    }

    #[test]
    fn what_a_bearer_shows_is_a_key_or_a_token_and_nothing_is_nobody() {
        check(&[], Ok(Credential::Anonymous));
        check(&["Bearer zw_a_b"], Ok(Credential::ApiKey("zw_a_b".to_owned())));
        check(&["bearer   zw_a_b "], Ok(Credential::ApiKey("zw_a_b".to_owned())));
        check(&["Bearer zw_a.b"], Ok(Credential::ApiKey("zw_a.b".to_owned())));
        check(&["Bearer hunter2"], Ok(Credential::ApiKey("hunter2".to_owned())));
        check(&["Bearer eyJ.e30.c2ln"], Ok(Credential::Token("eyJ.e30.c2ln".to_owned())));
        check(&["Bearer ..."], Ok(Credential::Token("...".to_owned())));
        check(&["Basic YTpi"], Err("`Bearer KEY`"));
        check(&["Bearer"], Err("`Bearer KEY`"));
        check(&["zw_a_b"], Err("`Bearer KEY`"));
        check(&["Bearer zw_a", "Bearer zw_b"], Err("more than one"));
    }
}
