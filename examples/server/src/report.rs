//! Findings as lines: for people, or one JSON document each.

use blog_storage::doctor::Finding;

use crate::failure::Failure;
use crate::print;

/// Prints the findings.
///
/// # Errors
/// When one of them failed, so that the exit code says so.
pub(crate) fn report(findings: &[Finding], json: bool) -> Result<(), Failure> {
    let mut text = String::new();
    for finding in findings {
        match json {
            true => text.push_str(
                &serde_json::to_string(finding)
                    .map_err(|error| Failure::run(format!("a finding is no JSON: {error}")))?,
            ),
            false => text.push_str(&finding.to_string()),
        }
        text.push('\n');
    }
    print(&text)?;
    match findings
        .iter()
        .filter(|finding| finding.is_failed())
        .count()
    {
        0 => Ok(()),
        failed => Err(Failure::run(format!(
            "{failed} of {} checks failed",
            findings.len()
        ))),
    }
}
