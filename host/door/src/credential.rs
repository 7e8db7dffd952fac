//! Who says they ask: `Authorization`.

use http::{HeaderMap, header};
use zero_pipeline::Problem;
use zero_types::prelude::Credential;

/// # Errors
/// `unauthenticated`: the header is there, but no bearer token.
pub(crate) fn credential(headers: &HeaderMap) -> Result<Credential, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(Credential::Anonymous) };
    if values.next().is_some() {
        return Err(Problem::unauthenticated("there is more than one `Authorization`"));
    }
    // The token itself is never repeated in a problem: problems are logged and pasted.
    let value = value.to_str().map_err(|_| Problem::unauthenticated("`Authorization` is not ASCII"))?;
    match value.trim().split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            Ok(Credential::ApiKey(token.trim_start().to_owned()))
        }
        _ => Err(Problem::unauthenticated("`Authorization` is not of the form `Bearer KEY`")),
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
    fn a_bearer_token_is_an_api_key_and_nothing_is_nobody() {
        check(&[], Ok(Credential::Anonymous));
        check(&["Bearer zw_a_b"], Ok(Credential::ApiKey("zw_a_b".to_owned())));
        check(&["bearer   zw_a_b "], Ok(Credential::ApiKey("zw_a_b".to_owned())));
        check(&["Basic YTpi"], Err("`Bearer KEY`"));
        check(&["Bearer"], Err("`Bearer KEY`"));
        check(&["zw_a_b"], Err("`Bearer KEY`"));
        check(&["Bearer zw_a", "Bearer zw_b"], Err("more than one"));
    }
}
