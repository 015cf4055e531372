//! The listener over real loopback sockets, with a sink that the tests hold in their hand.
#![allow(clippy::unwrap_used)]

use async_trait::async_trait;
use keptang_callbacks::{BindError, Listener, serve};
use keptang_domain::{CallbackToken, ProviderId};
use keptang_ports::{NoticeAnswer, NoticeSink, RawNotice};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const ANYWHERE: &str = "127.0.0.1:0";

/// Answers once the gate lets it.
struct Sink {
    taken: Mutex<Vec<RawNotice>>,
    arrived: Semaphore,
    gate: Semaphore,
    status: u16,
}

impl Sink {
    fn new(status: u16, open: usize) -> Arc<Self> {
        let (arrived, gate) = (Semaphore::new(0), Semaphore::new(open));
        Arc::new(Self {
            taken: Mutex::default(),
            arrived,
            gate,
            status,
        })
    }

    fn taken(&self) -> Vec<RawNotice> {
        self.taken.lock().unwrap().clone()
    }
}

#[async_trait]
impl NoticeSink for Sink {
    async fn deliver(&self, notice: RawNotice) -> NoticeAnswer {
        self.arrived.add_permits(1);
        assert!(notice.body != b"panic", "a sink that breaks");
        self.gate.acquire().await.unwrap().forget();
        self.taken.lock().unwrap().push(notice);
        NoticeAnswer {
            status: self.status,
            content_type: "text/plain",
            body: "ok".to_owned(),
        }
    }
}

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

async fn start(sink: &Arc<Sink>) -> Running {
    let listener = Listener::bind(ANYWHERE.parse().unwrap()).await.unwrap();
    let address = listener.address();
    let (stop, stopped) = oneshot::channel();
    let sink: Arc<dyn NoticeSink> = Arc::<Sink>::clone(sink);
    let served = tokio::spawn(serve(listener, sink, async {
        let _ = stopped.await;
    }));
    Running {
        address,
        stop,
        served,
    }
}

fn request(line: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("{line} HTTP/1.1\r\nHost: till\r\nConnection: close\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

fn posted(path: &str, body: &[u8]) -> Vec<u8> {
    request(
        &format!("POST {path}"),
        &format!("Content-Length: {}\r\n", body.len()),
        body,
    )
}

/// The whole answer; empty when the connection was closed without one.
async fn ask(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    answer(&mut stream).await
}

async fn answer(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8(bytes).unwrap()
}

fn status(answer: &str) -> u16 {
    answer
        .split(' ')
        .nth(1)
        .map_or(0, |status| status.parse().unwrap())
}

#[tokio::test]
async fn a_callback_reaches_the_sink_byte_for_byte() {
    let sink = Sink::new(200, 2);
    let till = start(&sink).await;
    let body = b"{\"x\":  1}\n\xff\x00";
    let headers = format!(
        "Content-Length: {}\r\nX-Sign: A\r\nOmise-Signature: b\r\nX-Sign: C\r\n",
        body.len()
    );
    let answer = ask(
        till.address,
        &request("POST /callbacks/omise_truemoney", &headers, body),
    )
    .await;
    assert_eq!(status(&answer), 200);
    assert!(
        answer.ends_with("\r\n\r\nok") && answer.contains("content-type: text/plain\r\n"),
        "{answer}"
    );
    let notice = sink.taken().remove(0);
    assert_eq!(
        (notice.provider, notice.token),
        (ProviderId::OmiseTrueMoney, None)
    );
    assert_eq!(notice.body, body);
    let signs: Vec<&str> = notice
        .headers
        .iter()
        .filter(|(name, _)| name == "x-sign")
        .map(|(_, value)| value.as_str())
        .collect();
    assert_eq!(
        (signs, notice.header("omise-signature")),
        (vec!["A", "C"], Some("b"))
    );

    let answer = ask(
        till.address,
        &posted(&format!("/callbacks/jwt_gateway/{TOKEN}"), b""),
    )
    .await;
    assert_eq!(status(&answer), 200);
    let notice = sink.taken().remove(1);
    assert_eq!(
        (notice.provider, notice.token),
        (ProviderId::JwtGateway, CallbackToken::parse(TOKEN))
    );
}

#[tokio::test]
async fn what_the_sink_says_is_what_the_provider_hears() {
    for said in [400, 401, 404, 500] {
        let till = start(&Sink::new(said, 1)).await;
        assert_eq!(
            status(&ask(till.address, &posted("/callbacks/omise_truemoney", b"{}")).await),
            said
        );
    }
}

#[tokio::test]
async fn other_addresses_and_methods_do_not_exist() {
    let sink = Sink::new(200, 0);
    let till = start(&sink).await;
    for path in [
        "/",
        "/callbacks",
        "/callbacks/",
        "/callbacks/nobody",
        "/callbacks/cash",
        "/callbacks/promptpay_direct",
        "/callbacks/OMISE_TRUEMONEY",
        "/callbacks/omise_truemoney/",
        "/callbacks/deposit_gateway",
        &format!("/callbacks/omise_truemoney/{TOKEN}"),
        &format!("/callbacks/cash/{TOKEN}"),
        &format!("/callbacks/nobody/{TOKEN}"),
        &format!("/callbacks/jwt_gateway/{TOKEN}/more"),
        &format!("/callbacks/jwt_gateway/{}", &TOKEN[..31]),
        &format!("/callbacks/jwt_gateway/{TOKEN}0"),
        "/callbacks/jwt_gateway/not-hexadecimal-digits-not-hexa-",
        "/../callbacks/omise_truemoney",
    ] {
        assert_eq!(
            status(&ask(till.address, &posted(path, b"{}")).await),
            404,
            "{path}"
        );
    }
    for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH"] {
        let answer = ask(
            till.address,
            &request(&format!("{method} /callbacks/omise_truemoney"), "", b""),
        )
        .await;
        assert_eq!(status(&answer), 405, "{method}");
    }
    assert_eq!(sink.taken().len(), 0);
}

#[tokio::test]
async fn a_body_up_to_64_kib_is_taken_and_no_more() {
    let sink = Sink::new(200, 1);
    let till = start(&sink).await;
    let path = "/callbacks/omise_truemoney";
    assert_eq!(
        status(&ask(till.address, &posted(path, &vec![b'x'; 65_536])).await),
        200
    );
    assert_eq!(sink.taken()[0].body.len(), 65_536);

    for announced in ["65537", "9999999999999"] {
        let head = request(
            &format!("POST {path}"),
            &format!("Content-Length: {announced}\r\n"),
            b"",
        );
        assert_eq!(status(&ask(till.address, &head).await), 413, "{announced}");
    }
    // Unannounced, in chunks; the last, empty chunk never comes.
    let chunk = [b"8000\r\n".to_vec(), vec![b'x'; 0x8000], b"\r\n".to_vec()].concat();
    let body = [chunk.clone(), chunk, b"1\r\nx\r\n".to_vec()].concat();
    let chunked = request(&format!("POST {path}"), "Transfer-Encoding: chunked\r\n", &body);
    assert_eq!(status(&ask(till.address, &chunked).await), 413);
    assert_eq!(sink.taken().len(), 1);
}

#[tokio::test]
async fn the_provider_is_told_only_after_the_sink_is_done() {
    let sink = Sink::new(200, 0);
    let till = start(&sink).await;
    let mut stream = TcpStream::connect(till.address).await.unwrap();
    stream
        .write_all(&posted("/callbacks/omise_truemoney", b"{}"))
        .await
        .unwrap();
    sink.arrived.acquire().await.unwrap().forget();
    tokio::task::yield_now().await;
    let early = stream.try_read(&mut [0; 1]).map_err(|error| error.kind());
    assert_eq!(
        early,
        Err(std::io::ErrorKind::WouldBlock),
        "an answer before the sink was done"
    );
    assert_eq!(sink.taken().len(), 0);
    sink.gate.add_permits(1);
    assert_eq!(status(&answer(&mut stream).await), 200);
    assert_eq!(sink.taken().len(), 1);
}

#[tokio::test]
async fn a_caller_who_hangs_up_does_not_stop_the_writing() {
    let sink = Sink::new(200, 0);
    let till = start(&sink).await;
    let mut stream = TcpStream::connect(till.address).await.unwrap();
    stream
        .write_all(&posted("/callbacks/omise_truemoney", b"{}"))
        .await
        .unwrap();
    sink.arrived.acquire().await.unwrap().forget();
    drop(stream);
    // Another caller is served to the end meanwhile, so the first connection's end was noticed.
    sink.gate.add_permits(2);
    assert_eq!(
        status(&ask(till.address, &posted("/callbacks/omise_truemoney", b"[]")).await),
        200
    );
    assert_eq!(sink.taken().len(), 2);
}

#[tokio::test]
async fn five_at_once_are_all_taken_in() {
    let sink = Sink::new(200, 0);
    let till = start(&sink).await;
    let same = posted("/callbacks/omise_truemoney", b"{}");
    let callers: Vec<_> = (0..5)
        .map(|_| {
            let (address, same) = (till.address, same.clone());
            tokio::spawn(async move { status(&ask(address, &same).await) })
        })
        .collect();
    // All five stand in the sink at the same time.
    sink.arrived.acquire_many(5).await.unwrap().forget();
    sink.gate.add_permits(5);
    for caller in callers {
        assert_eq!(caller.await.unwrap(), 200);
    }
    assert_eq!(sink.taken().len(), 5);
}

#[tokio::test]
async fn a_sink_that_breaks_asks_for_the_callback_again() {
    let sink = Sink::new(200, 1);
    let till = start(&sink).await;
    assert_eq!(
        status(&ask(till.address, &posted("/callbacks/omise_truemoney", b"panic")).await),
        500
    );
    assert_eq!(
        status(&ask(till.address, &posted("/callbacks/omise_truemoney", b"{}")).await),
        200
    );
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_is_cut_off_after_ten_seconds() {
    let sink = Sink::new(200, 1);
    let till = start(&sink).await;
    let started = Instant::now();
    let partial = request(
        "POST /callbacks/omise_truemoney",
        "Content-Length: 9\r\n",
        b"{\"x\"",
    );
    assert_eq!(status(&ask(till.address, &partial).await), 408);
    let waited_s = started.elapsed().as_secs();
    assert!((10..=20).contains(&waited_s), "{waited_s} s");
    assert_eq!(sink.taken().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn slow_headers_and_silent_connections_are_closed() {
    let sink = Sink::new(200, 1);
    let till = start(&sink).await;
    for partial in [
        &b"POST /callbacks/omise_true"[..],
        b"POST /callbacks/omise_truemoney HTTP/1.1\r\nHost: till\r\n",
        b"",
    ] {
        let started = Instant::now();
        let answer = ask(till.address, partial).await;
        assert!(answer.is_empty() || status(&answer) == 408, "{answer}");
        let waited_s = started.elapsed().as_secs();
        assert!((10..=20).contains(&waited_s), "{waited_s} s");
    }
    assert_eq!(sink.taken().len(), 0);
}

#[tokio::test]
async fn a_taken_port_is_told_apart() {
    let first = Listener::bind(ANYWHERE.parse().unwrap()).await.unwrap();
    let refused = Listener::bind(first.address()).await.unwrap_err();
    let BindError::PortTaken { address } = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(address, first.address());
    // Reserved for documentation (RFC 5737), so no machine has it.
    let nowhere = Listener::bind("192.0.2.1:0".parse().unwrap()).await.unwrap_err();
    assert!(matches!(nowhere, BindError::Failed { .. }), "{nowhere:?}");
}

#[tokio::test]
async fn at_the_end_the_port_is_free_and_what_was_under_way_is_answered() {
    let sink = Sink::new(200, 0);
    let till = start(&sink).await;
    let mut stream = TcpStream::connect(till.address).await.unwrap();
    stream
        .write_all(&posted("/callbacks/omise_truemoney", b"{}"))
        .await
        .unwrap();
    sink.arrived.acquire().await.unwrap().forget();
    till.stop.send(()).unwrap();
    sink.gate.add_permits(1);
    assert_eq!(status(&answer(&mut stream).await), 200);
    till.served.await.unwrap();
    assert!(Listener::bind(till.address).await.is_ok());
}
