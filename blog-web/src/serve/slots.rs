//! Counts connections per client address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use http::StatusCode;
use tokio::net::TcpStream;

use crate::edge::client::AddressKey;

use super::refusal;

/// How many connections each address holds. Holds an entry only for addresses with a connection,
/// so its size is bounded by the number of connections.
#[derive(Debug, Clone)]
pub(super) struct AddressSlots {
    max: usize,
    held: Arc<Mutex<HashMap<AddressKey, usize>>>,
}

impl AddressSlots {
    pub(super) fn new(max: usize) -> Self {
        Self {
            max,
            held: Arc::default(),
        }
    }

    /// A slot for `address`, given back when dropped; `None` when all of its slots are held.
    pub(super) fn take(&self, address: IpAddr) -> Option<Slot> {
        let key = AddressKey::of(address);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(key).or_default();
        if *count >= self.max {
            return None;
        }
        *count += 1;
        drop(held);
        Some(Slot {
            key,
            held: Arc::clone(&self.held),
        })
    }
}

#[derive(Debug)]
pub(super) struct Slot {
    key: AddressKey,
    held: Arc<Mutex<HashMap<AddressKey, usize>>>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.key);
            }
        }
    }
}

/// Says why before the connection is dropped. Best effort: nobody waits for this client.
pub(super) fn refuse(stream: &TcpStream) {
    let _ = stream.try_write(&refusal::answer(StatusCode::TOO_MANY_REQUESTS));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_slot_can_be_taken_again() {
        let slots = AddressSlots::new(2);
        let address: IpAddr = "192.0.2.7".parse().unwrap();
        let first = slots.take(address).unwrap();
        let _second = slots.take(address).unwrap();
        assert!(slots.take(address).is_none());
        assert!(slots.take("192.0.2.8".parse().unwrap()).is_some());
        drop(first);
        assert!(slots.take(address).is_some());
    }

    #[test]
    fn addresses_without_a_connection_are_forgotten() {
        let slots = AddressSlots::new(1);
        drop(slots.take("192.0.2.7".parse().unwrap()));
        assert!(slots.held.lock().unwrap().is_empty());
    }
}
