//! The platform as its users see it: several shards, driven by the commands of clients.

// A test picks the few facts that it asks about.
#![allow(clippy::wildcard_enum_match_arm)]

#[path = "platform/ads.rs"]
mod ads;
#[path = "platform/broadcast.rs"]
mod broadcast;
#[path = "platform/friends.rs"]
mod friends;
#[path = "platform/judging.rs"]
mod judging;
#[path = "platform/kept_ads.rs"]
mod kept_ads;
#[path = "platform/leases.rs"]
mod leases;
#[path = "platform/page_limits.rs"]
mod page_limits;
#[path = "platform/contact.rs"]
mod page_messages;
#[path = "platform/pages.rs"]
mod pages;
#[path = "platform/payments.rs"]
mod payments;
#[path = "platform/quiet_hours.rs"]
mod quiet_hours;
#[path = "platform/random.rs"]
mod random;
#[path = "platform/shop.rs"]
mod shop;
#[path = "platform/world.rs"]
mod world;
