//! Takes callbacks in as they come over the wire, and answers each with 200.

use keptang_domain::ProviderId;
use keptang_ports::RawNotice;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) struct Receiver {
    pub(crate) url: String,
    received: Arc<Mutex<Vec<RawNotice>>>,
}

impl Receiver {
    pub(crate) async fn start(provider: ProviderId) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/callbacks/{provider}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&received);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let all = Arc::clone(&all);
                tokio::spawn(async move { converse(stream, provider, &all).await });
            }
        });
        Self { url, received }
    }

    pub(crate) fn received(&self) -> Vec<RawNotice> {
        self.received.lock().unwrap().clone()
    }
}

/// One connection may carry several callbacks.
async fn converse(mut stream: TcpStream, provider: ProviderId, all: &Mutex<Vec<RawNotice>>) {
    let mut bytes = Vec::new();
    loop {
        let head_end = loop {
            if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            if !matches!(stream.read_buf(&mut bytes).await, Ok(1..)) {
                return;
            }
        };
        let rest = bytes.split_off(head_end);
        let head = String::from_utf8(std::mem::replace(&mut bytes, rest)).unwrap();
        let headers: Vec<(String, String)> = head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length: usize = length.unwrap().1.parse().unwrap();
        while bytes.len() < length {
            if !matches!(stream.read_buf(&mut bytes).await, Ok(1..)) {
                return;
            }
        }
        let next = bytes.split_off(length);
        all.lock().unwrap().push(RawNotice {
            provider,
            token: None,
            headers,
            body: std::mem::replace(&mut bytes, next),
        });
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        if stream.write_all(answer).await.is_err() {
            return;
        }
    }
}
