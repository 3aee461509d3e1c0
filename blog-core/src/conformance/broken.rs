//! Adapters that break the contract.
