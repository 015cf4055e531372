//! The till's use cases and its driver, on a ledger in memory, a scripted provider and time that the test owns.
#![allow(clippy::unwrap_used)]

mod at_its_word;
mod books;
mod callbacks;
mod cancelling;
mod days;
mod drawer;
mod failover;
mod following;
mod generated_days;
mod lost;
mod money_back;
mod papers;
mod reconciling;
mod restart;
mod reviewing;
mod shifts;
mod slips;
mod slips_orders;
mod slips_queue;
mod slips_stage;
mod taking;
mod word;
mod world;
