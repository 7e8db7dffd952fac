//! What can go wrong, and whose fault it is.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// Why an engine could not be made: the operator's machine or folder.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Mostly too little address space.
    #[error(
        "cannot set up the WebAssembly engine: {0}\n\nhint: it reserves address space for every instance; raise `ulimit -v` or lower the number of instances"
    )]
    Setup(String),
    /// The folder of artifacts or the key beside it.
    #[error("cannot use `{path}`: {error}", path = path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        error: io::Error,
    },
    /// Whoever can read the key can have the engine run code of theirs.
    #[error("the key `{path}` is readable by others\n\nhint: delete it, so that a new one is made", path = path.display())]
    KeyExposed {
        /// Where it is.
        path: PathBuf,
    },
    /// Cut short, or something else altogether.
    #[error("the key `{path}` is not {expected} bytes long\n\nhint: delete it, so that a new one is made", path = path.display())]
    KeyMalformed {
        /// Where it is.
        path: PathBuf,
        /// Bytes a key has.
        expected: usize,
    },
    /// The system gives none.
    #[error("no randomness for the key of the artifacts: {0}")]
    Random(String),
}

/// Why bytes could not be loaded. Except for [`LoadError::Io`] it is the component's fault.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Too large, malformed, unstamped, with imports: refused without compiling it.
    #[error(transparent)]
    Refused(#[from] zero_builder::Error),
    /// Stamped with a world other than the one that is needed here.
    #[error("a component of `{found}`, where one of `{expected}` is needed")]
    WrongWorld {
        /// What is needed, in its latest version.
        expected: &'static str,
        /// What its stamp says.
        found: String,
    },
    /// The compiler refused it, crashed, or took too long.
    #[error("cannot be compiled: {0}")]
    Compile(String),
    /// Its exports are not those of the world that its stamp names, or it needs more than an instance is given.
    #[error("does not fit its world: {0}")]
    Interface(String),
    /// It says about itself what cannot be.
    #[error("its description is wrong: {0}")]
    Descriptor(String),
    /// `describe()` itself went wrong.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The child process could not be started.
    #[error("cannot run the compiler `{program}`: {error}", program = program.display())]
    Io {
        /// The program.
        program: PathBuf,
        /// What the system said.
        #[source]
        error: io::Error,
    },
}

/// Why a call gave no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{call}` of `{component}` {cause}")]
pub struct CallError {
    /// The connector's name, or the world of a function.
    pub component: Arc<str>,
    /// Which of its functions.
    pub call: &'static str,
    /// What happened.
    pub cause: Cause,
}

/// What ended a call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// It used all the CPU that a call is given.
    #[error("ran out of CPU")]
    Cpu,
    /// It asked for more memory than an instance is given.
    #[error("ran out of memory")]
    Memory,
    /// It ended itself, mostly by a panic.
    #[error("trapped: {0}")]
    Trap(String),
    /// What it handed back is over the limit.
    #[error("gave a result that is too large")]
    ResultTooLarge,
    /// What it handed back breaks the contract.
    #[error("broke the contract: {0}")]
    Protocol(String),
    /// All instances are busy.
    #[error("found no free instance\n\nhint: too many calls at once; try again")]
    Overloaded,
    /// Anything else on our side.
    #[error("could not be run: {0}")]
    Internal(String),
}

impl Cause {
    /// The word for ledgers and metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::Trap(_) => "trap",
            Self::ResultTooLarge => "result-too-large",
            Self::Protocol(_) => "protocol",
            Self::Overloaded => "overloaded",
            Self::Internal(_) => "internal",
        }
    }
}

/// Who has to mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Its author.
    Component,
    /// Whoever runs the host.
    Host,
}

impl CallError {
    /// Whose fault it was.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self.cause {
            Cause::Overloaded | Cause::Internal(_) => Fault::Host,
            Cause::Cpu | Cause::Memory | Cause::Trap(_) | Cause::ResultTooLarge | Cause::Protocol(_) => {
                Fault::Component
            }
        }
    }
}
