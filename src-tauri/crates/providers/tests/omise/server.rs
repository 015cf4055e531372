//! A server that says what a test tells it to, byte for byte, and remembers what it was asked.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What to do with one request.
#[derive(Clone)]
pub(crate) enum Reply {
    /// Status, extra headers, body. `{base}` in headers and body becomes this server's address.
    Say(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// Close the connection after the whole request was read.
    Cut,
    /// Promise more body than is sent.
    CutInBody,
    /// Read the request and say nothing until the client gives up.
    Hang,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

pub(crate) struct Server {
    pub(crate) base: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// Answers one request with each reply, in order, and 500 to every further one.
    pub(crate) async fn start(script: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let script = Arc::new(Mutex::new(script.into_iter()));
        tokio::spawn({
            let (base, seen) = (base.clone(), Arc::clone(&seen));
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let (base, seen, script) = (base.clone(), Arc::clone(&seen), Arc::clone(&script));
                    tokio::spawn(async move {
                        let mut stream = stream;
                        let Some(request) = read_request(&mut stream).await else {
                            return;
                        };
                        seen.lock().unwrap().push(request);
                        let reply = script.lock().unwrap().next();
                        answer(&mut stream, reply, &base).await;
                    });
                }
            }
        });
        Self { base, seen }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.line).collect()
    }
}

async fn answer(stream: &mut TcpStream, reply: Option<Reply>, base: &str) {
    let (status, headers, body) = match reply {
        Some(Reply::Say(status, headers, body)) => (status, headers, body),
        Some(Reply::Cut) => return,
        Some(Reply::CutInBody) => {
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"object\":")
                .await;
            return;
        }
        Some(Reply::Hang) => {
            // Ends when the client closes.
            let _ = stream.read(&mut [0]).await;
            return;
        }
        None => (500, vec![], b"the script is over".to_vec()),
    };
    let body = match String::from_utf8(body) {
        Ok(text) => text
            .replace("{base}", base)
            .replace("https://api.omise.co", base)
            .into_bytes(),
        Err(picture) => picture.into_bytes(),
    };
    let mut head = format!(
        "HTTP/1.1 {status} Scripted\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {}\r\n", value.replace("{base}", base)));
    }
    head.push_str("\r\n");
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(&body).await;
    let _ = stream.shutdown().await;
}

async fn read_request(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).ok()?;
    let mut lines = head.split("\r\n");
    let line = lines.next()?.trim_end_matches(" HTTP/1.1").to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .map_or(0, |(_, n)| n.parse().unwrap());
    let mut body = bytes.split_off(head_end);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(Seen { line, headers, body })
}
