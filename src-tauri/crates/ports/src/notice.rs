//! Callbacks on their way from the listener to the till.

use async_trait::async_trait;
use keptang_domain::{CallbackToken, ProviderId};

/// A callback as it came in; nothing about it is believed yet.
#[derive(Debug, Clone)]
pub struct RawNotice {
    /// Whose address it came to.
    pub provider: ProviderId,
    /// The secret part of the address, for addresses that have one.
    pub token: Option<CallbackToken>,
    /// Header names in lower case with their values, in order.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

impl RawNotice {
    /// The first value of the header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// What the provider is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeAnswer {
    /// HTTP status.
    pub status: u16,
    /// Content type of the body.
    pub content_type: &'static str,
    /// Body.
    pub body: String,
}

/// Takes callbacks in. The answer is given only after what the callback says is on disk.
#[async_trait]
pub trait NoticeSink: Send + Sync {
    /// Verifies, stores and answers one callback.
    async fn deliver(&self, notice: RawNotice) -> NoticeAnswer;
}
