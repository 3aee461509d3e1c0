//! What programs find: feeds that other people's parsers read, and pages that say where they are.

mod feeds;
