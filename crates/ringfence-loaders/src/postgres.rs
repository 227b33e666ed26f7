//! PostgreSQL: where a server is, how it is reached, and what it answers.
//!
//! The messages of the protocol are made and read by `postgres-protocol`; the conversation is held here, one message
//! after the other. Values come as texts: no number passes through a float.

mod address;
mod conversation;
mod encryption;
mod password;

pub(crate) use address::Address;
pub(crate) use conversation::{Column, Conversation, Refusal, Trouble};
