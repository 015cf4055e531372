//! No key reaches an error, a report or a log line, whatever the other side says.

use super::server::{Reply, Server};
use super::*;
use keptang_ports::PaymentProvider;

const CANARY: &str = "canary_2328_key";

#[tokio::test]
async fn the_key_is_never_told() {
    let echo = format!(r#"{{"state":1,"message":"bad key {CANARY}","errors":{{"{CANARY}":["x"]}}}}"#);
    for status in [200, 400, 401, 403, 404, 422, 429, 500] {
        let reply = || Reply::Say(status, vec![], echo.clone().into_bytes());
        let server = Server::start(vec![reply(), reply(), reply(), reply(), reply()]).await;
        let config = Config {
            api_key: Secret::new(CANARY),
            ..config(&server.base)
        };
        assert!(!format!("{config:?}").contains(CANARY));
        let provider = provider(config);
        let told = [
            format!("{:?}", provider.create(&payment()).await.map(|_| ())),
            format!("{:?}", provider.status().unwrap().query(&payment_ref()).await),
            format!("{:?}", provider.lookup().unwrap().find(&lost()).await.map(|_| ())),
            format!("{:?}", provider.statement().unwrap().list(NOW, NOW, &[]).await),
            format!("{:?}", provider.test().await),
        ];
        for told in told {
            assert!(!told.contains(CANARY), "{status}: {told}");
        }
        for seen in server.seen() {
            assert!(
                !format!("{:?}", seen.headers).contains(CANARY),
                "the key itself is never sent"
            );
        }
    }
}
