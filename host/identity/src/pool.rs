//! Threads of our own for work that blocks, and a short queue before them.
//!
//! - **Takes** a piece of work.
//! - **Gives** what it gave, once a thread had done it.
//! - **Fails** with `overloaded` at once when the queue is full.
//! - **Limits**: as many threads, and as many pieces waiting, as it is made with.
//! - **Why it is so**: each password that is hashed takes 19 MiB and tens of milliseconds. On threads that answer
//!   questions a hundred sign-ins would stop them all; on their own they wait for each other alone.

use crate::limits::BUSY_RETRY_AFTER_S;
use core::time::Duration;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;
use zero_pipeline::Problem;

type Job = Box<dyn FnOnce() + Send>;

/// The threads end when it is dropped.
pub(crate) struct Pool(SyncSender<Job>);

impl Pool {
    pub(crate) fn new(name: &str, threads: usize, queue: usize) -> std::io::Result<Self> {
        let (sender, receiver) = sync_channel::<Job>(queue);
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..threads.max(1) {
            let receiver = Arc::clone(&receiver);
            std::thread::Builder::new().name(name.to_owned()).spawn(move || work(&receiver))?;
        }
        Ok(Self(sender))
    }

    /// # Errors
    /// `overloaded` when too many wait already; `internal` when the work panicked.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let (tell, told) = oneshot::channel();
        // Whoever asked may have gone by then.
        let job = Box::new(move || drop(tell.send(work())));
        self.0.try_send(job).map_err(|_| busy())?;
        told.await.map_err(|_| Problem::internal("a sign-in broke"))
    }
}

fn work(receiver: &Mutex<Receiver<Job>>) {
    loop {
        let job = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // One request is lost, not the thread; whoever waits hears it by the dropped sender.
        if catch_unwind(AssertUnwindSafe(job)).is_err() {
            tracing::error!("a request for an account panicked");
        }
    }
}

fn busy() -> Problem {
    Problem {
        title: "too many sign-ins at once",
        detail: "as many sign-ins wait as this point of presence can carry".to_owned(),
        ..Problem::overloaded(Duration::from_secs(BUSY_RETRY_AFTER_S))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn more_than_the_queue_are_told_to_come_again() {
        let pool = Arc::new(Pool::new("test", 1, 1).unwrap());
        let (open, gate) = std::sync::mpsc::channel::<()>();
        let (begun, begins) = oneshot::channel();
        let first = tokio::spawn({
            let pool = Arc::clone(&pool);
            async move {
                pool.run(move || {
                    let _ = begun.send(());
                    gate.recv().is_ok()
                })
                .await
            }
        });
        begins.await.unwrap();
        let waits = tokio::spawn({
            let pool = Arc::clone(&pool);
            async move { pool.run(|| 2).await }
        });
        tokio::task::yield_now().await;
        let refused = loop {
            // The second has its place once a third is refused.
            match pool.0.try_send(Box::new(|| {})) {
                Err(_) => break pool.run(|| 3).await.unwrap_err(),
                Ok(()) => tokio::task::yield_now().await,
            }
        };
        assert_eq!((refused.status, refused.retry_after), (503, Some(Duration::from_secs(BUSY_RETRY_AFTER_S))));
        open.send(()).unwrap();
        assert_eq!(first.await.unwrap(), Ok(true));
        // It may have been refused itself, if the probe above took its place.
        assert!(waits.await.unwrap().map_or_else(|problem| problem.status == 503, |two| two == 2));
        assert_eq!(pool.run(|| panic!("on purpose")).await.map(|(): ()| ()).unwrap_err().status, 500);
        assert_eq!(pool.run(|| 4).await, Ok(4), "the thread lives");
    }
}
