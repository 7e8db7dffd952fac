//! An exchange as a store beyond the instance keeps it.
//!
//! Takes what may be kept and the time of day; gives bytes, and back. Fails as nothing: an entry that is broken, of
//! another version or no longer fresh is not there. Limits: [`ENTRY_BYTES_MAX`], and the pipeline's own lifetimes. Why it
//! is so: the end of its freshness stands in the entry, since a store may keep entries longer than it was told.

use core::time::Duration;
use zero_pipeline::Kept;
use zero_pipeline::limits::CACHE_POSITIVE_MAX;
use zero_types::connector::{Header, Response};

/// Bytes of one entry: most bodies, and within every store's own limit. Larger ones are not kept.
pub const ENTRY_BYTES_MAX: usize = 512 * 1024;

/// Raised whenever the form changes.
const VERSION: u8 = 1;

/// What stands before the body.
#[derive(serde::Serialize, serde::Deserialize)]
struct Head {
    until_ms: i64,
    status: u16,
    headers: Vec<(String, String)>,
}

/// None when it is too large.
pub(crate) fn write(kept: &Kept, now_ms: i64) -> Option<Vec<u8>> {
    let left = i64::try_from(kept.left.as_millis()).unwrap_or(i64::MAX);
    let head = Head {
        until_ms: now_ms.saturating_add(left),
        status: kept.response.status,
        headers: kept.response.headers.iter().map(|it| (it.name.clone(), it.value.clone())).collect(),
    };
    if kept.response.body.len() > ENTRY_BYTES_MAX {
        return None;
    }
    let mut bytes = postcard::to_extend(&head, vec![VERSION]).ok()?;
    bytes.extend_from_slice(&kept.response.body);
    (bytes.len() <= ENTRY_BYTES_MAX).then_some(bytes)
}

/// None when it is no entry, or fresh no longer.
pub(crate) fn read(bytes: &[u8], now_ms: i64) -> Option<Kept> {
    let (&VERSION, rest) = bytes.split_first()? else { return None };
    if bytes.len() > ENTRY_BYTES_MAX {
        return None;
    }
    let (head, body) = postcard::take_from_bytes::<Head>(rest).ok()?;
    let left = Duration::from_millis(u64::try_from(head.until_ms.checked_sub(now_ms)?).ok()?);
    if left.is_zero() || left > CACHE_POSITIVE_MAX {
        return None;
    }
    let headers = head.headers.into_iter().map(|(name, value)| Header { name, value }).collect();
    Some(Kept { response: Response { status: head.status, headers, body: body.to_vec() }, left })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(bytes: usize) -> Kept {
        let headers = vec![Header { name: "etag".into(), value: "\"1\"".into() }];
        Kept { response: Response { status: 200, headers, body: vec![7; bytes] }, left: Duration::from_secs(60) }
    }

    #[test]
    fn an_entry_comes_back_until_its_time_is_over() {
        let bytes = write(&kept(1000), 5_000).unwrap();
        assert_eq!(read(&bytes, 5_000), Some(kept(1000)));
        assert_eq!(read(&bytes, 64_999).unwrap().left, Duration::from_millis(1));
        assert_eq!(read(&bytes, 65_000), None);
        assert_eq!(read(&bytes, i64::MIN), None, "a clock that was set back a day makes nothing fresh");
    }

    #[test]
    fn what_is_large_broken_or_of_another_version_is_not_there() {
        assert_eq!(write(&kept(ENTRY_BYTES_MAX), 0), None);
        let bytes = write(&kept(10), 0).unwrap();
        assert_eq!(read(&[&[VERSION + 1], &bytes[1..]].concat(), 0), None);
        for length in 0..bytes.len() - 10 {
            assert_eq!(read(&bytes[..length], 0), None, "{length}");
        }
        assert_eq!(read(&vec![VERSION; ENTRY_BYTES_MAX + 1], 0), None);
    }
}
