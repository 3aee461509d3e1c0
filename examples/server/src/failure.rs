//! Why the program ends early.

use std::process::ExitCode;

use crate::config::ConfigError;

/// One sentence for the person who started the program.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The configuration cannot be used; exit code 2.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// Anything else; exit code 1.
    #[error("{0}")]
    Run(String),
}

impl Failure {
    /// A failure that is not the configuration's.
    pub(crate) fn run(sentence: impl Into<String>) -> Self {
        Self::Run(sentence.into())
    }

    /// What the process ends with.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(_) => ExitCode::from(2),
            Self::Run(_) => ExitCode::FAILURE,
        }
    }
}
