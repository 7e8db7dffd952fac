//! A panic costs one question, where panics can be caught; elsewhere the host's sandbox ends with the request.

use core::panic::AssertUnwindSafe;
use futures_util::FutureExt as _;
use zero_pipeline::Problem;

/// What the question came to. What a panic said is in the log: it may tell more than an asker should know.
pub(crate) async fn guarded<T>(question: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
    AssertUnwindSafe(question).catch_unwind().await.unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        tracing::error!(panic = said, "a question panicked");
        Err(Problem::internal("answering the question panicked"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_problem() {
        let ended = guarded(async { if true { panic!("secret") } else { Ok(()) } }).now_or_never().unwrap();
        let problem = ended.unwrap_err();
        assert_eq!((problem.name, problem.status), ("internal", 500));
        assert!(!problem.to_string().contains("secret"));
        assert_eq!(guarded(async { Ok(1) }).now_or_never().unwrap(), Ok(1));
    }
}
