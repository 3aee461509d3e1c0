//! The contract of [`Health`](crate::backend::Health).

use super::check::{Check, Port};
use super::lab::Lab;
use super::verdict::Verdict;

pub(super) fn checks() -> Vec<Check> {
    vec![Port::Health.check("health-ping", "Makes the cheapest real call.", ping)]
}

async fn ping(lab: Lab) -> Verdict {
    lab.records.health.ping().await?;
    Ok(())
}
