//! HTTP/2 frames that cost us work and their sender nothing, counted.
//!
//! - **Takes** what the client sends after the preface, and the time.
//! - **Gives** nothing, as long as the client is one that asks questions.
//! - **Fails** once a client has used up what it had, and the connection ends.
//! - **Limits**: [`limits::CONTROLS`], [`limits::RESETS`] and [`limits::CONTINUATIONS_MAX`].
//! - **Why it is so**: h2 bounds the memory of such floods, and of reset streams and small DATA frames also their number.
//!   PING, SETTINGS, PRIORITY, WINDOW_UPDATE and frames of unknown kinds it answers or reads as fast as they come. So
//!   they are an allowance here, which grows with time and with what honest clients cause: requests, and bytes sent.

use crate::server::limits::{self, Allowance};
use core::time::Duration;

/// Bytes of a frame's header.
const HEADER_BYTES: usize = 9;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const CONTINUATION: u8 = 9;
/// END_STREAM of DATA: an empty one of these is how many requests end.
const END_STREAM: u8 = 1;

/// What one client has left.
#[derive(Debug)]
pub(super) struct Frames {
    header: [u8; HEADER_BYTES],
    /// Bytes of the header that have come.
    known: usize,
    /// Bytes of the frame that are still to come.
    payload: usize,
    controls: Purse,
    resets: Purse,
    continuations: u32,
    /// Bytes sent that have not been counted yet.
    sent: usize,
}

impl Frames {
    pub(super) fn new(now: Duration) -> Self {
        Self {
            header: [0; HEADER_BYTES],
            known: 0,
            payload: 0,
            controls: Purse::new(limits::CONTROLS, now),
            resets: Purse::new(limits::RESETS, now),
            continuations: 0,
            sent: 0,
        }
    }

    /// Who reads what we send has to tell us so.
    pub(super) fn handle_sent(&mut self, bytes: usize) {
        self.sent += bytes;
        let earned = self.sent / limits::BYTES_PER_CONTROL;
        self.sent %= limits::BYTES_PER_CONTROL;
        self.controls.earn(earned.min(limits::CONTROLS.most as usize) as f64);
    }

    /// What has come.
    ///
    /// # Errors
    /// It is a flood; of what.
    pub(super) fn handle(&mut self, mut bytes: &[u8], now: Duration) -> Result<(), &'static str> {
        while !bytes.is_empty() {
            let skipped = self.payload.min(bytes.len());
            self.payload -= skipped;
            bytes = bytes.get(skipped..).unwrap_or_default();
            let wanted = (HEADER_BYTES - self.known).min(bytes.len());
            let (now_known, rest) = bytes.split_at(wanted);
            if let Some(place) = self.header.get_mut(self.known..self.known + wanted) {
                place.copy_from_slice(now_known);
            }
            self.known += wanted;
            bytes = rest;
            if self.known == HEADER_BYTES {
                self.known = 0;
                self.handle_frame(now)?;
            }
        }
        Ok(())
    }

    fn handle_frame(&mut self, now: Duration) -> Result<(), &'static str> {
        let [high, middle, low, kind, flags, ..] = self.header;
        self.payload = usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low);
        if kind != CONTINUATION {
            self.continuations = 0;
        }
        match kind {
            DATA if self.payload > 0 || flags & END_STREAM != 0 => Ok(()),
            HEADERS => {
                self.controls.earn(limits::CONTROLS_PER_REQUEST);
                Ok(())
            }
            CONTINUATION => {
                self.continuations += 1;
                if self.continuations > limits::CONTINUATIONS_MAX { Err("CONTINUATION") } else { Ok(()) }
            }
            RST_STREAM => self.resets.spend(now).ok_or("RST_STREAM"),
            _ => self.controls.spend(now).ok_or("frames that ask for nothing"),
        }
    }
}

/// An allowance in use.
#[derive(Debug)]
struct Purse {
    allowance: Allowance,
    left: f64,
    at: Duration,
}

impl Purse {
    fn new(allowance: Allowance, now: Duration) -> Self {
        Self { allowance, left: allowance.most, at: now }
    }

    fn earn(&mut self, more: f64) {
        self.left = (self.left + more).min(self.allowance.most);
    }

    /// None when nothing is left.
    fn spend(&mut self, now: Duration) -> Option<()> {
        let passed = now.saturating_sub(self.at);
        self.at = now;
        self.earn(passed.as_secs_f64() * self.allowance.per_second);
        self.left -= 1.0;
        (self.left >= 0.0).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Duration = Duration::ZERO;

    fn frame(kind: u8, flags: u8, payload: usize) -> Vec<u8> {
        let length = u32::try_from(payload).unwrap().to_be_bytes();
        let header = [length[1], length[2], length[3], kind, flags, 0, 0, 0, 1];
        [header.as_slice(), &vec![0xff; payload]].concat()
    }

    /// How many of these in a row are let through, at once.
    fn passed(frames: &mut Frames, one: &[u8], now: Duration) -> usize {
        (0..10_000).take_while(|_| frames.handle(one, now).is_ok()).count()
    }

    #[test]
    fn floods_end_and_time_gives_back() {
        let most = limits::CONTROLS.most as usize;
        let cases = [
            (frame(4, 0, 0), most),
            (frame(6, 0, 8), most),
            (frame(2, 0, 5), most),
            (frame(8, 0, 4), most),
            (frame(0, 0, 0), most),
            (frame(200, 0, 3), most),
            (frame(3, 0, 4), limits::RESETS.most as usize),
            (frame(9, 0, 100), limits::CONTINUATIONS_MAX as usize),
        ];
        for (one, most) in cases {
            assert_eq!(passed(&mut Frames::new(START), &one, START), most, "{one:?}");
        }
        let (mut frames, settings) = (Frames::new(START), frame(4, 0, 0));
        passed(&mut frames, &settings, START);
        assert_eq!(passed(&mut frames, &settings, Duration::from_secs(1)), limits::CONTROLS.per_second as usize - 1);
    }

    #[test]
    fn who_asks_and_reads_may_say_so() {
        let mut frames = Frames::new(START);
        let request = [frame(1, 4, 40), frame(0, 0, 300), frame(0, 1, 0), frame(8, 0, 4), frame(8, 0, 4)].concat();
        assert_eq!(passed(&mut frames, &request, START), 10_000);
        let mut frames = Frames::new(START);
        for _ in 0..10_000 {
            frames.handle_sent(limits::BYTES_PER_CONTROL / 2);
            frames.handle_sent(limits::BYTES_PER_CONTROL / 2);
            frames.handle(&frame(8, 0, 4), START).unwrap();
        }
    }

    #[test]
    fn networks_cut_where_they_like() {
        let many: Vec<u8> = (0..500).flat_map(|_| [frame(6, 0, 8), frame(1, 4, 70), frame(3, 0, 4)].concat()).collect();
        let counted = |size: usize| {
            let mut frames = Frames::new(START);
            let told = many.chunks(size).try_for_each(|part| frames.handle(part, START));
            (told, frames.controls.left, frames.resets.left)
        };
        let whole = counted(many.len());
        assert_eq!(whole.0, Err("RST_STREAM"));
        for size in [1, 2, 8, 9, 10, 17, 1000] {
            assert_eq!(counted(size), whole, "{size}");
        }
    }
}
