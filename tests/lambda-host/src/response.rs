//! What a function responded, as HTTP.

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

/// Between the head of a streamed response and its body.
const DELIMITER: [u8; 8] = [0; 8];

/// A response as a client gets it.
#[derive(Debug, Clone)]
pub struct HttpResponse {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, or what has come of it.
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// Of a whole response: the JSON that Lambda and API Gateway expect.
    ///
    /// # Errors
    /// It is not that JSON.
    pub fn of_whole(bytes: &[u8]) -> Result<Self> {
        let json: Value = serde_json::from_slice(bytes).context("the response is no JSON")?;
        let text = json.get("body").and_then(Value::as_str).unwrap_or_default();
        let body = match json.get("isBase64Encoded").and_then(Value::as_bool) {
            Some(true) => STANDARD.decode(text).context("the body is no Base64")?,
            _ => text.as_bytes().to_vec(),
        };
        Ok(Self { status: status(&json)?, headers: headers(&json)?, body })
    }

    /// Of the beginning of a streamed response; none while its head has not come whole.
    ///
    /// # Errors
    /// The head is not the JSON that Lambda expects.
    pub fn of_stream(bytes: &[u8]) -> Result<Option<Self>> {
        let Some(at) = bytes.windows(DELIMITER.len()).position(|window| window == DELIMITER) else { return Ok(None) };
        let (head, body) = bytes.split_at(at);
        let json: Value = serde_json::from_slice(head).context("the head of the stream is no JSON")?;
        let body = body.get(DELIMITER.len()..).unwrap_or_default().to_vec();
        Ok(Some(Self { status: status(&json)?, headers: headers(&json)?, body }))
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header's text, or nothing.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

fn status(json: &Value) -> Result<StatusCode> {
    let status = json.get("statusCode").and_then(Value::as_u64).context("the response has no `statusCode`")?;
    Ok(StatusCode::from_u16(u16::try_from(status)?)?)
}

fn headers(json: &Value) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    for table in ["headers", "multiValueHeaders"] {
        for (name, value) in json.get(table).and_then(Value::as_object).into_iter().flatten() {
            let name: HeaderName = name.parse()?;
            let values = match value {
                Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
                Value::String(value) => vec![value.as_str()],
                other => bail!("the header `{name}` is {other}"),
            };
            for value in values {
                headers.append(name.clone(), HeaderValue::from_str(value)?);
            }
        }
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_and_streamed_responses_are_read() {
        let whole = br#"{"statusCode": 404, "headers": {"a": "1"}, "multiValueHeaders": {"b": ["2", "3"]},
            "body": "aGk=", "isBase64Encoded": true}"#;
        let read = HttpResponse::of_whole(whole).unwrap();
        assert_eq!((read.status.as_u16(), read.header("a"), read.text().as_str()), (404, "1", "hi"));
        assert_eq!(read.headers.get_all("b").iter().count(), 2);

        let streamed = b"{\"statusCode\": 200, \"headers\": {\"a\": \"1\"}, \"cookies\": []}\0\0\0\0\0\0\0\0hi";
        for end in 0..streamed.len() - 2 {
            assert!(HttpResponse::of_stream(&streamed[..end]).unwrap().is_none());
        }
        let read = HttpResponse::of_stream(streamed).unwrap().unwrap();
        assert_eq!((read.status.as_u16(), read.header("a"), read.text().as_str()), (200, "1", "hi"));
        assert!(HttpResponse::of_whole(b"{}").is_err() && HttpResponse::of_stream(b"\0\0\0\0\0\0\0\0").is_err());
    }
}
