//! What a write leaves behind, stored in its own transaction.

use blog_core::error::Result;
use blog_core::model::effects::Effects;

use super::args::args;
use super::db::Tx;
use super::rows::to_json;
use super::{audit, autosaves};

/// Stores the effects and commits. The site's generation is raised last: its row is the one that all public writes
/// share, so it is held for the shortest time.
pub(super) async fn commit(mut tx: Tx<'_>, effects: &Effects) -> Result<()> {
    audit::append(&mut tx, &effects.audit).await?;
    for message in &effects.outbox {
        tx.run(
            "INSERT INTO blog_outbox (id, task, available_at, lease_until, attempts) VALUES (?, ?, ?, NULL, ?)",
            args![message.id, to_json(&message.task)?, message.available_at, message.attempts],
        )
        .await?;
    }
    for (writer, id) in &effects.forgets {
        tx.run(autosaves::FORGET, args![*id, *writer]).await?;
    }
    if effects.invalidates {
        tx.run(
            "UPDATE blog_site SET generation = generation + 1 WHERE id = 1",
            args![],
        )
        .await?;
    }
    tx.commit().await
}
