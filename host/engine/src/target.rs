//! The machines that packages are made for.
//!
//! - **Takes** a component and a machine that need not be this one.
//! - **Gives** machine code that runs on every machine of its kind.
//! - **Fails** with the compiler's own words.
//! - **Why it is so**: code for the machine that happens to make a package would use all that this machine can, and stop
//!   on an older one. So what the code may use is named and fixed, and equal components make equal packages wherever
//!   they are built.

/// A kind of machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Linux on `x86-64-v3`: AVX2, BMI, FMA. Every x86 machine of AWS Lambda has these.
    X86_64,
    /// Linux on ARMv8.0, without any extension: every Graviton.
    Arm64,
}

impl Target {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::X86_64, Self::Arm64];

    /// As deployment files have it: `x86_64`, `arm64`.
    #[must_use]
    pub fn architecture(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }

    /// The target of an architecture.
    #[must_use]
    pub fn of(architecture: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|target| target.architecture() == architecture)
    }

    /// What the code may use, as the index of artifacts names it.
    #[must_use]
    pub fn machine(self) -> &'static str {
        match self {
            Self::X86_64 => "x86-64-v3",
            Self::Arm64 => "armv8-a",
        }
    }

    /// Whether this program has a compiler for it.
    #[must_use]
    pub fn can_compile(self) -> bool {
        let own = cfg!(target_arch = "x86_64") && self == Self::X86_64
            || cfg!(target_arch = "aarch64") && self == Self::Arm64;
        cfg!(feature = "compiler") && (own || cfg!(feature = "arm64") && self == Self::Arm64)
    }

    /// Compiles a component in this process: whoever makes packages trusts the compiler with what they sign.
    #[cfg(feature = "compiler")]
    pub(crate) fn compile(self, component: &[u8]) -> Result<Vec<u8>, String> {
        if !self.can_compile() {
            let architecture = self.architecture();
            return Err(format!(
                "this program has no compiler for {architecture}\n\nhint: build it with `--features arm64`, or on such a machine"
            ));
        }
        let failed = |error: wasmtime::Error| format!("{error:#}");
        let engine = wasmtime::Engine::new(&self.settings().map_err(failed)?).map_err(failed)?;
        engine.precompile_component(component).map_err(failed)
    }

    /// What any engine of ours runs, for a machine that is named instead of looked at.
    #[cfg(feature = "compiler")]
    #[allow(unsafe_code, reason = "wasmtime wants it for every word to the compiler")]
    fn settings(self) -> wasmtime::Result<wasmtime::Config> {
        let mut config = crate::settings::compiling();
        match self {
            Self::X86_64 => {
                config.target("x86_64-unknown-linux-gnu")?;
                // SAFETY: it only names instructions; an engine refuses code that uses those its machine has not.
                unsafe { config.cranelift_flag_enable("x86-64-v3") };
            }
            Self::Arm64 => _ = config.target("aarch64-unknown-linux-gnu")?,
        }
        Ok(config)
    }
}
