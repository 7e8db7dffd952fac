//! The linear memories of all guests, searched while instances still stand.
//!
//! The engine reserves the memories of all instances in one piece of address space when it is made: by far the largest
//! that appears then. What of it may be written belongs to guests.

use crate::{Canary, MARKER};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

/// Larger than anything but the engine's reservation.
const RESERVED_BYTES_MIN: u64 = 2 * 1024 * 1024 * 1024;

static SCANS: AtomicUsize = AtomicUsize::new(0);
static BYTES: AtomicUsize = AtomicUsize::new(0);
static MARKERS: AtomicUsize = AtomicUsize::new(0);
static STOPPED: AtomicBool = AtomicBool::new(false);
static FOUND: Mutex<BTreeMap<&'static str, usize>> = Mutex::new(BTreeMap::new());

/// From, to, and whether it may be written.
type Mapping = (u64, u64, bool);

pub(crate) fn mappings() -> Vec<Mapping> {
    let text = fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let read = |line: &str| {
        let (range, rest) = line.split_once(' ')?;
        let (from, to) = range.split_once('-')?;
        let address = |text| u64::from_str_radix(text, 16).ok();
        Some((address(from)?, address(to)?, rest.starts_with("rw")))
    };
    text.lines().filter_map(read).collect()
}

/// Pieces of address space without a gap that were not there before.
fn reservations(before: &[Mapping]) -> Vec<(u64, u64)> {
    let known = |from: u64, to: u64| before.iter().any(|(a, b, _)| *a < to && from < *b);
    let mut pieces: Vec<(u64, u64)> = Vec::new();
    for (from, to, _) in mappings() {
        match pieces.last_mut() {
            Some((_, end)) if *end == from => *end = to,
            _ => pieces.push((from, to)),
        }
    }
    pieces.retain(|(from, to)| to - from >= RESERVED_BYTES_MIN && !known(*from, *from + 1));
    pieces
}

/// Searches at the end of every call from now on. While somebody is identified, the call holds the key by its nature.
pub(crate) fn watch(before: &[Mapping], canaries: Vec<Canary>) {
    let reserved = reservations(before);
    assert!(!reserved.is_empty(), "the engine's reservation was not found");
    zero_engine::inspect::observe(move |component, call| {
        if STOPPED.load(SeqCst) || call == "authenticate" {
            return;
        }
        search(component, &reserved, &canaries);
    });
}

fn search(component: &str, reserved: &[(u64, u64)], canaries: &[Canary]) {
    let Ok(mut memory) = File::open("/proc/self/mem") else { return };
    SCANS.fetch_add(1, SeqCst);
    let within = |from: u64| reserved.iter().any(|(start, end)| (*start..*end).contains(&from));
    for (from, to, _) in mappings().into_iter().filter(|(from, _, writable)| *writable && within(*from)) {
        let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
        // Another thread's guest may give its memory back meanwhile.
        if memory.seek(SeekFrom::Start(from)).is_err() || memory.read_exact(&mut bytes).is_err() {
            continue;
        }
        BYTES.fetch_add(bytes.len(), SeqCst);
        MARKERS.fetch_add(usize::from(memchr::memmem::find(&bytes, MARKER.as_bytes()).is_some()), SeqCst);
        for canary in canaries {
            let count = canary.count(&bytes);
            if count > 0 {
                println!("{} after a call of {component}", canary.name);
            }
            *FOUND.lock().unwrap().entry(canary.name).or_default() += count;
        }
    }
}

pub(crate) fn stop() {
    STOPPED.store(true, SeqCst);
}

pub(crate) fn figures() -> (usize, usize) {
    (SCANS.load(SeqCst), BYTES.load(SeqCst))
}

pub(crate) fn found_marker() -> usize {
    MARKERS.load(SeqCst)
}

pub(crate) fn found() -> Vec<(&'static str, usize)> {
    FOUND.lock().unwrap().iter().map(|(name, count)| (*name, *count)).collect()
}
