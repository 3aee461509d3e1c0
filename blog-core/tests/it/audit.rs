//! The audit log's chain: of ten thousand records, each one that is changed, taken out or swapped is found.

use std::time::Duration;

use blog_core::Timestamp;
use blog_core::id::{AuditId, UserId};
use blog_core::model::audit::{
    AuditAction, AuditBreak, AuditEntry, AuditHash, AuditHead, AuditRecord, AuditWalk,
};
use blog_core::origin::Origin;
use uuid::Uuid;

const RECORDS: u64 = 10_000;

fn entry(number: u64) -> AuditEntry {
    let actions = AuditAction::ALL;
    AuditEntry {
        id: AuditId::from(Uuid::from_u128(u128::from(number) + 1)),
        at: Timestamp::EPOCH.plus(Duration::from_millis(number)),
        actor: (!number.is_multiple_of(3)).then(|| UserId::from(Uuid::from_u128(7))),
        origin: Origin::client([203, 0, 113, 9].into()),
        action: actions[(number % actions.len() as u64) as usize],
        subject: format!("post:{}", number % 17),
        detail: "draft → published".to_owned(),
    }
}

fn chain() -> Vec<AuditRecord> {
    let mut head = AuditHead::default();
    (0..RECORDS)
        .map(|number| {
            let record = AuditRecord::behind(&head, entry(number));
            head = record.head();
            record
        })
        .collect()
}

/// What a walk finds that begins at `from` of the whole chain, of which the records until there are whole.
fn found(chain: &[AuditRecord], from: usize, records: &[AuditRecord]) -> Vec<AuditBreak> {
    let before = match from {
        0 => AuditHead::default(),
        from => chain[from - 1].head(),
    };
    let mut walk = AuditWalk::behind(before);
    records.iter().for_each(|record| walk.step(record));
    // A walk that came to a whole record goes on as it would have without the change.
    let whole = from + records.len() + 1 < chain.len();
    let head = match whole {
        true => walk.head(),
        false => chain[chain.len() - 1].head(),
    };
    walk.finish(head, None)
}

#[test]
fn an_untouched_chain_has_no_break() {
    let chain = chain();
    assert_eq!(found(&chain, 0, &chain), []);
    let mut walk = AuditWalk::default();
    chain.iter().for_each(|record| walk.step(record));
    let head = chain[chain.len() - 1].head();
    assert_eq!(walk.finish(head, Some(chain[5].head())), []);
}

#[test]
fn every_changed_record_is_found_whichever_field_it_is() {
    let chain = chain();
    type Change = fn(&mut AuditRecord);
    let changes: [Change; 9] = [
        |record| record.id = AuditId::from(Uuid::from_u128(1 << 99)),
        |record| record.at = Timestamp::from_micros(record.at.as_micros() + 1),
        |record| {
            record.actor = match record.actor {
                Some(_) => None,
                None => Some(UserId::from(Uuid::from_u128(8))),
            }
        },
        |record| record.origin.push('1'),
        |record| record.action.push('s'),
        |record| record.subject.push('0'),
        |record| record.detail.clear(),
        // The same letters in other fields.
        |record| {
            let end = record.subject.pop().unwrap();
            record.detail.insert(0, end);
        },
        |record| record.hash.0[31] ^= 1,
    ];
    for at in 0..chain.len() {
        for (number, change) in changes.iter().enumerate() {
            let mut records = chain[at..(at + 3).min(chain.len())].to_vec();
            change(&mut records[0]);
            let found = found(&chain, at, &records);
            assert!(!found.is_empty(), "change {number} of record {}", at + 1);
        }
    }
}

#[test]
fn a_changed_record_that_was_sealed_anew_is_found_by_the_next_or_the_head() {
    let chain = chain();
    for at in 0..chain.len() {
        let mut records = chain[at..(at + 3).min(chain.len())].to_vec();
        let before = match at {
            0 => AuditHead::default(),
            at => chain[at - 1].head(),
        };
        records[0].detail.push('!');
        records[0] = records[0].clone().sealed(&before);
        assert!(!found(&chain, at, &records).is_empty(), "{}", at + 1);
    }
}

#[test]
fn every_missing_record_is_found() {
    let chain = chain();
    for at in 0..chain.len() {
        let records = &chain[at + 1..(at + 3).min(chain.len())];
        let found = found(&chain, at, records);
        let number = at as u64 + 1;
        let missing = AuditBreak::Missing {
            from: number,
            to: number,
        };
        match number == RECORDS {
            false => assert_eq!(found, [missing]),
            true => assert!(matches!(found[..], [AuditBreak::Head { .. }]), "{found:?}"),
        }
    }
}

#[test]
fn every_pair_of_swapped_records_is_found() {
    let chain = chain();
    for at in 0..chain.len() - 1 {
        let mut records = chain[at..(at + 4).min(chain.len())].to_vec();
        // They change places; the numbers stay where they are, as whoever swaps rows would have it.
        records.swap(0, 1);
        let (left, right) = (records[0].number, records[1].number);
        (records[0].number, records[1].number) = (right, left);
        assert!(!found(&chain, at, &records).is_empty(), "{}", at + 1);
    }
}

#[test]
fn a_log_that_was_written_anew_is_told_by_a_noted_head() {
    let chain = chain();
    let noted = chain[499].head();
    let mut head = AuditHead::default();
    let mut walk = AuditWalk::default();
    for (number, record) in chain.iter().enumerate() {
        let mut record = record.clone();
        if number == 200 {
            record.detail.clear();
        }
        let record = record.sealed(&head);
        head = record.head();
        walk.step(&record);
        walk.compare(&noted, &record);
    }
    let found = walk.finish(head, Some(noted));
    assert_eq!(found, [AuditBreak::Noted { number: 500 }]);
    // One that was cut short, with its head.
    let mut walk = AuditWalk::default();
    chain[..400].iter().for_each(|record| walk.step(record));
    let found = walk.finish(chain[399].head(), Some(noted));
    assert_eq!(found, [AuditBreak::Missing { from: 401, to: 500 }]);
}

#[test]
fn a_head_is_read_as_it_is_written() {
    let head = chain()[2].head();
    assert_eq!(head.to_string().parse(), Ok(head));
    for wrong in [
        "",
        "3",
        "3:",
        "x:00",
        "3:zz",
        &format!("3:{}+", "0".repeat(63)),
    ] {
        assert!(wrong.parse::<AuditHead>().is_err(), "{wrong}");
    }
    assert_eq!("+".repeat(64).parse::<AuditHash>().ok(), None);
}
