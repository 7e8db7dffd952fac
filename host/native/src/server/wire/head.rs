//! The head of an HTTP/1 request, read as strictly as the strictest server on its way may read it.
//!
//! - **Takes** the bytes that have come so far.
//! - **Gives** where the head ends, and how long the body after it is.
//! - **Fails** with a [`Refusal`], as soon as it is certain.
//! - **Limits**: [`limits::URI_BYTES_MAX`], [`limits::HEADER_BYTES_MAX`], [`limits::HEADERS_MAX`].
//! - **Why it is so**: request smuggling lives on two servers that disagree where a request ends. What RFC 9112 lets a
//!   server mend (a bare LF, two lengths, a folded line) is refused here, so that there is nothing to disagree about.

use super::Refusal;
use crate::server::limits;

/// How the body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// After so many bytes.
    Length(u64),
    /// After its last chunk.
    Chunked,
}

/// Where the head ends, or none while it has not; `seen` bytes were looked at before.
pub(super) fn end(bytes: &[u8], seen: usize) -> Result<Option<usize>, Refusal> {
    let mut before = seen.checked_sub(1).and_then(|at| bytes.get(at)).copied();
    for (at, byte) in bytes.iter().copied().enumerate().skip(seen) {
        match (before, byte) {
            (Some(b'\r'), b'\n') if at >= 3 && bytes.get(at - 3..at - 1) == Some(b"\r\n") => {
                return within(bytes, at + 1).map(|()| Some(at + 1));
            }
            (Some(b'\r'), b'\n') => {}
            (Some(b'\r'), _) => return Err(Refusal::Malformed("a CR is not followed by LF")),
            (_, b'\n') => return Err(Refusal::Malformed("a line ends in LF without CR")),
            (_, 0) => return Err(Refusal::Malformed("there is a NUL")),
            _ => {}
        }
        before = Some(byte);
    }
    within(bytes, bytes.len()).map(|()| None)
}

/// Whether a head of which `length` bytes are known is small enough.
fn within(bytes: &[u8], length: usize) -> Result<(), Refusal> {
    // Most heads are smaller than a line may be, and whoever drips has each byte looked at once.
    if length <= limits::REQUEST_LINE_BYTES_MAX {
        return Ok(());
    }
    let line = bytes.iter().take(limits::REQUEST_LINE_BYTES_MAX + 1).position(|byte| *byte == b'\r');
    if line.unwrap_or(length) > limits::REQUEST_LINE_BYTES_MAX {
        return Err(Refusal::UriTooLong);
    }
    if length > limits::HEADER_BYTES_MAX as usize { Err(Refusal::HeadersTooLarge) } else { Ok(()) }
}

/// How the body after this whole head ends.
pub(super) fn framing(head: &[u8]) -> Result<Framing, Refusal> {
    let mut lines = Lines(head);
    let (version, target) = request_line(lines.next().unwrap_or_default())?;
    let mut fields = Fields::default();
    for (number, line) in lines.enumerate() {
        if number >= limits::HEADERS_MAX {
            return Err(Refusal::HeadersTooLarge);
        }
        fields.handle(line)?;
    }
    fields.host(version, target)?;
    fields.framing(version)
}

/// Lines of a head up to the empty one; each LF follows a CR, as [`end`] has found.
struct Lines<'a>(&'a [u8]);

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let at = self.0.iter().position(|byte| *byte == b'\r')?;
        let (line, rest) = (self.0.get(..at)?, self.0.get(at + 2..)?);
        self.0 = rest;
        (!line.is_empty()).then_some(line)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    Zero,
    One,
}

/// Version, and the authority of a target in absolute form.
fn request_line(line: &[u8]) -> Result<(Version, Option<&[u8]>), Refusal> {
    let mut parts = line.split(|byte| *byte == b' ');
    let (Some(method), Some(target), Some(version), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Refusal::Malformed("the request line is not method, target and version with one space between"));
    };
    if method.is_empty() || !method.iter().copied().all(is_token) {
        return Err(Refusal::Malformed("the method is no token"));
    }
    if target.len() > limits::URI_BYTES_MAX {
        return Err(Refusal::UriTooLong);
    }
    if target.is_empty() || !target.iter().all(u8::is_ascii_graphic) || target.contains(&b'#') {
        return Err(Refusal::Malformed("the target holds what no target holds"));
    }
    let version = match version {
        b"HTTP/1.1" => Version::One,
        b"HTTP/1.0" => Version::Zero,
        _ => return Err(Refusal::Malformed("the version is neither HTTP/1.1 nor HTTP/1.0")),
    };
    Ok((version, authority(method, target)?))
}

/// The authority of a target in absolute form; none in origin form or for `OPTIONS *`.
fn authority<'a>(method: &[u8], target: &'a [u8]) -> Result<Option<&'a [u8]>, Refusal> {
    if target.starts_with(b"/") || (target == b"*" && method == b"OPTIONS") {
        return Ok(None);
    }
    let scheme = |scheme: &[u8]| {
        let (said, rest) = target.split_at_checked(scheme.len())?;
        said.eq_ignore_ascii_case(scheme).then_some(rest)
    };
    let rest = scheme(b"http://").or_else(|| scheme(b"https://"));
    let rest =
        rest.ok_or(Refusal::Malformed("the target is neither a path nor a URL; nobody is connected elsewhere"))?;
    Ok(Some(rest.split(|byte| b"/?".contains(byte)).next().unwrap_or_default()))
}

/// The fields that say where a request goes and where it ends.
#[derive(Default)]
struct Fields<'a> {
    host: Option<&'a [u8]>,
    length: Option<u64>,
    chunked: bool,
}

impl<'a> Fields<'a> {
    fn handle(&mut self, line: &'a [u8]) -> Result<(), Refusal> {
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            return Err(Refusal::Malformed("a field goes on in the next line"));
        }
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (name, value) = line.split_at(colon);
        if name.is_empty() || value.is_empty() || !name.iter().copied().all(is_token) {
            return Err(Refusal::Malformed("a field is not a name and directly after it a colon"));
        }
        let value = value.get(1..).unwrap_or_default();
        if value.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t') {
            return Err(Refusal::Malformed("a field holds a control character"));
        }
        let value = value.trim_ascii();
        if name.eq_ignore_ascii_case(b"host") {
            once(self.host.replace(value).is_some(), "there is more than one `Host`")
        } else if name.eq_ignore_ascii_case(b"content-length") {
            let length = number(value).ok_or(Refusal::Malformed("`Content-Length` is not one number"))?;
            once(self.length.replace(length).is_some(), "there is more than one `Content-Length`")
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            let refused = self.chunked || !value.eq_ignore_ascii_case(b"chunked");
            self.chunked = true;
            once(refused, "`Transfer-Encoding` is not `chunked`, once")
        } else {
            Ok(())
        }
    }

    /// That it says once where it goes.
    fn host(&self, version: Version, authority: Option<&[u8]>) -> Result<(), Refusal> {
        match (self.host, authority) {
            (None, _) if version == Version::One => Err(Refusal::Malformed("there is no `Host`")),
            (Some(host), _) if !is_host(host) => Err(Refusal::Malformed("`Host` is not a host and perhaps a port")),
            (Some(host), Some(authority)) if !host.eq_ignore_ascii_case(authority) => {
                Err(Refusal::Malformed("`Host` and the target name two hosts"))
            }
            (None, Some(authority)) if !is_host(authority) => Err(Refusal::Malformed("the target names no host")),
            _ => Ok(()),
        }
    }

    /// That it says once where it ends.
    fn framing(&self, version: Version) -> Result<Framing, Refusal> {
        match (self.chunked, self.length) {
            (true, Some(_)) => Err(Refusal::Malformed("there are `Content-Length` and `Transfer-Encoding`")),
            (true, None) if version == Version::Zero => Err(Refusal::Malformed("HTTP/1.0 has no chunks")),
            (true, None) => Ok(Framing::Chunked),
            (false, length) => Ok(Framing::Length(length.unwrap_or(0))),
        }
    }
}

fn once(is_again: bool, what: &'static str) -> Result<(), Refusal> {
    if is_again { Err(Refusal::Malformed(what)) } else { Ok(()) }
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Digits alone: no sign, no list.
fn number(digits: &[u8]) -> Option<u64> {
    let fits = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    fits.then(|| core::str::from_utf8(digits).ok()?.parse().ok()).flatten()
}

/// A name or an address, and perhaps a port; whoever writes a user before it means somebody else to read it.
pub(in crate::server) fn is_host(host: &[u8]) -> bool {
    let (name, port) = match host.strip_prefix(b"[") {
        Some(rest) => {
            let Some(at) = rest.iter().position(|byte| *byte == b']') else { return false };
            let (address, port) = rest.split_at(at);
            if !address.iter().all(|byte| byte.is_ascii_hexdigit() || b":.".contains(byte)) {
                return false;
            }
            (address, port.get(1..).unwrap_or_default())
        }
        None => host.split_at(host.iter().position(|byte| *byte == b':').unwrap_or(host.len())),
    };
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~%:".contains(byte);
    let is_port = |port: &[u8]| port.len() <= 5 && number(port).is_some_and(|port| port <= u16::MAX.into());
    !name.is_empty() && name.iter().all(is_name) && (port.is_empty() || port.strip_prefix(b":").is_some_and(is_port))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of a head that comes byte by byte, and of one that comes at once.
    fn read(head: &str) -> Result<Framing, Refusal> {
        let bytes = head.as_bytes();
        let whole = end(bytes, 0);
        let mut dripped = Ok(None);
        for length in 1..=bytes.len() {
            dripped = end(&bytes[..length], length - 1);
            if dripped != Ok(None) {
                break;
            }
        }
        assert_eq!(whole, dripped, "{head:?}");
        framing(&bytes[..whole?.expect("it ends")])
    }

    fn refused(head: &str, why: &str) {
        match read(head) {
            Err(Refusal::Malformed(said)) => assert!(said.contains(why), "{head:?}: {said}"),
            other => panic!("{head:?}: {other:?}"),
        }
    }

    #[test]
    fn a_head_says_once_where_it_ends() {
        let check = |fields: &str, framing: Framing| {
            assert_eq!(read(&format!("POST /a?b HTTP/1.1\r\nHost: a\r\n{fields}\r\n")), Ok(framing), "{fields:?}");
        };
        check("", Framing::Length(0));
        check("Content-Length: 7\r\n", Framing::Length(7));
        check("content-length:\t7 \r\nx-empty:\r\n", Framing::Length(7));
        check("Transfer-Encoding: Chunked\r\n", Framing::Chunked);
        for line in
            ["GET / HTTP/1.0\r\n", "OPTIONS * HTTP/1.1\r\nhost: a\r\n", "GET http://A:80/b HTTP/1.1\r\nhost: a:80\r\n"]
        {
            assert_eq!(read(&format!("{line}\r\n")), Ok(Framing::Length(0)), "{line:?}");
        }
    }

    #[test]
    fn what_two_servers_may_read_differently_is_refused() {
        let field = |fields: &str, why: &str| refused(&format!("POST / HTTP/1.1\r\nHost: a\r\n{fields}\r\n"), why);
        field("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "and `Transfer-Encoding`");
        field("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "and `Transfer-Encoding`");
        field("Content-Length: 4\r\nContent-Length: 4\r\n", "more than one `Content-Length`");
        for length in ["4, 4", "+4", "-4", "0x4", "4 4", "", "4;", "99999999999999999999", "\u{664}"] {
            field(&format!("Content-Length: {length}\r\n"), "not one number");
        }
        for coding in
            ["gzip, chunked", "chunked, chunked", "chunked, identity", "xchunked", "chunked;a=b", "", "\"chunked\""]
        {
            field(&format!("Transfer-Encoding: {coding}\r\n"), "`chunked`, once");
        }
        field("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "`chunked`, once");
        field("Content-Length : 4\r\n", "directly after it a colon");
        field("Transfer-Encoding\r\n", "directly after it a colon");
        field(": 4\r\n", "directly after it a colon");
        field("a\u{e9}: 4\r\n", "directly after it a colon");
        field("X: a\r\n chunked\r\n", "goes on in the next line");
        field("X: a\x0bb\r\n", "control character");
        field("X: a\x7fb\r\n", "control character");
        field("X: a\0b\r\n", "NUL");
        field("X: a\nContent-Length: 4\r\n", "LF without CR");
        field("X: a\rContent-Length: 4\r\n", "CR is not followed");
        refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "no chunks");
        refused("GET / HTTP/1.1\n\n", "LF without CR");
    }

    #[test]
    fn a_request_goes_to_one_host() {
        let host = |line: &str, fields: &str, why: &str| refused(&format!("{line}\r\n{fields}\r\n"), why);
        host("GET / HTTP/1.1", "", "no `Host`");
        host("GET / HTTP/1.1", "Host: a\r\nHost: a\r\n", "more than one `Host`");
        host("GET http://a/ HTTP/1.1", "Host: b\r\n", "two hosts");
        host("GET http://a@b/ HTTP/1.1", "Host: b\r\n", "two hosts");
        host("GET http:/// HTTP/1.0", "", "names no host");
        for wrong in ["", "a b", "a/b", "user@a", "a:b", "a:99999", "a:", "[::1", "[::1]x", "[::g]", "a,b", "a:1:2"] {
            host("GET / HTTP/1.1", &format!("Host: {wrong}\r\n"), "perhaps a port");
        }
        for right in ["a", "a.example:8080", "127.0.0.1:1", "[::1]", "[::1]:443", "xn--bcher-kva.example", "a_b"] {
            assert!(is_host(right.as_bytes()), "{right}");
        }
    }

    #[test]
    fn a_request_line_has_three_parts() {
        let line = |line: &str, why: &str| refused(&format!("{line}\r\nHost: a\r\n\r\n"), why);
        for wrong in
            ["GET  / HTTP/1.1", "GET /", "GET / a HTTP/1.1", "GET\t/ HTTP/1.1", " GET / HTTP/1.1", "GET / HTTP/1.1 "]
        {
            refused(&format!("{wrong}\r\nHost: a\r\n\r\n"), "");
        }
        line("G(T / HTTP/1.1", "no token");
        line("GET /\u{e9} HTTP/1.1", "what no target holds");
        line("GET /#a HTTP/1.1", "what no target holds");
        for version in ["HTTP/2.0", "HTTP/1.2", "http/1.1", "HTTP/1.10", "HTTP/01.1", "ICY"] {
            line(&format!("GET / {version}"), "the version is");
        }
        for target in ["a.example:443", "*", "ftp://a/", "a"] {
            line(&format!("CONNECT {target} HTTP/1.1"), "neither a path nor a URL");
        }
    }

    #[test]
    fn a_head_is_small() {
        let uri = |length: usize| format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(length));
        assert!(read(&uri(limits::URI_BYTES_MAX - 1)).is_ok());
        assert_eq!(read(&uri(limits::URI_BYTES_MAX)), Err(Refusal::UriTooLong));
        assert_eq!(end("a".repeat(limits::REQUEST_LINE_BYTES_MAX + 1).as_bytes(), 0), Err(Refusal::UriTooLong));
        let fields = |count: usize| format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "a: b\r\n".repeat(count - 1));
        assert!(read(&fields(limits::HEADERS_MAX)).is_ok());
        assert_eq!(read(&fields(limits::HEADERS_MAX + 1)), Err(Refusal::HeadersTooLarge));
        let large = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}", "a".repeat(limits::HEADER_BYTES_MAX as usize));
        assert_eq!(end(large.as_bytes(), 0), Err(Refusal::HeadersTooLarge));
    }
}
