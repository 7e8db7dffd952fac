//! A start that failed, told to the runtime's interface: it stands in the function's log and in its metrics then, and
//! not only an exit code.

use crate::limits::TELL_TIME_MAX;
use serde_json::json;
use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};

/// Says why; where nobody listens, the log has it already.
pub(crate) fn tell(reason: &str) {
    let Ok(interface) = std::env::var("AWS_LAMBDA_RUNTIME_API") else { return };
    if let Err(error) = post(&interface, reason) {
        tracing::warn!(%error, "the failure could not be reported");
    }
}

fn post(interface: &str, reason: &str) -> std::io::Result<()> {
    let body = json!({ "errorType": "Runtime.InitError", "errorMessage": reason, "stackTrace": [] }).to_string();
    let address = interface.to_socket_addrs()?.next().ok_or_else(|| std::io::Error::other("no address"))?;
    let mut stream = TcpStream::connect_timeout(&address, TELL_TIME_MAX)?;
    stream.set_write_timeout(Some(TELL_TIME_MAX))?;
    stream.set_read_timeout(Some(TELL_TIME_MAX))?;
    write!(
        stream,
        "POST /2018-06-01/runtime/init/error HTTP/1.1\r\nhost: {interface}\r\ncontent-type: application/json\r\n\
         lambda-runtime-function-error-type: Runtime.InitError\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )?;
    // It has been heard once it is answered, whatever the answer is.
    stream.read(&mut [0; 1]).map(drop)
}
