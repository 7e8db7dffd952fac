//! Who sends an event, and whether they take a stream.

use anyhow::{Result, bail};
use lambda_http::request::LambdaRequest;

/// Whose responses are streamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Streams {
    function_url: bool,
    rest_api: bool,
}

/// The domain of every function URL.
const FUNCTION_URL: &str = ".lambda-url.";

impl Streams {
    /// As `ZERO_STREAM` has it.
    ///
    /// # Errors
    /// Names the word that is none.
    pub(crate) fn from_environment() -> Result<Self> {
        Self::read(std::env::var("ZERO_STREAM").ok().as_deref().unwrap_or("function-url"))
    }

    fn read(said: &str) -> Result<Self> {
        let mut streams = Self { function_url: false, rest_api: false };
        for word in said.split(',').map(str::trim) {
            match word {
                "function-url" => streams.function_url = true,
                "rest-api" => streams.rest_api = true,
                "none" | "" => {}
                other => bail!(
                    "`ZERO_STREAM` knows no `{}`\n\nhint: `function-url`, `rest-api`, both with a comma, or `none`",
                    other.escape_debug()
                ),
            }
        }
        Ok(streams)
    }

    /// Whether the sender of this event takes a stream. HTTP APIs never do.
    pub(crate) fn takes(self, event: &LambdaRequest) -> bool {
        match event {
            LambdaRequest::ApiGatewayV1(_) => self.rest_api,
            LambdaRequest::ApiGatewayV2(event) => {
                let domain = event.request_context.domain_name.as_deref().unwrap_or_default();
                self.function_url && domain.contains(FUNCTION_URL)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_known_and_others_are_named() {
        let streams = |function_url, rest_api| Streams { function_url, rest_api };
        for (said, expected) in [
            ("function-url", streams(true, false)),
            ("rest-api, function-url", streams(true, true)),
            ("rest-api", streams(false, true)),
            ("none", streams(false, false)),
            ("", streams(false, false)),
        ] {
            assert_eq!(Streams::read(said).unwrap(), expected, "{said}");
        }
        assert!(Streams::read("url").unwrap_err().to_string().contains("`url`"));
    }
}
