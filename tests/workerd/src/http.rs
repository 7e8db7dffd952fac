//! One request over one connection.

use anyhow::{Context as _, Result};
use core::time::Duration;
use std::net::SocketAddr;

/// A question is answered long before.
const TIME_MAX: Duration = Duration::from_secs(60);

/// Asks, and gives status and body. Not read until the connection is closed, which some servers do seconds later.
///
/// # Errors
/// What answers does not speak HTTP, or breaks off.
pub fn get(address: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Result<(u16, String)> {
    let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(TIME_MAX)).build();
    let mut request = ureq::Agent::new_with_config(config).get(format!("http://{address}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut response = request.call().context("asking")?;
    let body = response.body_mut().read_to_string().context("reading the response")?;
    Ok((response.status().as_u16(), body))
}
