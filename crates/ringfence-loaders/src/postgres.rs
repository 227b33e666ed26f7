//! PostgreSQL: where a server is, how it is reached, and what it answers.
//!
//! The conversation is that of `tokio-postgres`, the client beneath `postgres`: it alone gives rows as texts while they
//! come, and can be told to stop waiting. No number passes through a float.

mod address;
mod conversation;
mod door;
mod encryption;
mod password;

pub(crate) use address::Address;
pub(crate) use conversation::{Conversation, Refusal, Trouble};
