//! A running host, asked to take a component in place of the one it has.
//!
//! Takes the host's state folder, in which `admin.json` says where it listens and with which token; gives what it
//! answered. Fails with the host's own words. Why it is so: an author's host is on the author's machine, so whoever can
//! read the file may change the host.

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where a running host is reached.
#[derive(Debug, Clone, Deserialize)]
pub struct Admin {
    url: String,
    token: String,
}

/// Compiling is part of it.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(120);
const CONNECT_TIME_MAX: Duration = Duration::from_secs(2);
/// Bytes of an answer that are read.
const ANSWER_BYTES_MAX: u64 = 256 * 1024;
const FILE: &str = "admin.json";

/// What a host says when something is wrong (RFC 9457), as far as it is shown.
#[derive(Deserialize)]
struct Problem {
    title: Option<String>,
    detail: Option<String>,
}

/// The host of this state folder, if one is running there.
///
/// # Errors
/// When the file is there but is not one that a host wrote.
pub fn find(state: &Path) -> Result<Option<Admin>> {
    let path = state.join(FILE);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
    };
    serde_json::from_str(&text).map(Some).with_context(|| format!("reading {}", path.display()))
}

/// Where a host of this user keeps its state.
#[must_use]
pub fn default_state() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("ZERO_STATE")
        .or_else(|| set("XDG_STATE_HOME").map(|state| state.join("zero")))
        .or_else(|| set("HOME").map(|home| home.join(".local/state/zero")))
}

impl Admin {
    /// Installs a component, or puts it in place of the version that runs; `false` when the host has gone away.
    ///
    /// # Errors
    /// With the host's own words, when it refuses.
    pub fn install(&self, component: &[u8], path: &Path) -> Result<bool> {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_connect(Some(CONNECT_TIME_MAX))
            .timeout_global(Some(ANSWER_TIME_MAX))
            .http_status_as_error(false)
            .build()
            .into();
        let sent = agent
            .post(format!("{}/admin/v1/connectors", self.url.trim_end_matches('/')))
            .query("consent", "true")
            .query("dev", "true")
            .query("source", format!("file:{}", path.display()))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/wasm")
            .send(component);
        let mut response = match sent {
            Ok(response) => response,
            // A file that a host left behind when it was killed.
            Err(ureq::Error::ConnectionFailed | ureq::Error::Io(_)) => return Ok(false),
            Err(error) => return Err(error).with_context(|| format!("asking the host at {}", self.url)),
        };
        let status = response.status();
        if status.is_success() {
            return Ok(true);
        }
        let text = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string().unwrap_or_default();
        let said = serde_json::from_str::<Problem>(&text).ok().and_then(|problem| problem.detail.or(problem.title));
        bail!("the host at {} refused ({status}): {}", self.url, said.unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};

    /// One answer for one request; gives what was asked.
    fn host(answer: &'static str) -> (Admin, std::thread::JoinHandle<String>) {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let serving = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut asked, mut buffer) = (String::new(), [0; 4096]);
            while !asked.ends_with("component") {
                let read = stream.read(&mut buffer).unwrap();
                asked.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
            }
            stream.write_all(answer.as_bytes()).unwrap();
            asked
        });
        (Admin { url, token: "t0k".to_owned() }, serving)
    }

    #[test]
    fn a_host_is_found_by_its_file_and_asked_with_its_token() {
        let state = tempfile::tempdir().unwrap();
        assert!(find(state.path()).unwrap().is_none());
        let (admin, serving) = host("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
        std::fs::write(
            state.path().join(FILE),
            format!("{{\"url\": \"{}\", \"token\": \"{}\", \"pid\": 7}}", admin.url, admin.token),
        )
        .unwrap();
        let found = find(state.path()).unwrap().unwrap();
        assert!(found.install(b"component", Path::new("/x/demo.wasm")).unwrap());
        let asked = serving.join().unwrap().to_lowercase();
        assert!(asked.starts_with("post /admin/v1/connectors?consent=true&dev=true&source=file"), "{asked}");
        assert!(
            asked.contains("authorization: bearer t0k") && asked.contains("content-type: application/wasm"),
            "{asked}"
        );
    }

    #[test]
    fn a_refusal_is_told_and_a_host_that_is_gone_is_none() {
        let (admin, serving) =
            host("HTTP/1.1 422 Unprocessable\r\ncontent-length: 28\r\n\r\n{\"detail\": \"smoke test: no\"}");
        let error = admin.install(b"component", Path::new("x")).unwrap_err().to_string();
        assert!(error.contains("422") && error.contains("smoke test: n"), "{error}");
        serving.join().unwrap();
        assert!(!admin.install(b"component", Path::new("x")).unwrap());
    }
}
