use super::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

/// What the parser reads of these bytes, however the network cuts them, and for which head there is which refusal.
async fn check(sent: &str, expected: Result<&str, &str>, refused: Option<(u64, &str)>) {
    for size in [1, 3, 17, sent.len()] {
        let verdict = Verdict::default();
        let (mut client, server) = duplex(size);
        let (begun, rest) = sent.as_bytes().split_at(size.min(sent.len()));
        let mut watched = Watched::new(server, Protocol::Http1, begun, Arc::clone(&verdict));
        let rest = rest.to_vec();
        let sending = tokio::spawn(async move {
            // Whoever is refused is not read to the end.
            let _ = client.write_all(&rest).await;
        });
        match expected {
            Ok(expected) => {
                let mut read = vec![0; expected.len()];
                within(watched.read_exact(&mut read)).await.unwrap();
                assert_eq!(String::from_utf8_lossy(&read), expected, "{size}");
                if refused.is_none() {
                    // The client ends, and so does what is passed on.
                    assert_eq!(within(watched.read(&mut [0; 1])).await.unwrap(), 0, "{sent:?}");
                } else {
                    sending.abort();
                }
            }
            Err(why) => {
                let error = within(watched.read_to_end(&mut Vec::new())).await.unwrap_err();
                assert!(error.to_string().contains(why), "{sent:?}: {error}");
                sending.abort();
            }
        }
        let said = verdict.get().map(|(head, refusal)| (*head, format!("{refusal:?}")));
        match (said, refused) {
            (Some((head, said)), Some((number, why))) => assert!(head == number && said.contains(why), "{head} {said}"),
            (said, refused) => assert_eq!((said, refused), (None, None), "{sent:?}"),
        }
    }
}

/// Far longer than anything here takes; it only ends what hangs.
async fn within<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), what).await.expect("it hangs")
}

const GET: &str = "GET /a HTTP/1.1\r\nhost: a\r\n\r\n";

#[tokio::test]
async fn good_requests_pass_as_they_are() {
    let post = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc";
    let chunked = "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    let all = [GET, post, GET, chunked, chunked, GET].concat();
    check(&all, Ok(&all), None).await;
    check(&format!("\r\n{GET}\r\n{GET}"), Ok(&GET.repeat(2)), None).await;
    check("GET /unfinished", Ok(""), None).await;
}

#[tokio::test]
async fn another_head_stands_in_for_a_refused_one() {
    let stand_in = core::str::from_utf8(STAND_IN).unwrap();
    check("GET / HTTP/1.1\nhost: a\n\n", Ok(stand_in), Some((1, "LF without CR"))).await;
    let all = format!("{GET}{GET}GET / HTTP/1.1\r\n\r\n{GET}");
    check(&all, Ok(&format!("{GET}{GET}{stand_in}")), Some((3, "no `Host`"))).await;
    // A request that a lenient server finds in the body of another.
    let hidden =
        format!("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{GET}");
    check(&hidden, Ok(stand_in), Some((1, "`Transfer-Encoding`"))).await;
}

#[tokio::test]
async fn an_odd_chunk_ends_the_body() {
    let head = "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n";
    check(&format!("{head}3;a=b\r\nabc\r\n0\r\n\r\n{GET}"), Err("hexadecimal"), None).await;
}

#[tokio::test]
async fn a_flood_ends_the_connection() {
    let (mut client, server) = duplex(1 << 16);
    let mut watched = Watched::new(server, Protocol::Http2, b"preface", Verdict::default());
    let ping = [0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
    let sending = tokio::spawn(async move { client.write_all(&ping.repeat(10_000)).await });
    let mut read = Vec::new();
    let error = watched.read_to_end(&mut read).await.unwrap_err();
    assert!(error.to_string().contains("ask for nothing"));
    assert!(read.starts_with(b"preface"));
    sending.abort();
}
