//! What people do. Each service is a small struct over the shared core: it asks policy, then calls the ports.

pub mod accounts;
pub mod addresses;
pub mod audit;
pub mod desk;
pub mod discovery;
pub mod discussion;
pub mod engagement;
pub mod export;
pub mod history;
pub mod invitations;
pub mod library;
pub mod moderation;
pub mod objects;
pub mod observed;
pub mod people;
pub mod previews;
pub mod privacy;
pub mod publishing;
pub mod quotas;
pub mod reading;
pub mod recovery;
mod renewal;
pub mod sessions;
pub mod site;
pub mod static_pages;
pub mod worker;
