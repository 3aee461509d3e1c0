//! The contract of [`RateLimits`](crate::ports::RateLimits).

use std::time::Duration;

use super::chance::fresh_word;
use super::check::{Check, Port};
use super::lab::{Lab, MICRO};
use super::verdict::{Failure, Verdict, ensure, same};
use crate::ports::limits::{Permit, Quota};
use crate::time::Timestamp;

/// Five at once, one comes back each minute.
const FIVE: Quota = Quota {
    burst: 5,
    period: Duration::from_secs(300),
};

const MINUTE: Duration = Duration::from_secs(60);

pub(super) fn checks() -> Vec<Check> {
    let limits = Port::Limits;
    vec![
        limits.check("limits-purge", "Forgets keys whose all was given back before `now`, at most `limit`; returns how many.", purge).alone(),
        limits.check("limits-burst", "Of any number of takes at one moment exactly `burst` are granted.", burst),
        limits.check("limits-race", "Of any number of takes at once exactly `burst` are granted.", race),
        limits.check("limits-interval", "Then one is granted after each `interval`.", interval),
        limits.check("limits-retry-after", "There is none before this time is over.", retry_after),
        limits.check("limits-refused-takes-nothing", "A refused take: nothing was taken.", refused_takes_nothing),
        limits.check("limits-period", "All of `burst` come back in `period`, and no more than `burst` ever.", period),
        limits.check("limits-clock-back", "A clock that stepped back refuses nobody for longer than `period`.", clock_back),
        limits.check("limits-clock-back-forgets-nothing", "A clock that stepped back gives nothing back.", clock_back_forgets_nothing),
        limits.check("limits-give-back", "Gives one back.", give_back),
        limits.check("limits-give-back-most", "Never gives back more than were taken.", give_back_most),
        limits.check("limits-clear", "Gives all back.", clear),
        limits.check("limits-keys", "Keys are at most 200 bytes, and compared byte for byte.", keys),
        limits.check("limits-burst-one", "A burst of 1 grants one each period.", burst_one),
    ]
}

/// Takes; `None` when granted, else how long to wait.
async fn take(lab: &Lab, key: &str, quota: Quota, now: Timestamp) -> Verdict<Option<Duration>> {
    Ok(match lab.records.limits.take(key, quota, now).await? {
        Permit::Granted => None,
        Permit::Refused { retry_after } => Some(retry_after),
    })
}

/// How many of so many takes are granted.
async fn granted(lab: &Lab, key: &str, now: Timestamp, takes: usize) -> Verdict<usize> {
    let mut granted = 0;
    for _ in 0..takes {
        granted += usize::from(take(lab, key, FIVE, now).await?.is_none());
    }
    Ok(granted)
}

async fn purge(lab: Lab) -> Verdict {
    let then = lab.long_ago();
    while lab.records.limits.purge(then, 1_000).await? > 0 {}
    let keys: Vec<String> = (0..3).map(|_| fresh_word()).collect();
    let long_before = then.minus(FIVE.period * 2);
    for key in &keys {
        same!(
            granted(&lab, key, long_before, 5).await?,
            5,
            "takes that were granted"
        );
    }
    let recent = fresh_word();
    same!(
        granted(&lab, &recent, then, 6).await?,
        5,
        "takes of the recent key"
    );
    same!(
        lab.records.limits.purge(then, 2).await?,
        2,
        "forgotten with the limit 2"
    );
    same!(
        lab.records.limits.purge(then, 1_000).await?,
        1,
        "forgotten of the rest"
    );
    same!(
        lab.records.limits.purge(then, 1_000).await?,
        0,
        "forgotten of nothing"
    );
    same!(
        granted(&lab, &recent, then, 1).await?,
        0,
        "takes of the recent key after the purge"
    );
    Ok(())
}

async fn burst(lab: Lab) -> Verdict {
    let key = fresh_word();
    same!(
        granted(&lab, &key, lab.now, 12).await?,
        5,
        "takes that were granted of 12 at one moment"
    );
    let large = Quota {
        burst: 1_000,
        period: Duration::from_secs(86_400),
    };
    let key = fresh_word();
    for number in 0..40 {
        ensure!(
            take(&lab, &key, large, lab.now).await?.is_none(),
            "take {number} of 1000 was refused"
        );
    }
    Ok(())
}

async fn race(lab: Lab) -> Verdict {
    let key = fresh_word();
    let results = lab
        .race(50, |lab, _| {
            let key = key.clone();
            async move { lab.records.limits.take(&key, FIVE, lab.now).await }
        })
        .await?;
    let mut granted = 0;
    for result in results {
        granted += usize::from(result? == Permit::Granted);
    }
    same!(granted, 5, "takes that were granted of 50 at once");
    Ok(())
}

async fn interval(lab: Lab) -> Verdict {
    let key = fresh_word();
    granted(&lab, &key, lab.now, 5).await?;
    for minute in 1..=3 {
        let at = lab.now.plus(MINUTE * minute);
        same!(
            granted(&lab, &key, at.minus(MICRO), 2).await?,
            0,
            "takes just before minute {minute}"
        );
        same!(
            granted(&lab, &key, at, 3).await?,
            1,
            "takes at minute {minute}"
        );
    }
    Ok(())
}

async fn retry_after(lab: Lab) -> Verdict {
    let key = fresh_word();
    granted(&lab, &key, lab.now, 5).await?;
    let at = lab.after(20);
    let Some(wait) = take(&lab, &key, FIVE, at).await? else {
        return Err(Failure::new("the sixth take was granted"));
    };
    same!(
        wait,
        Duration::from_secs(40),
        "the time to wait 20 s after a burst"
    );
    let early = take(&lab, &key, FIVE, at.plus(wait).minus(MICRO)).await?;
    ensure!(
        early.is_some(),
        "a take before the time was over was granted"
    );
    same!(
        take(&lab, &key, FIVE, at.plus(wait)).await?,
        None,
        "the take when the time was over"
    );
    Ok(())
}

async fn refused_takes_nothing(lab: Lab) -> Verdict {
    let key = fresh_word();
    same!(
        granted(&lab, &key, lab.now, 100).await?,
        5,
        "takes that were granted of 100"
    );
    same!(
        granted(&lab, &key, lab.now.plus(MINUTE), 2).await?,
        1,
        "takes one interval later"
    );
    Ok(())
}

async fn period(lab: Lab) -> Verdict {
    let key = fresh_word();
    granted(&lab, &key, lab.now, 5).await?;
    let later = lab.now.plus(FIVE.period);
    same!(
        granted(&lab, &key, later, 7).await?,
        5,
        "takes one period later"
    );
    let much_later = later.plus(FIVE.period * 100);
    same!(
        granted(&lab, &key, much_later, 7).await?,
        5,
        "takes a hundred periods later"
    );
    Ok(())
}

async fn clock_back(lab: Lab) -> Verdict {
    let key = fresh_word();
    granted(&lab, &key, lab.now, 6).await?;
    let stepped = lab.before(365 * 86_400);
    if let Some(wait) = take(&lab, &key, FIVE, stepped).await? {
        ensure!(
            wait <= FIVE.period,
            "refused for {wait:?} after the clock stepped back"
        );
        let over = take(&lab, &key, FIVE, stepped.plus(wait)).await?;
        same!(over, None, "the take when the time was over");
    }
    let later = stepped.plus(FIVE.period);
    same!(
        take(&lab, &key, FIVE, later).await?,
        None,
        "a take one period after the step"
    );
    Ok(())
}

async fn clock_back_forgets_nothing(lab: Lab) -> Verdict {
    let key = fresh_word();
    granted(&lab, &key, lab.now, 5).await?;
    let granted = granted(&lab, &key, lab.before(1), 10).await?;
    ensure!(
        granted == 0,
        "{granted} takes were granted one second before an exhausted moment"
    );
    Ok(())
}

async fn give_back(lab: Lab) -> Verdict {
    let key = fresh_word();
    granted(&lab, &key, lab.now, 5).await?;
    lab.records.limits.give_back(&key, FIVE, lab.now).await?;
    same!(
        granted(&lab, &key, lab.now, 3).await?,
        1,
        "takes after one was given back"
    );
    for _ in 0..2 {
        lab.records.limits.give_back(&key, FIVE, lab.now).await?;
    }
    same!(
        granted(&lab, &key, lab.now, 4).await?,
        2,
        "takes after two were given back"
    );
    Ok(())
}

async fn give_back_most(lab: Lab) -> Verdict {
    let key = fresh_word();
    granted(&lab, &key, lab.now, 2).await?;
    for _ in 0..9 {
        lab.records.limits.give_back(&key, FIVE, lab.now).await?;
    }
    same!(
        granted(&lab, &key, lab.now, 9).await?,
        5,
        "takes after giving back more than were taken"
    );
    let unknown = fresh_word();
    lab.records
        .limits
        .give_back(&unknown, FIVE, lab.now)
        .await?;
    same!(
        granted(&lab, &unknown, lab.now, 9).await?,
        5,
        "takes of a key that only was given back"
    );
    Ok(())
}

async fn clear(lab: Lab) -> Verdict {
    let (key, other) = (fresh_word(), fresh_word());
    granted(&lab, &key, lab.now, 5).await?;
    granted(&lab, &other, lab.now, 5).await?;
    lab.records.limits.clear(&key).await?;
    same!(
        granted(&lab, &key, lab.now, 9).await?,
        5,
        "takes of the cleared key"
    );
    same!(
        granted(&lab, &other, lab.now, 1).await?,
        0,
        "takes of the other key"
    );
    lab.records.limits.clear(&fresh_word()).await?;
    Ok(())
}

async fn keys(lab: Lab) -> Verdict {
    let word = fresh_word();
    let long = "ß".repeat(99 - word.len() / 2);
    for key in [
        word.clone(),
        word.to_uppercase(),
        format!("{word} "),
        format!("{word}\u{e9}"),
        format!("{word}e\u{301}"),
        format!("{word}{long}"),
        format!("{word}{long}x"),
    ] {
        ensure!(
            key.len() <= 200,
            "the key of this check has {} bytes",
            key.len()
        );
        same!(
            granted(&lab, &key, lab.now, 6).await?,
            5,
            "takes of the key {key:?}"
        );
    }
    Ok(())
}

async fn burst_one(lab: Lab) -> Verdict {
    let quota = Quota {
        burst: 1,
        period: MINUTE,
    };
    let key = fresh_word();
    for minute in 0..3 {
        let at = lab.now.plus(MINUTE * minute);
        same!(
            take(&lab, &key, quota, at).await?,
            None,
            "the take of minute {minute}"
        );
        same!(
            take(&lab, &key, quota, at).await?,
            Some(MINUTE),
            "the second take of minute {minute}"
        );
    }
    Ok(())
}
