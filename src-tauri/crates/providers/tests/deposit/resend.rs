//! Asking for a callback again.

use super::server::{Reply, Server};
use super::*;
use keptang_ports::{PaymentProvider, ProviderError};

async fn resend(reply: Reply) -> Result<(), ProviderError> {
    let server = Server::start(vec![reply]).await;
    let provider = patient(config(&server.base), 400);
    provider.resend().unwrap().resend(&payment_ref()).await
}

#[tokio::test]
async fn it_names_the_gateway_s_reference_and_signs_nothing_else() {
    let server = Server::start(vec![says("resend/done")]).await;
    let provider = provider(config(&server.base));
    provider.resend().unwrap().resend(&payment_ref()).await.unwrap();
    let seen = server.seen();
    assert_eq!(
        seen[0].line,
        "POST /api/v1/client/resend_callback_for_transaction"
    );
    // Base64 of `secret_canary::`.
    assert_eq!(seen[0].header("x-signature"), Some("c2VjcmV0X2NhbmFyeTo6"));
    assert_eq!(seen[0].header("authorization"), Some("Bearer token_canary"));
    assert_eq!(seen[0].header("x-api-key"), Some("api_canary"));
    assert_eq!(
        String::from_utf8(seen[0].body.clone()).unwrap(),
        format!(r#"{{"ref_id":"{REF}"}}"#)
    );
}

#[tokio::test]
async fn its_answer_tells_nothing_about_the_payment() {
    for reply in [
        says("resend/done"),
        says("callback/auto_success"),
        Reply::Say(200, vec![], vec![]),
        Reply::Say(204, vec![], vec![]),
    ] {
        assert_eq!(resend(reply).await, Ok(()));
    }
    let refused = ProviderError::Refused {
        code: "ref_account has a pending deposit".to_owned(),
    };
    for (reply, error) in [
        (fails(404, "error/not_found_ref"), ProviderError::NotFound),
        (fails(422, "error/detail_text"), refused),
        (fails(500, "error/html"), ProviderError::Unavailable),
        (Reply::Cut, ProviderError::Unavailable),
        (Reply::CutInBody, ProviderError::Unavailable),
        (Reply::Hang, ProviderError::Unavailable),
    ] {
        assert_eq!(resend(reply).await, Err(error));
    }
}
