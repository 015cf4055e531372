//! Asking about a slip.

use super::server::{Reply, Server};
use super::*;
use keptang_domain::slip::judge::{LookupFailure, Outage};
use keptang_ports::{SlipAnswer, SlipError, SlipVerifier};
use keptang_providers::easyslip::EasySlip;

async fn ask(script: Vec<Reply>, question: &SlipQuestion) -> (Result<SlipAnswer, SlipError>, Server) {
    let server = Server::start(script).await;
    let answer = verifier(config(&server.base)).verify(question).await;
    (answer, server)
}

#[tokio::test]
async fn a_code_is_sent_with_the_key_and_every_option() {
    let (answer, server) = ask(vec![says("verify_bank/page_example")], &payload(S9)).await;
    let answer = answer.unwrap();
    assert_eq!(answer.facts.amount, Money::from_satang(150_000));
    assert_eq!(answer.is_duplicate, Some(false));
    let seen = &server.seen()[0];
    assert_eq!(seen.line, "POST /verify/bank");
    assert_eq!(
        seen.header("authorization"),
        Some("Bearer 00000000-0000-4000-8000-000000000000")
    );
    assert_eq!(seen.header("content-type"), Some("application/json"));
    assert_eq!(seen.header("accept"), Some("application/json"));
    let expected = format!(
        r#"{{"payload":"{S9}","remark":"A-0042","matchAccount":true,"matchAmount":1500.00,"checkDuplicate":true}}"#
    );
    assert_eq!(String::from_utf8(seen.body.clone()).unwrap(), expected);
}

#[tokio::test]
async fn pictures_go_as_form_base64_or_address() {
    let picture = question(SlipInput::Image(PNG.to_vec()));
    let (answer, server) = ask(vec![says("verify_bank/page_example")], &picture).await;
    answer.unwrap();
    let seen = &server.seen()[0];
    assert_eq!(seen.line, "POST /verify/bank");
    assert_eq!(
        seen.header("content-type"),
        Some("multipart/form-data; boundary=keptang-slip-00")
    );
    assert_eq!(
        seen.header("content-length"),
        Some(seen.body.len().to_string().as_str())
    );
    let mut start =
        b"--keptang-slip-00\r\nContent-Disposition: form-data; name=\"image\"; filename=\"slip.png\"\r\n\
        Content-Type: image/png\r\n\r\n"
            .to_vec();
    start.extend_from_slice(PNG);
    assert!(seen.body.starts_with(&start), "{seen:?}");
    assert!(
        seen.body.ends_with(
            b"name=\"matchAmount\"\r\n\r\n1500.00\r\n--keptang-slip-00\r\nContent-Disposition: form-data; \
            name=\"checkDuplicate\"\r\n\r\ntrue\r\n--keptang-slip-00--\r\n"
        ),
        "{seen:?}"
    );

    for (input, start) in [
        (
            SlipInput::Base64("iVBORw0KGgo=".to_owned()),
            r#"{"base64":"iVBORw0KGgo=","#,
        ),
        (
            SlipInput::Url("https://example.com/slip.jpg".to_owned()),
            r#"{"url":"https://example.com/slip.jpg","#,
        ),
    ] {
        let (answer, server) = ask(vec![says("verify_bank/page_example")], &question(input)).await;
        answer.unwrap();
        let body = String::from_utf8(server.seen()[0].body.clone()).unwrap();
        assert!(body.starts_with(start), "{body}");
    }
}

#[tokio::test]
async fn a_wallet_s_slip_goes_to_its_own_address() {
    let picture = SlipQuestion {
        kind: SlipKind::TrueMoneyWallet,
        ..question(SlipInput::Image(PNG.to_vec()))
    };
    let (answer, server) = ask(vec![says("verify_truewallet/verified")], &picture).await;
    assert_eq!(answer.unwrap().facts.reference.sending_bank.word(), "truemoney");
    assert_eq!(server.lines(), ["POST /verify/truewallet"]);
}

#[tokio::test]
async fn the_owner_may_leave_out_the_account_match() {
    let server = Server::start(vec![says("verify_bank/not_matched")]).await;
    let config = Config {
        match_account: false,
        ..config(&server.base)
    };
    verifier(config).verify(&payload(S9)).await.unwrap();
    assert_eq!(server.seen()[0].json()["matchAccount"], false);
}

#[tokio::test]
async fn a_base_address_keeps_its_path() {
    let server = Server::start(vec![says("verify_bank/page_example")]).await;
    let client = verifier(config(&format!("{}/api/v2/", server.base)));
    client.verify(&payload(S9)).await.unwrap();
    assert_eq!(server.lines(), ["POST /api/v2/verify/bank"]);
}

#[tokio::test]
async fn a_code_without_its_zeros_is_sent_as_scanned_and_then_once_whole() {
    for refusal in [(400, "error/validation_error"), (404, "error/slip_not_found")] {
        let first = || fails(refusal.0, refusal.1);
        let (answer, server) = ask(
            vec![first(), says("verify_bank/page_example")],
            &payload(S12_SHORT),
        )
        .await;
        answer.unwrap();
        let sent: Vec<_> = server
            .seen()
            .iter()
            .map(|seen| seen.json()["payload"].clone())
            .collect();
        assert_eq!(sent, [S12_SHORT, S12]);

        // Not understood either way: what was said about the code as it is stands.
        let (answer, _server) = ask(
            vec![first(), fails(400, "error/validation_error")],
            &payload(S12_SHORT),
        )
        .await;
        let (alone, server) = ask(vec![first()], &payload(S12)).await;
        assert_eq!(answer, alone);
        assert_eq!(server.lines().len(), 1, "a whole code is asked about once");
    }
    let (answer, server) = ask(
        vec![
            fails(404, "error/slip_not_found"),
            fails(404, "error/slip_pending"),
        ],
        &payload(S12_SHORT),
    )
    .await;
    assert_eq!((answer, server.lines().len()), (Err(SlipError::Pending), 2));
    let (answer, server) = ask(vec![fails(404, "error/slip_pending")], &payload(S12_SHORT)).await;
    assert_eq!((answer, server.lines().len()), (Err(SlipError::Pending), 1));
}

#[tokio::test]
async fn a_lost_answer_may_be_asked_for_again_and_a_duplicate_is_no_error() {
    for lost in [Reply::Cut, Reply::CutInBody, Reply::Hang] {
        let server = Server::start(vec![lost, says("verify_bank/duplicate")]).await;
        let client = patient(config(&server.base), 1_000);
        assert_eq!(client.verify(&payload(S9)).await, Err(SlipError::OutcomeUnknown));
        let again = client.verify(&payload(S9)).await.unwrap();
        assert_eq!(again.is_duplicate, Some(true));
        let seen = server.seen();
        assert_eq!(seen[0].body, seen[1].body, "the same question to the byte");
    }
}

#[tokio::test]
async fn nobody_there_is_told_from_a_lost_answer() {
    let client = verifier(config("http://127.0.0.1:1"));
    let error = client.verify(&payload(S9)).await.unwrap_err();
    assert_eq!(error, SlipError::NotSent);
    assert_eq!(error.failure(), LookupFailure::Outage(Outage::Unreachable));
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_key() {
    let (answer, server) = ask(
        vec![with(307, ("Location", "{base}/elsewhere"), "error/html")],
        &payload(S9),
    )
    .await;
    assert_eq!(answer, Err(SlipError::OutcomeUnknown));
    assert_eq!(server.lines(), ["POST /verify/bank"]);
}

#[tokio::test]
async fn an_endless_answer_is_given_up() {
    let long = Reply::Say(200, vec![], vec![b' '; 1024 * 1024 + 1]);
    let (answer, _server) = ask(vec![long], &payload(S9)).await;
    assert_eq!(answer, Err(SlipError::OutcomeUnknown));
}

#[tokio::test]
async fn a_pause_that_is_asked_for_is_kept_without_asking_again() {
    for (status, class) in [(429, Outage::Busy), (503, Outage::Theirs)] {
        let server = Server::start(vec![with(status, ("Retry-After", "7"), "error/html")]).await;
        let client = verifier(config(&server.base));
        let error = client.verify(&payload(S9)).await.unwrap_err();
        assert_eq!(error.failure(), LookupFailure::Outage(class));
        assert_eq!(error.retry_after_ms(), Some(7_000));
        let early = client.verify(&payload(S9)).await.unwrap_err();
        assert_eq!(early.failure(), LookupFailure::Outage(Outage::Busy));
        assert!(
            early.retry_after_ms().is_some_and(|ms| ms > 0 && ms <= 7_000),
            "{early:?}"
        );
        assert_eq!(server.lines().len(), 1);
    }
}

#[tokio::test]
async fn nothing_is_sent_with_wrong_settings_or_an_unfit_question() {
    let server = Server::start(vec![]).await;
    let keyless = verifier(Config {
        api_key: None,
        ..config(&server.base)
    });
    assert_eq!(keyless.fault().unwrap().fault.code, "missing_secret");
    for answer in [
        keyless.verify(&payload(S9)).await.map(drop),
        keyless.info().await.map(drop),
    ] {
        assert!(matches!(answer, Err(SlipError::Misconfigured(_))), "{answer:?}");
    }
    let client = verifier(config(&server.base));
    assert!(client.fault().is_none() && client.is_live());
    let mut large = PNG.to_vec();
    large.resize(4 * 1024 * 1024 + 1, 0);
    for (input, class) in [
        (SlipInput::Image(large), LookupFailure::PictureRefused),
        (SlipInput::Base64("?".to_owned()), LookupFailure::PictureRefused),
        (
            SlipInput::Url("http://127.0.0.1/slip.jpg".to_owned()),
            LookupFailure::Outage(Outage::Ours),
        ),
        (
            SlipInput::Payload(String::new()),
            LookupFailure::Outage(Outage::Ours),
        ),
    ] {
        let error = client.verify(&question(input)).await.unwrap_err();
        assert_eq!(error.failure(), class);
    }
    assert_eq!(server.lines(), [""; 0]);
}

#[tokio::test]
async fn two_questions_at_a_time() {
    let hang = || Reply::Hang;
    let server = Server::start(vec![hang(), hang(), says("verify_bank/page_example")]).await;
    let client = patient(config(&server.base), 1_000);
    let finished = std::sync::Mutex::new(Vec::new());
    let one = |number: u8| {
        let (client, finished): (&EasySlip, _) = (&client, &finished);
        async move {
            let answer = client.verify(&payload(S9)).await;
            finished.lock().unwrap().push((number, answer.is_ok()));
        }
    };
    tokio::join!(one(1), one(2), one(3));
    let finished = finished.into_inner().unwrap();
    assert_eq!(finished.len(), 3);
    assert!(
        !finished[0].1,
        "the third waited for one of the others: {finished:?}"
    );
    assert!(finished.contains(&(3, true)), "{finished:?}");
}

#[tokio::test]
async fn errors_show_neither_key_nor_slip() {
    for status in [400, 401, 403, 404] {
        let (answer, _server) = ask(vec![fails(status, "error/echoes_secrets")], &payload(S9)).await;
        let error = answer.unwrap_err();
        let printed = format!("{error:?} {error}").to_lowercase();
        assert!(
            !printed.contains("canary") && !printed.contains("0812345678"),
            "{printed}"
        );
    }
    let printed = format!("{:?} {:?}", config("https://x"), payload(S9));
    assert!(
        !printed.contains(KEY) && !printed.contains("TST00001"),
        "{printed}"
    );
}
