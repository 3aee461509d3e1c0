//! What a run found.

use std::collections::BTreeMap;
use std::fmt;

use super::check::Port;

/// Every check of a run.
#[derive(Debug, Clone)]
pub struct Report {
    /// In the order of the ports, as the kit lists them.
    pub checks: Vec<CheckResult>,
}

/// One check.
#[derive(Debug, Clone)]
pub struct CheckResult {
    /// Unique, in kebab case, beginning with the port: "posts-save-race".
    pub name: &'static str,
    /// Whose contract it checks.
    pub port: Port,
    /// The sentence of the port's documentation that it stands for.
    pub sentence: &'static str,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The contract was kept.
    Passed,
    /// It was not; or the check panicked, or took longer than [`TIMEOUT`](super::TIMEOUT).
    Failed(String),
}

impl CheckResult {
    /// Whether the contract was kept.
    pub fn passed(&self) -> bool {
        self.outcome == Outcome::Passed
    }
}

impl Report {
    /// The checks that failed.
    pub fn failures(&self) -> impl Iterator<Item = &CheckResult> {
        self.checks.iter().filter(|check| !check.passed())
    }

    /// How many different contract sentences the checks stand for.
    pub fn sentences(&self) -> usize {
        let mut sentences: Vec<_> = self.checks.iter().map(|check| check.sentence).collect();
        sentences.sort_unstable();
        sentences.dedup();
        sentences.len()
    }

    /// Nothing, when every check passed.
    ///
    /// # Panics
    /// With the report, when a check failed or none ran.
    pub fn assert_ok(&self) {
        assert!(
            !self.checks.is_empty(),
            "no check of the conformance kit ran"
        );
        assert!(self.failures().next().is_none(), "{self}");
    }
}

/// Counts per port, then each failure with its sentence.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut ports: BTreeMap<Port, (usize, usize)> = BTreeMap::new();
        for check in &self.checks {
            let (passed, failed) = ports.entry(check.port).or_default();
            *(if check.passed() { passed } else { failed }) += 1;
        }
        for (port, (passed, failed)) in &ports {
            writeln!(
                f,
                "{:<12} {passed:>3} passed {failed:>3} failed",
                port.as_str()
            )?;
        }
        let failed = self.failures().count();
        writeln!(
            f,
            "{:<12} {:>3} passed {failed:>3} failed, for {} contract sentences",
            "all",
            self.checks.len() - failed,
            self.sentences(),
        )?;
        for check in self.failures() {
            if let Outcome::Failed(why) = &check.outcome {
                writeln!(
                    f,
                    "\nFAILED {}\n  contract: {}\n  {why}",
                    check.name, check.sentence
                )?;
            }
        }
        Ok(())
    }
}
