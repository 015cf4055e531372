//! One simulator on a fixed clock, a till that speaks to it, and a shop that receives its webhooks.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::routing::post;
use jiff::Timestamp;
use keptang_simulator::control::Client;
use keptang_simulator::faults::{Fault, FaultRule};
use keptang_simulator::{Clock, Config, Ids, Running, TRAINING_PUBLIC_KEY, TRAINING_SECRET_KEY, start};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::sync::mpsc;

/// 2025-10-09 15:53:20 in Bangkok.
pub(crate) const START_S: i64 = 1_760_000_000;
pub(crate) const DAY_MS: u64 = 86_400_000;

pub(crate) struct Stage {
    pub(crate) running: Running,
    pub(crate) control: Client,
    pub(crate) till: Till,
}

pub(crate) fn config() -> Config {
    Config {
        clock: Clock::fixed(Timestamp::from_second(START_S).unwrap()),
        ids: Ids::Sequence,
        ..Config::default()
    }
}

impl Stage {
    pub(crate) async fn open() -> Self {
        Self::with(config()).await
    }

    pub(crate) async fn with(config: Config) -> Self {
        let running = start(config).await.unwrap();
        let control = Client::new(&running.base_url()).unwrap();
        let till = Till {
            base: running.omise_base_url(),
            http: http(),
        };
        Self {
            running,
            control,
            till,
        }
    }

    pub(crate) async fn fault(&self, fault: Fault) {
        self.control.set_fault(&FaultRule::once(fault)).await.unwrap();
    }
}

pub(crate) fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let follow_none = reqwest::redirect::Policy::none();
    reqwest::Client::builder()
        .no_proxy()
        .redirect(follow_none)
        .build()
        .unwrap()
}

#[derive(Clone)]
pub(crate) struct Till {
    pub(crate) base: String,
    pub(crate) http: reqwest::Client,
}

impl Till {
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path).basic_auth(TRAINING_SECRET_KEY, Some(""))
    }

    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.base))
            .header("Omise-Version", "2019-05-29")
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        answer(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        answer(self.request(Method::POST, path).json(body)).await
    }

    /// A charge of `amount_satang` in one call; its id and object.
    pub(crate) async fn charge(&self, amount_satang: i64) -> (String, Value) {
        let (status, charge) = self.post("/charges", &order(amount_satang)).await;
        assert_eq!(status, 200, "{charge}");
        (charge["id"].as_str().unwrap().to_owned(), charge)
    }

    pub(crate) async fn status_of(&self, id: &str) -> String {
        let (status, charge) = self.get(&format!("/charges/{id}")).await;
        assert_eq!(status, 200, "{charge}");
        charge["status"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn source(&self, amount_satang: i64) -> Value {
        let body = json!({"amount": amount_satang, "currency": "THB", "type": "truemoney_qr"});
        let request = self
            .bare(Method::POST, "/sources")
            .basic_auth(TRAINING_PUBLIC_KEY, Some(""));
        let (status, source) = answer(request.json(&body)).await;
        assert_eq!(status, 200, "{source}");
        source
    }

    /// The QR image with its content type.
    pub(crate) async fn qr(&self, charge: &Value) -> (String, Vec<u8>) {
        let answer = self.http.get(download_uri(charge)).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let content_type = answer.headers()["content-type"].to_str().unwrap().to_owned();
        (content_type, answer.bytes().await.unwrap().to_vec())
    }
}

pub(crate) fn download_uri(charge: &Value) -> &str {
    charge["source"]["scannable_code"]["image"]["download_uri"]
        .as_str()
        .unwrap()
}

pub(crate) fn order(amount_satang: i64) -> Value {
    json!({
        "amount": amount_satang, "currency": "THB", "source": {"type": "truemoney_qr"},
        "return_uri": "https://shop.example.com/done",
    })
}

pub(crate) async fn answer(request: RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// What the QR in a PNG says, read by an independent decoder.
pub(crate) fn decode_png(bytes: &[u8]) -> Option<String> {
    let pixels = image::load_from_memory(bytes).unwrap().to_luma8();
    let (width, height) = pixels.dimensions();
    let view = zxingcpp::ImageView::from_slice(pixels.as_raw(), width, height, zxingcpp::ImageFormat::Lum);
    let found = zxingcpp::read()
        .formats([zxingcpp::BarcodeFormat::QRCode])
        .from(view.unwrap())
        .unwrap();
    found.first().map(zxingcpp::Barcode::text)
}

/// One callback as it arrived.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Arrival {
    pub(crate) path: String,
    pub(crate) signature: String,
    pub(crate) timestamp: String,
    pub(crate) body: Vec<u8>,
}

impl Arrival {
    pub(crate) fn event(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn key(&self) -> String {
        self.event()["key"].as_str().unwrap().to_owned()
    }
}

/// For [`Shop::answering`]: HTTP 200 with a body that is not the JWT gateway's.
pub(crate) const OK_WITHOUT_CODE: u16 = 0;

/// Receives webhooks; answers with the statuses it is given, then 200.
pub(crate) struct Shop {
    pub(crate) url: String,
    arrivals: mpsc::UnboundedReceiver<Arrival>,
}

#[derive(Clone)]
struct Desk {
    arrivals: mpsc::UnboundedSender<Arrival>,
    answers: std::sync::Arc<std::sync::Mutex<Vec<u16>>>,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::answering(&[]).await
    }

    pub(crate) async fn answering(answers: &[u16]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (sender, arrivals) = mpsc::unbounded_channel();
        let answers = answers.iter().rev().copied().collect();
        let desk = Desk {
            arrivals: sender,
            answers: std::sync::Arc::new(std::sync::Mutex::new(answers)),
        };
        let app = Router::new().fallback(post(receive)).with_state(desk);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, arrivals }
    }

    pub(crate) async fn next(&mut self) -> Arrival {
        tokio::time::timeout(std::time::Duration::from_secs(20), self.arrivals.recv())
            .await
            .unwrap()
            .unwrap()
    }

    /// The arrivals that are here already.
    pub(crate) fn here(&mut self) -> Vec<Arrival> {
        std::iter::from_fn(|| self.arrivals.try_recv().ok()).collect()
    }
}

async fn receive(
    State(desk): State<Desk>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, &'static str) {
    // Only Omise signs in headers.
    let text = |name: &str| {
        headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
            .to_owned()
    };
    let arrival = Arrival {
        path: uri.path().to_owned(),
        signature: text("omise-signature"),
        timestamp: text("omise-signature-timestamp"),
        body: body.to_vec(),
    };
    desk.arrivals.send(arrival).unwrap();
    let status = desk.answers.lock().unwrap().pop().unwrap_or(200);
    let body = match status {
        // The JWT gateway wants the code in the body too; a refusal may hide behind HTTP 200.
        OK_WITHOUT_CODE => return (StatusCode::OK, "ok"),
        _ => r#"{"code":200,"message":"Success"}"#,
    };
    (StatusCode::from_u16(status).unwrap(), body)
}
