//! Asking for a payment.

use super::server::{Reply, Server};
use super::*;
use keptang_domain::order::{Instruction, Unshowable};
use keptang_ports::{PaymentProvider, ProviderError};
use keptang_providers::omise_truemoney::Flow;
use serde_json::json;

async fn create_error(reply: Reply) -> (ProviderError, usize) {
    let server = Server::start(vec![reply]).await;
    let error = patient(config(&server.base), 400)
        .create(&payment())
        .await
        .unwrap_err();
    (error, server.seen().len())
}

#[tokio::test]
async fn one_call_makes_the_charge_and_the_picture_is_fetched_without_the_key() {
    let server = Server::start(vec![says("charge/pending"), picture()]).await;
    let created = provider(config(&server.base)).create(&payment()).await.unwrap();
    assert_eq!(created.provider_ref.as_deref(), Some(CHARGE));
    let kept = created.said.clone().unwrap();
    assert!(
        kept.contains(CHARGE) && kept.contains(r#""amount":25000"#),
        "{kept}"
    );
    assert_eq!(
        (created.payable.satang(), created.lifetime_ms),
        (25_000, Some(86_400_000))
    );
    assert_eq!(
        created.offer,
        Ok(Instruction::QrImage {
            png: picture_bytes(),
            text: None
        })
    );

    let seen = server.seen();
    assert_eq!(seen[0].line, "POST /charges");
    // Base64 of `skey_test_canary:`.
    assert_eq!(
        seen[0].header("authorization"),
        Some("Basic c2tleV90ZXN0X2NhbmFyeTo=")
    );
    assert_eq!(seen[0].header("omise-version"), Some("2019-05-29"));
    assert_eq!(seen[0].header("content-type"), Some("application/json"));
    let agent = concat!("Keptang/", env!("CARGO_PKG_VERSION"));
    assert_eq!(seen[0].header("user-agent"), Some(agent));
    let body = json!({
        "amount": 25_000,
        "currency": "THB",
        "source": { "type": "truemoney_qr" },
        "return_uri": "https://example.com/",
        "description": "Keptang 1-0007",
        "metadata": { "order_id": "1-0007", "till": "counter-1", "attempt": ATTEMPT },
    });
    assert_eq!(seen[0].json(), body);
    assert!(
        seen[1]
            .line
            .starts_with("GET /charges/chrg_test_0000000000000000001a/documents/"),
        "{}",
        seen[1].line
    );
    assert_eq!(seen[1].header("authorization"), None);
    assert_eq!(seen[1].header("omise-version"), None);
    assert_eq!(seen.len(), 2);
}

#[tokio::test]
async fn a_callback_address_is_registered_with_the_charge() {
    let server = Server::start(vec![says("charge/pending"), picture()]).await;
    let url = "https://shop.example/callbacks/omise_truemoney".to_owned();
    let payment = CreatePayment {
        callback_url: Some(url.clone()),
        quote: None,
        ..payment()
    };
    provider(config(&server.base)).create(&payment).await.unwrap();
    assert_eq!(server.seen()[0].json()["webhook_endpoints"], json!([url]));
}

#[tokio::test]
async fn the_source_comes_first_where_the_owner_chose_so() {
    let first = |base: &str| Config {
        flow: Flow::SourceFirst,
        public_key: Secret::new("pkey_test_canary"),
        ..config(base)
    };
    let server = Server::start(vec![says("source/created"), says("charge/pending"), picture()]).await;
    provider(first(&server.base)).create(&payment()).await.unwrap();
    let seen = server.seen();
    assert_eq!(seen[0].line, "POST /sources");
    assert_eq!(
        seen[0].header("authorization"),
        Some("Basic cGtleV90ZXN0X2NhbmFyeTo=")
    );
    assert_eq!(
        seen[0].json(),
        json!({ "type": "truemoney_qr", "amount": 25_000, "currency": "THB" })
    );
    assert_eq!(seen[1].json()["source"], "src_test_0000000000000000001a");
    assert_eq!(
        seen[1].header("authorization"),
        Some("Basic c2tleV90ZXN0X2NhbmFyeTo=")
    );

    // Without a source no charge was asked for, whatever became of the source.
    for reply in [
        Reply::Cut,
        Reply::CutInBody,
        says("charge/html"),
        Reply::Say(500, vec![], vec![]),
    ] {
        let server = Server::start(vec![reply]).await;
        let error = provider(first(&server.base))
            .create(&payment())
            .await
            .unwrap_err();
        assert_eq!((error, server.seen().len()), (ProviderError::NotSent, 1));
    }
    let server = Server::start(vec![fails(400, "error/invalid_charge")]).await;
    let error = provider(first(&server.base))
        .create(&payment())
        .await
        .unwrap_err();
    assert_eq!(
        error,
        ProviderError::Refused {
            code: "invalid_charge".to_owned()
        }
    );
}

#[tokio::test]
async fn a_create_whose_answer_is_lost_or_unreadable_is_unknown_and_never_repeated() {
    for reply in [
        Reply::Cut,
        Reply::CutInBody,
        Reply::Hang,
        Reply::Say(200, vec![], vec![]),
        says("charge/html"),
        says("charge/malformed"),
        says("charge/null_everything"),
        says("error/not_an_object"),
        Reply::Say(200, vec![], vec![b' '; 1024 * 1024 + 1]),
        fails(400, "error/backend_error"),
        fails(500, "charge/html"),
        fails(503, "charge/html"),
    ] {
        assert_eq!(create_error(reply).await, (ProviderError::OutcomeUnknown, 1));
    }
}

#[tokio::test]
async fn an_answer_about_somebody_else_s_charge_leaves_ours_unknown() {
    let body = String::from_utf8(fixture("charge/pending"))
        .unwrap()
        .replace("eeeeffff0000", "eeeeffff0001");
    let (error, _) = create_error(Reply::Say(200, vec![], body.into_bytes())).await;
    assert_eq!(error, ProviderError::OutcomeUnknown);
}

#[tokio::test]
async fn a_clear_no_is_told_apart() {
    let refused = |code: &str| ProviderError::Refused {
        code: code.to_owned(),
    };
    assert_eq!(
        create_error(fails(400, "error/invalid_charge")).await.0,
        refused("invalid_charge")
    );
    assert_eq!(
        create_error(fails(403, "charge/html")).await.0,
        refused("http_403")
    );
    assert_eq!(
        create_error(fails(422, "charge/html")).await.0,
        refused("http_422")
    );
    assert_eq!(
        create_error(says("charge/failed")).await.0,
        refused("failed_processing")
    );
    let ProviderError::Misconfigured(fault) =
        create_error(fails(401, "error/authentication_failure")).await.0
    else {
        panic!("a rejected key is a wrong setting")
    };
    assert_eq!(
        (fault.code, fault.setting.as_str()),
        ("bad_key", "KEPTANG_SECRET__OMISE_TRUEMONEY__SECRET_KEY")
    );
}

#[tokio::test]
async fn nobody_listening_and_no_such_host_mean_not_sent() {
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let provider = provider(config(&format!("http://{free}")));
    assert_eq!(
        provider.create(&payment()).await.unwrap_err(),
        ProviderError::NotSent
    );
    assert_eq!(
        provider.status().unwrap().query(&payment_ref()).await,
        Err(ProviderError::NotSent)
    );
    // No label of a host name is that long, so the resolver refuses without asking anybody.
    let provider = super::provider(config(&format!("https://{}.invalid", "a".repeat(64))));
    assert_eq!(
        provider.create(&payment()).await.unwrap_err(),
        ProviderError::NotSent
    );
}

#[tokio::test]
async fn a_tls_handshake_that_fails_is_not_sent() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 No\r\n\r\n").await;
        }
    });
    let provider = provider(config(&format!("https://{address}")));
    assert_eq!(
        provider.create(&payment()).await.unwrap_err(),
        ProviderError::NotSent
    );
}

#[tokio::test]
async fn wrong_settings_send_nothing() {
    let server = Server::start(vec![]).await;
    let provider = provider(Config {
        secret_key: None,
        ..config(&server.base)
    });
    let fault = provider.profile().fault.clone().unwrap();
    let misconfigured = ProviderError::Misconfigured(Box::new(fault));
    assert_eq!(provider.create(&payment()).await.unwrap_err(), misconfigured);
    assert_eq!(
        provider.status().unwrap().query(&payment_ref()).await,
        Err(misconfigured.clone())
    );
    assert_eq!(
        provider.lookup().unwrap().find(&lost()).await.unwrap_err(),
        misconfigured
    );
    assert_eq!(
        provider.cancel().unwrap().cancel(&payment_ref()).await,
        Err(misconfigured.clone())
    );
    assert_eq!(
        provider.refunds().unwrap().refund(&refund(25_000)).await,
        Err(misconfigured)
    );
    assert_eq!(server.seen().len(), 0);
}

#[tokio::test]
async fn a_pause_asked_for_is_kept() {
    let script = vec![Reply::Say(429, vec![("Retry-After", "7".to_owned())], vec![])];
    let server = Server::start(script).await;
    let provider = provider(config(&server.base));
    let error = provider.create(&payment()).await.unwrap_err();
    assert_eq!(
        error,
        ProviderError::Throttled {
            after_ms: Some(7_000)
        }
    );
    let error = provider
        .status()
        .unwrap()
        .query(&payment_ref())
        .await
        .unwrap_err();
    let ProviderError::Throttled {
        after_ms: Some(after_ms),
    } = error
    else {
        panic!("{error:?}")
    };
    assert!((1..=7_000).contains(&after_ms), "{after_ms}");
    assert_eq!(server.seen().len(), 1, "the second question was not sent");

    let date = |text: &str| ("Date", text.to_owned());
    let later = ("Retry-After", "Mon, 23 Sep 2024 03:20:30 GMT".to_owned());
    let server = Server::start(vec![Reply::Say(
        429,
        vec![date("Mon, 23 Sep 2024 03:20:00 GMT"), later],
        vec![],
    )])
    .await;
    let error = super::provider(config(&server.base))
        .create(&payment())
        .await
        .unwrap_err();
    assert_eq!(
        error,
        ProviderError::Throttled {
            after_ms: Some(30_000)
        }
    );
    assert_eq!(
        create_error(Reply::Say(429, vec![], vec![])).await.0,
        ProviderError::Throttled { after_ms: None }
    );
}

#[tokio::test]
async fn the_picture_may_move_three_times_but_never_with_a_key_and_only_to_where_it_may() {
    let moved = |to: &str| Reply::Say(302, vec![("Location", to.to_owned())], vec![]);
    let hops = |count: usize| vec![moved("{base}/elsewhere"); count];
    let offer = |pictures: Vec<Reply>| async move {
        let server = Server::start([vec![says("charge/pending")], pictures].concat()).await;
        let offer = provider(config(&server.base))
            .create(&payment())
            .await
            .unwrap()
            .offer;
        let pictures = &server.seen()[1..];
        assert!(pictures.iter().all(|seen| seen.header("authorization").is_none()));
        (offer, pictures.len())
    };
    let shown = Ok(Instruction::QrImage {
        png: picture_bytes(),
        text: None,
    });
    assert_eq!(
        offer([hops(3), vec![picture()]].concat()).await,
        (shown.clone(), 4)
    );
    assert_eq!(
        offer(vec![moved("/relative"), picture()]).await,
        (shown.clone(), 2)
    );
    // Quick second and third tries.
    assert_eq!(
        offer(vec![fails(500, "charge/html"), Reply::Cut, picture()]).await,
        (shown, 3)
    );

    let gone = Err(Unshowable::QrUnavailable);
    for (pictures, asked) in [
        (hops(12), 12),
        (vec![moved("http://shop.invalid/qr.png"); 3], 3),
        (vec![moved("file:///etc/hostname"); 3], 3),
        (vec![fails(404, "charge/html"); 3], 3),
        (vec![Reply::Say(200, vec![], vec![]); 3], 3),
        (
            vec![Reply::Say(200, vec![], vec![0xff; 4 * 1024 * 1024 + 1]); 3],
            3,
        ),
    ] {
        assert_eq!(offer(pictures).await, (gone.clone(), asked));
    }
}

#[tokio::test]
async fn a_live_charge_for_a_test_key_is_not_shown_and_its_picture_not_fetched() {
    let body = String::from_utf8(fixture("charge/pending"))
        .unwrap()
        .replace("\"livemode\": false", "\"livemode\": true");
    let server = Server::start(vec![Reply::Say(200, vec![], body.into_bytes())]).await;
    let created = provider(config(&server.base)).create(&payment()).await.unwrap();
    assert_eq!(
        (created.offer, server.seen().len()),
        (Err(Unshowable::ModeMismatch), 1)
    );
}

#[tokio::test]
async fn another_amount_is_handed_on_as_what_they_want() {
    let body = String::from_utf8(fixture("charge/pending"))
        .unwrap()
        .replace("\"amount\": 25000", "\"amount\": 25050");
    let server = Server::start(vec![Reply::Say(200, vec![], body.into_bytes()), picture()]).await;
    let created = provider(config(&server.base)).create(&payment()).await.unwrap();
    assert_eq!(created.payable.satang(), 25_050);
}

#[tokio::test]
async fn no_secret_reaches_an_error_or_a_report() {
    let canary = |text: String| assert!(!text.contains("canary"), "{text}");
    for reply in [
        Reply::Cut,
        fails(401, "error/authentication_failure"),
        fails(400, "error/invalid_charge"),
        Reply::Say(
            400,
            vec![],
            b"{\"object\":\"error\",\"code\":\"skey_test_canary canary\"}".to_vec(),
        ),
        Reply::Say(200, vec![], b"skey_test_canary".to_vec()),
    ] {
        let (error, _) = create_error(reply).await;
        canary(format!("{error} {error:?}"));
    }
}
