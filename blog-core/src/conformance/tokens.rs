//! The contract of [`TokenStore`](crate::ports::TokenStore).

use std::time::Duration;

use super::chance::fresh_bytes;
use super::check::{Check, Port};
use super::lab::{Lab, MICRO};
use super::verdict::{Verdict, refused, same, winners};
use crate::error::{Conflict, Entity, Error, Result};
use crate::id::UserId;
use crate::model::token::{Purpose, Token};
use crate::model::user::EmailAddress;

pub(super) fn checks() -> Vec<Check> {
    let tokens = Port::Tokens;
    vec![
        tokens.check("tokens-revoke-nobody", "Revokes the tokens of a purpose: with `None` those that belong to nobody.", revoke_nobody).alone(),
        tokens.check("tokens-purge", "Deletes tokens that expired before `now`, at most `limit`; returns how many.", purge).alone(),
        tokens.check("tokens-issue", "Stores a token.", issue),
        tokens.check("tokens-issue-exists", "`Conflict(Exists)` when its hash is stored already.", issue_exists),
        tokens.check("tokens-peek-keeps", "Looks without using it up.", peek_keeps),
        tokens.check("tokens-peek-purpose", "`peek`: `NotFound(Token)` when there is none of this purpose.", peek_purpose),
        tokens.check("tokens-peek-used", "`peek`: `NotFound(Token)` when it is used.", peek_used),
        tokens.check("tokens-peek-expired", "`peek`: `NotFound(Token)` when it is expired at `now` (the moment itself is expired).", peek_expired),
        tokens.check("tokens-redeem", "Uses it up: every later redemption gets `NotFound(Token)`.", redeem),
        tokens.check("tokens-redeem-race", "Of any number of redemptions at once exactly one succeeds; the others get `NotFound(Token)`.", redeem_race),
        tokens.check("tokens-redeem-purpose", "`redeem`: `NotFound(Token)` for a wrong purpose, and the token stays good.", redeem_purpose),
        tokens.check("tokens-redeem-expired", "`redeem`: `NotFound(Token)` for an expired token (the moment itself is expired).", redeem_expired),
        tokens.check("tokens-clock-back", "A token that was expired is good again when the clock stepped back: times are given, never read from a clock.", clock_back),
        tokens.check("tokens-revoke-user", "Revokes the tokens of a purpose: of one user.", revoke_user),
    ]
}

async fn new(lab: &Lab, purpose: Purpose, user: Option<UserId>) -> Result<Token> {
    let token = Token {
        hash: fresh_bytes().into(),
        purpose,
        user,
        email: user.map(|_| EmailAddress::from_store("Ann@Example.org".to_owned())),
        created_at: lab.now,
        expires_at: lab.after(3_600),
    };
    lab.records.tokens.issue(token.clone(), lab.fx()).await?;
    Ok(token)
}

async fn revoke_nobody(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let nobodys = new(&lab, Purpose::Invite, None).await?;
    let another = new(&lab, Purpose::Invite, None).await?;
    let users = new(&lab, Purpose::Invite, Some(user.id)).await?;
    let owner = new(&lab, Purpose::Owner, None).await?;
    lab.records.tokens.revoke(None, Purpose::Invite).await?;
    for gone in [nobodys, another] {
        refused!(
            lab.records
                .tokens
                .redeem(&gone.hash, gone.purpose, lab.now)
                .await,
            Error::NotFound(Entity::Token)
        );
    }
    for kept in [users, owner] {
        same!(
            lab.records
                .tokens
                .redeem(&kept.hash, kept.purpose, lab.now)
                .await?,
            kept,
            "the token"
        );
    }
    Ok(())
}

async fn purge(lab: Lab) -> Verdict {
    let then = lab.long_ago();
    while lab.records.tokens.purge(then, 1_000).await? > 0 {}
    let mut ended = Vec::new();
    for seconds in 1..=3 {
        let token = Token {
            hash: fresh_bytes().into(),
            purpose: Purpose::Reset,
            user: None,
            email: None,
            created_at: then.minus(Duration::from_secs(60)),
            expires_at: then.minus(Duration::from_secs(seconds)),
        };
        lab.records.tokens.issue(token.clone(), lab.fx()).await?;
        ended.push(token);
    }
    let live = Token {
        hash: fresh_bytes().into(),
        expires_at: then.plus(MICRO),
        ..ended[0].clone()
    };
    lab.records.tokens.issue(live.clone(), lab.fx()).await?;
    same!(
        lab.records.tokens.purge(then, 2).await?,
        2,
        "deleted with the limit 2"
    );
    same!(
        lab.records.tokens.purge(then, 1_000).await?,
        1,
        "deleted of the rest"
    );
    same!(
        lab.records.tokens.purge(then, 1_000).await?,
        0,
        "deleted of nothing"
    );
    same!(
        lab.records
            .tokens
            .redeem(&live.hash, live.purpose, then)
            .await?,
        live,
        "the token that is not expired"
    );
    let early = then.minus(Duration::from_secs(30));
    for token in ended {
        refused!(
            lab.records
                .tokens
                .peek(&token.hash, token.purpose, early)
                .await,
            Error::NotFound(Entity::Token)
        );
    }
    Ok(())
}

async fn issue(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    for purpose in Purpose::ALL {
        for user in [Some(user.id), None] {
            let token = new(&lab, purpose, user).await?;
            let found = lab
                .records
                .tokens
                .peek(&token.hash, purpose, lab.now)
                .await?;
            same!(found, token, "the stored token");
        }
    }
    Ok(())
}

async fn issue_exists(lab: Lab) -> Verdict {
    let token = new(&lab, Purpose::Reset, None).await?;
    let twin = Token {
        purpose: Purpose::Verify,
        ..token.clone()
    };
    refused!(
        lab.records.tokens.issue(twin, lab.fx()).await,
        Error::Conflict(Conflict::Exists)
    );
    let found = lab
        .records
        .tokens
        .peek(&token.hash, Purpose::Reset, lab.now)
        .await?;
    same!(found, token, "the first token");
    Ok(())
}

async fn peek_keeps(lab: Lab) -> Verdict {
    let token = new(&lab, Purpose::Verify, None).await?;
    for _ in 0..3 {
        lab.records
            .tokens
            .peek(&token.hash, token.purpose, lab.now)
            .await?;
    }
    same!(
        lab.records
            .tokens
            .redeem(&token.hash, token.purpose, lab.now)
            .await?,
        token,
        "the token"
    );
    Ok(())
}

async fn peek_purpose(lab: Lab) -> Verdict {
    let token = new(&lab, Purpose::Verify, None).await?;
    for purpose in Purpose::ALL.into_iter().filter(|p| *p != Purpose::Verify) {
        refused!(
            lab.records.tokens.peek(&token.hash, purpose, lab.now).await,
            Error::NotFound(Entity::Token)
        );
    }
    refused!(
        lab.records
            .tokens
            .peek(&fresh_bytes().into(), Purpose::Verify, lab.now)
            .await,
        Error::NotFound(Entity::Token)
    );
    Ok(())
}

async fn peek_used(lab: Lab) -> Verdict {
    let token = new(&lab, Purpose::Reset, None).await?;
    lab.records
        .tokens
        .redeem(&token.hash, token.purpose, lab.now)
        .await?;
    refused!(
        lab.records
            .tokens
            .peek(&token.hash, token.purpose, lab.now)
            .await,
        Error::NotFound(Entity::Token)
    );
    Ok(())
}

async fn peek_expired(lab: Lab) -> Verdict {
    let token = new(&lab, Purpose::Reset, None).await?;
    let last = token.expires_at.minus(MICRO);
    lab.records
        .tokens
        .peek(&token.hash, token.purpose, last)
        .await?;
    refused!(
        lab.records
            .tokens
            .peek(&token.hash, token.purpose, token.expires_at)
            .await,
        Error::NotFound(Entity::Token)
    );
    Ok(())
}

async fn redeem(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let token = new(&lab, Purpose::Reset, Some(user.id)).await?;
    same!(
        lab.records
            .tokens
            .redeem(&token.hash, token.purpose, lab.now)
            .await?,
        token,
        "the token"
    );
    for _ in 0..2 {
        refused!(
            lab.records
                .tokens
                .redeem(&token.hash, token.purpose, lab.now)
                .await,
            Error::NotFound(Entity::Token)
        );
    }
    Ok(())
}

async fn redeem_race(lab: Lab) -> Verdict {
    // Several rounds, since tasks of a fast store may pass each other by luck.
    for _ in 0..4 {
        let token = new(&lab, Purpose::Owner, None).await?;
        let results = lab
            .race(50, |lab, _| {
                let (hash, purpose) = (token.hash, token.purpose);
                async move { lab.records.tokens.redeem(&hash, purpose, lab.now).await }
            })
            .await?;
        let won = winners!(results, Error::NotFound(Entity::Token));
        same!(won, vec![token], "redemptions that succeeded");
    }
    Ok(())
}

async fn redeem_purpose(lab: Lab) -> Verdict {
    let token = new(&lab, Purpose::Invite, None).await?;
    refused!(
        lab.records
            .tokens
            .redeem(&token.hash, Purpose::Owner, lab.now)
            .await,
        Error::NotFound(Entity::Token)
    );
    same!(
        lab.records
            .tokens
            .redeem(&token.hash, token.purpose, lab.now)
            .await?,
        token,
        "the token"
    );
    Ok(())
}

async fn redeem_expired(lab: Lab) -> Verdict {
    let token = new(&lab, Purpose::Reset, None).await?;
    refused!(
        lab.records
            .tokens
            .redeem(&token.hash, token.purpose, token.expires_at)
            .await,
        Error::NotFound(Entity::Token)
    );
    let another = new(&lab, Purpose::Reset, None).await?;
    let last = another.expires_at.minus(MICRO);
    lab.records
        .tokens
        .redeem(&another.hash, another.purpose, last)
        .await?;
    Ok(())
}

async fn clock_back(lab: Lab) -> Verdict {
    let token = new(&lab, Purpose::Verify, None).await?;
    refused!(
        lab.records
            .tokens
            .redeem(&token.hash, token.purpose, lab.after(86_400))
            .await,
        Error::NotFound(Entity::Token)
    );
    let found = lab
        .records
        .tokens
        .redeem(&token.hash, token.purpose, lab.before(86_400))
        .await?;
    same!(found, token, "the token before its making");
    Ok(())
}

async fn revoke_user(lab: Lab) -> Verdict {
    let (user, other) = (lab.user().await?, lab.user().await?);
    let mut gone = Vec::new();
    for _ in 0..2 {
        gone.push(new(&lab, Purpose::Reset, Some(user.id)).await?);
    }
    let kept = [
        new(&lab, Purpose::Verify, Some(user.id)).await?,
        new(&lab, Purpose::Reset, Some(other.id)).await?,
        new(&lab, Purpose::Reset, None).await?,
    ];
    lab.records
        .tokens
        .revoke(Some(user.id), Purpose::Reset)
        .await?;
    for token in gone {
        refused!(
            lab.records
                .tokens
                .redeem(&token.hash, token.purpose, lab.now)
                .await,
            Error::NotFound(Entity::Token)
        );
    }
    for token in kept {
        same!(
            lab.records
                .tokens
                .redeem(&token.hash, token.purpose, lab.now)
                .await?,
            token,
            "the token"
        );
    }
    Ok(())
}
