//! The peer of a payment: the same requests to the same simulator, with nothing around them.
//!
//! The signatures are written here once more, from the providers' pages: a peer that borrowed the till's would also
//! borrow its time. Whatever the simulator refuses stops the run.

use crate::shop::{AMOUNT_SATANG, SETTLE};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use keptang_domain::ProviderId;
use keptang_simulator::{
    TRAINING_CRYPTO_API_KEY, TRAINING_CRYPTO_PROJECT, TRAINING_DEPOSIT_API_KEY, TRAINING_DEPOSIT_SECRET_KEY,
    TRAINING_DEPOSIT_TOKEN, TRAINING_JWT_API_KEY, TRAINING_JWT_MERCHANT_ID, TRAINING_SECRET_KEY,
};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sha2::Sha256;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const BAHT: &str = "250.00";

pub(crate) struct Bare {
    pub(crate) http: reqwest::Client,
    base_url: String,
    made: AtomicU64,
}

impl Bare {
    /// `base_url` of the simulator, without a provider's mount.
    pub(crate) fn new(base_url: String) -> Self {
        let http = reqwest::Client::builder().no_proxy().user_agent("bare").build();
        Self {
            http: http.unwrap(),
            base_url,
            made: AtomicU64::new(0),
        }
    }

    /// Asks for a payment once, up to what the customer is shown; Omise's picture is behind a link, the gateways' comes
    /// inside, and coins have an address.
    pub(crate) async fn create(&self, provider: ProviderId) -> Duration {
        let no = self.made.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(SETTLE).await;
        let started = Instant::now();
        match provider {
            ProviderId::OmiseTrueMoney => self.omise(no).await,
            ProviderId::DepositGateway => self.deposit(no).await,
            ProviderId::JwtGateway => self.jwt(no).await,
            ProviderId::Crypto2328 => self.crypto(no).await,
            ProviderId::PromptPayDirect | ProviderId::Cash => unreachable!("nobody is asked over a network"),
        }
        started.elapsed()
    }

    /// Asks for an Omise charge once.
    pub(crate) async fn query(&self, reference: &str) -> (Duration, Value) {
        let path = format!("/omise/charges/{reference}");
        tokio::time::sleep(SETTLE).await;
        let started = Instant::now();
        let charge = answer(self.omise_request(Method::GET, &path)).await;
        (started.elapsed(), charge)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base_url))
    }

    fn omise_request(&self, method: Method, path: &str) -> RequestBuilder {
        self.request(method, path)
            .basic_auth(TRAINING_SECRET_KEY, Some(""))
            .header("Omise-Version", "2019-05-29")
    }

    async fn omise(&self, no: u64) {
        let body = json!({
            "amount": AMOUNT_SATANG, "currency": "THB", "source": { "type": "truemoney_qr" },
            "return_uri": "https://example.com/", "description": "Keptang bench",
            "metadata": { "order_id": format!("bare-{no}"), "attempt": format!("bare-{no}"), "till": "1" },
        });
        let charge = answer(self.omise_request(Method::POST, "/omise/charges").json(&body)).await;
        let address = &charge["source"]["scannable_code"]["image"]["download_uri"];
        let picture = self.http.get(address.as_str().unwrap()).send().await.unwrap();
        assert!(picture.bytes().await.unwrap().starts_with(b"\x89PNG"));
    }

    async fn deposit(&self, no: u64) {
        let signature = STANDARD.encode(format!("{TRAINING_DEPOSIT_SECRET_KEY}:bare-{no}:{BAHT}"));
        let body = json!({
            "order_id": format!("bare-{no}"), "amount": 250, "ref_account": format!("{no:010}"),
            "ref_bank_code": "004", "ref_name_th": "ลูกค้า หน้าร้าน", "ref_name_en": "Walk-in Customer",
            "ref_user_id": "counter-1",
        });
        let request = self
            .request(Method::POST, "/deposit_gateway/api/v1/client/create_deposit")
            .bearer_auth(TRAINING_DEPOSIT_TOKEN)
            .header("x-api-key", TRAINING_DEPOSIT_API_KEY)
            .header("x-signature", signature)
            .json(&body);
        let deposit = answer(request).await;
        let picture = STANDARD.decode(deposit["qr_image"].as_str().unwrap()).unwrap();
        assert!(picture.starts_with(b"\x89PNG"));
    }

    async fn jwt(&self, no: u64) {
        // Names in order, as the page signs them.
        let payload = format!(
            r#"{{"amount":250,"bankAccountNumber":"{no:010}","bankName":"KBANK","callbackUrl":"https://example.com/","merchantId":"{TRAINING_JWT_MERCHANT_ID}","name":"Walk-in Customer","timestamp":{},"transactionId":"bare-{no}","type":"QR"}}"#,
            SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
        );
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
        let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(&payload));
        let signature = URL_SAFE_NO_PAD.encode(hmac(TRAINING_JWT_API_KEY.as_bytes(), signed.as_bytes()));
        let open = payload.strip_suffix('}').unwrap();
        let request = self
            .request(Method::POST, "/jwt_gateway/api/v1/deposit")
            .header("x-api-key", TRAINING_JWT_API_KEY)
            .header("Content-Type", "application/json")
            .body(format!(r#"{open},"signature":"{signed}.{signature}"}}"#));
        let deposit = answer(request).await;
        let picture = deposit["data"]["qrcode"].as_str().unwrap();
        let (_, picture) = picture.split_once("base64,").unwrap();
        assert!(STANDARD.decode(picture).unwrap().starts_with(b"\x89PNG"));
    }

    async fn crypto(&self, no: u64) {
        let body = format!(
            r#"{{"amount":"{BAHT}","currency":"THB","order_id":"bare-{no}","to_currency":"USDT","network":"TRX-TRC20","description":"Keptang bench","ttl_seconds":86400}}"#
        );
        let sign = hex::encode(hmac(
            TRAINING_CRYPTO_API_KEY.as_bytes(),
            STANDARD.encode(&body).as_bytes(),
        ));
        let request = self
            .request(Method::POST, "/crypto_2328/api/v1/payment")
            .header("Content-Type", "application/json")
            .header("project", TRAINING_CRYPTO_PROJECT)
            .header("sign", sign)
            .body(body);
        let payment = answer(request).await;
        assert!(payment["result"]["address"].is_string(), "{payment}");
    }
}

pub(crate) fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

async fn answer(request: RequestBuilder) -> Value {
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let body = answer.bytes().await.unwrap();
    assert!(
        status.is_success(),
        "{status}: {}",
        String::from_utf8_lossy(&body)
    );
    serde_json::from_slice(&body).unwrap()
}
