//! A server that says the bytes of the moment on connections that stay open, and the one runtime it shares with the
//! client, so that thousands of questions take seconds.

use keptang_domain::Timestamp;
use keptang_ports::Clock;
use keptang_providers::HttpClient;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

/// Far more than any reading takes, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(10);
const REQUEST_TIMEOUT_MS: i64 = 60_000;
const PNG: &[u8] = b"\x89PNG\r\n\x1a\nnot really";

struct Fixed(Timestamp);

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// What to say, to a request whose line has the first word in it; the last one answers the rest.
type Script = Vec<(&'static str, u16, Vec<u8>)>;

pub(crate) struct Bench {
    runtime: Runtime,
    pub(crate) base: String,
    script: Arc<Mutex<Script>>,
    asked: Arc<Mutex<Vec<String>>>,
    now: Timestamp,
}

impl Bench {
    pub(crate) fn new(now: Timestamp) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let script = Arc::new(Mutex::new(Script::new()));
        let asked = Arc::new(Mutex::new(Vec::new()));
        runtime.spawn({
            let (script, asked) = (Arc::clone(&script), Arc::clone(&asked));
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&asked)));
                }
            }
        });
        Self {
            runtime,
            base,
            script,
            asked,
            now,
        }
    }

    pub(crate) fn client(&self) -> HttpClient {
        HttpClient::new(REQUEST_TIMEOUT_MS, Arc::new(Fixed(self.now))).unwrap()
    }

    /// Makes one call while the server says this.
    pub(crate) fn hear<T>(&self, script: Script, call: impl Future<Output = T>) -> Result<T, String> {
        *self.script.lock().unwrap() = script;
        self.asked.lock().unwrap().clear();
        timed(|| {
            self.runtime
                .block_on(async { tokio::time::timeout(PATIENCE, call).await })
                .map_err(|_| "it hangs".to_owned())
        })?
    }

    /// The lines of the requests since the last call began.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// Runs something that must not take long.
pub(crate) fn timed<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    let started = Instant::now();
    let outcome = run();
    if started.elapsed() > PATIENCE {
        return Err(format!("it took {:?}", started.elapsed()));
    }
    Ok(outcome)
}

async fn serve(mut stream: TcpStream, script: Arc<Mutex<Script>>, asked: Arc<Mutex<Vec<String>>>) {
    let _ = stream.set_nodelay(true);
    while let Some(line) = request_line(&mut stream).await {
        let (status, body) = if line.contains("/downloads/") || line.contains(".png") {
            (200, PNG.to_vec())
        } else {
            let script = script.lock().unwrap();
            let fits = script.iter().find(|(word, _, _)| line.contains(word));
            let (_, status, body) = fits.or(script.last()).cloned().unwrap();
            (status, body)
        };
        asked.lock().unwrap().push(line);
        let head = format!("HTTP/1.1 {status} Said\r\nContent-Length: {}\r\n\r\n", body.len());
        let answer = [head.as_bytes(), &body].concat();
        if stream.write_all(&answer).await.is_err() {
            return;
        }
    }
}

async fn request_line(stream: &mut TcpStream) -> Option<String> {
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
    let length: usize = head
        .lines()
        .find_map(|line| {
            line.to_ascii_lowercase()
                .strip_prefix("content-length: ")
                .map(str::to_owned)
        })
        .map_or(0, |text| text.parse().unwrap());
    while bytes.len() < head_end + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    head.lines().next().map(str::to_owned)
}
