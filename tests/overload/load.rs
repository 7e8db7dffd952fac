//! Askers that cost little: requests written beforehand but for a number, on connections that are kept.

use core::cell::{Cell, RefCell};
use core::time::Duration;
use std::net::SocketAddr;
use std::rc::Rc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::spawn_local;
use tokio::time::{Instant, sleep_until, timeout};

/// An answer after this is nobody's.
const USEFUL: Duration = Duration::from_secs(3);
/// A response that has not come by then never does.
const GIVEN_UP: Duration = Duration::from_secs(20);

/// All who ask one host; clones share its connections.
#[derive(Clone)]
pub(crate) struct Asker(Rc<Inner>);

struct Inner {
    address: SocketAddr,
    idle: RefCell<Vec<TcpStream>>,
    asked: Cell<u64>,
}

/// What one load came to.
#[derive(Default)]
pub(crate) struct Stage {
    /// Useful answers a second.
    pub(crate) goodput: f64,
    pub(crate) answers: usize,
    /// How long each took that was turned away.
    pub(crate) rejects: Vec<Duration>,
    /// Neither.
    pub(crate) broken: usize,
    rate: f64,
}

/// What one question came to, and when.
struct Done {
    at: Instant,
    took: Duration,
    outcome: Outcome,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Answered,
    TurnedAway,
    Broken,
}

impl Asker {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self(Rc::new(Inner { address, idle: RefCell::default(), asked: Cell::default() }))
    }

    /// So many who ask again as soon as they are answered: answers a second.
    pub(crate) async fn closed(&self, askers: usize, time: Duration) -> f64 {
        let (start, answers) = (Instant::now(), Rc::new(Cell::new(0_u32)));
        let asking: Vec<_> = (0..askers)
            .map(|_| {
                let (asker, answers) = (self.clone(), Rc::clone(&answers));
                spawn_local(async move {
                    while start.elapsed() < time {
                        let done = asker.ask(Instant::now()).await;
                        if done.outcome == Outcome::Answered && start.elapsed() < time {
                            answers.set(answers.get() + 1);
                        } else {
                            // Whoever is turned away does not come back at once.
                            tokio::time::sleep(Duration::from_millis(20)).await;
                        }
                    }
                })
            })
            .collect();
        for asking in asking {
            asking.await.unwrap();
        }
        f64::from(answers.get()) / time.as_secs_f64()
    }

    /// So many a second, whatever becomes of them; counted is what ends in the second of these times.
    pub(crate) async fn open(&self, rate: f64, settle: Duration, counted: Duration) -> Stage {
        let start = Instant::now();
        let (from, until) = (start + settle, start + settle + counted);
        let stage = Rc::new(RefCell::new(Stage { rate, ..Stage::default() }));
        let (mut due, mut random) = (start, 42_u64);
        while due < until {
            sleep_until(due).await;
            let (asker, stage) = (self.clone(), Rc::clone(&stage));
            spawn_local(async move {
                let done = asker.ask(due).await;
                if (from..until).contains(&done.at) {
                    stage.borrow_mut().count(&done);
                }
            });
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // From half to one and a half of the mean time between two.
            let jitter = 0.5 + (random >> 33) as f64 / (1_u64 << 31) as f64;
            due += Duration::from_secs_f64(jitter / rate);
        }
        let mut stage = core::mem::take(&mut *stage.borrow_mut());
        stage.goodput = stage.answers as f64 / counted.as_secs_f64();
        stage
    }

    /// One question that nobody asked before, so that no cache answers it.
    async fn ask(&self, due: Instant) -> Done {
        let number = self.0.asked.get();
        self.0.asked.set(number + 1);
        let request = format!(
            "GET /v1/answer?q=what+does+record+{number}+say&sources=stub-0&budget_ms=5000 HTTP/1.1\r\nhost: a\r\n\r\n"
        );
        let outcome = timeout(GIVEN_UP, self.exchange(request.as_bytes())).await.unwrap_or(Outcome::Broken);
        let (at, took) = (Instant::now(), due.elapsed());
        let late = outcome == Outcome::Answered && took > USEFUL;
        Done { at, took, outcome: if late { Outcome::Broken } else { outcome } }
    }

    async fn exchange(&self, request: &[u8]) -> Outcome {
        let kept = self.0.idle.borrow_mut().pop();
        if let Some(mut stream) = kept
            && let Some(outcome) = say(&mut stream, request).await
        {
            self.0.idle.borrow_mut().push(stream);
            return outcome;
        }
        // There was none, or the host had closed it meanwhile.
        let Ok(mut stream) = TcpStream::connect(self.0.address).await else { return Outcome::Broken };
        let _ = stream.set_nodelay(true);
        match say(&mut stream, request).await {
            Some(outcome) => {
                self.0.idle.borrow_mut().push(stream);
                outcome
            }
            None => Outcome::Broken,
        }
    }
}

/// None when the connection ends before the response does.
async fn say(stream: &mut TcpStream, request: &[u8]) -> Option<Outcome> {
    stream.write_all(request).await.ok()?;
    let mut read = Vec::with_capacity(4096);
    let head_end = loop {
        if let Some(at) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut read).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&read[..head_end]).to_ascii_lowercase();
    let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    let length: usize = field("content-length")?.parse().ok()?;
    while read.len() < head_end + length {
        if stream.read_buf(&mut read).await.ok()? == 0 {
            return None;
        }
    }
    Some(match &head[9..12] {
        "200" if read[head_end..].windows(10).any(|window| window == b"\"answered\"") => Outcome::Answered,
        "503" if field("retry-after").is_some() => Outcome::TurnedAway,
        _ => Outcome::Broken,
    })
}

impl Stage {
    fn count(&mut self, done: &Done) {
        match done.outcome {
            Outcome::Answered => self.answers += 1,
            Outcome::TurnedAway => self.rejects.push(done.took),
            Outcome::Broken => self.broken += 1,
        }
    }
}

impl core::fmt::Display for Stage {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { goodput, rate, answers, rejects, broken } = self;
        let rejects = rejects.len();
        write!(f, "{rate:.0}/s asked, {goodput:.1}/s answered ({answers}, {rejects} turned away, {broken} broken)")
    }
}
