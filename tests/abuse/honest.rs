//! Honest askers beside an attack: on connections that they keep, and on a new one for each question.

use crate::server::{SUM, Server, status};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What came of their questions.
#[derive(Debug, Default)]
pub(crate) struct Count {
    pub(crate) answered: usize,
    /// What went wrong, each in a few words.
    pub(crate) lost: Vec<String>,
    pub(crate) slowest: Duration,
}

impl Count {
    fn note(&mut self, start: Instant, outcome: Result<(), String>) {
        self.slowest = self.slowest.max(start.elapsed());
        match outcome {
            Ok(()) => self.answered += 1,
            Err(why) => self.lost.push(why),
        }
    }
}

/// Who asks between two questions.
const PAUSE: Duration = Duration::from_millis(25);
/// An address that attacks nobody.
const FROM: u8 = 1;

/// Asks as long as `attack` runs; what the attack gives, and what came of the questions.
pub(crate) fn beside<T>(server: &Server, attack: impl FnOnce() -> T) -> (T, Count) {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let askers = [scope.spawn(|| keeping(server, &over)), scope.spawn(|| anew(server, &over))];
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(attack));
        over.store(true, Ordering::Relaxed);
        let mut count = Count::default();
        for asker in askers {
            let one = asker.join().unwrap();
            count.answered += one.answered;
            count.lost.extend(one.lost);
            count.slowest = count.slowest.max(one.slowest);
        }
        match result {
            Ok(result) => (result, count),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// That nothing was lost.
pub(crate) fn check(attack: &str, count: &Count) {
    assert!(count.lost.is_empty(), "{attack}: honest questions were lost: {:?}", count.lost);
    assert!(count.answered > 0, "{attack}: nobody asked anything");
    println!("{attack}: honest {} of {} answered, the slowest in {:?}", count.answered, count.answered, count.slowest);
}

fn anew(server: &Server, over: &AtomicBool) -> Count {
    let mut count = Count::default();
    while !over.load(Ordering::Relaxed) {
        let start = Instant::now();
        let response = server.get(FROM, SUM, "");
        let fine = response.starts_with("HTTP/1.1 200 ") && response.contains("36");
        count.note(start, if fine { Ok(()) } else { Err(response) });
        std::thread::sleep(PAUSE);
    }
    count
}

fn keeping(server: &Server, over: &AtomicBool) -> Count {
    let mut count = Count::default();
    let mut stream = server.connect(FROM);
    while !over.load(Ordering::Relaxed) {
        let start = Instant::now();
        count.note(start, exchange(&mut stream, server));
        std::thread::sleep(PAUSE);
    }
    count
}

fn exchange(stream: &mut TcpStream, server: &Server) -> Result<(), String> {
    write!(stream, "GET {SUM} HTTP/1.1\r\nhost: {}\r\n\r\n", server.address).map_err(|error| error.to_string())?;
    let (mut said, mut room) = (Vec::new(), [0; 4096]);
    loop {
        let read = stream.read(&mut room).map_err(|error| error.to_string())?;
        said.extend_from_slice(&room[..read]);
        let text = String::from_utf8_lossy(&said);
        if read == 0 {
            return Err(format!("closed after {text:?}"));
        }
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.lines().find_map(|line| line.strip_prefix("content-length: ")).ok_or_else(|| head.to_owned())?;
        if body.len() >= length.parse::<usize>().unwrap() {
            return if status(head) == 200 && body.contains("36") { Ok(()) } else { Err(text.into_owned()) };
        }
    }
}
