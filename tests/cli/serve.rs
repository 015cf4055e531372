//! `keptang serve`: follows what others opened, and ends when it is asked to.

use keptang_simulator::control::Action;
use keptang_simulator::faults::{Endpoint, Fault, FaultRule};
use keptang_tests::till::{Process, TestTill, free_port, until};
use serde_json::Value;
use std::net::TcpListener;

pub(crate) async fn serve(till: &TestTill) -> (Process, Value) {
    let mut serve = till.start(&["serve"]);
    let line = serve.line("serve", |line| line["type"] == "serve").await;
    (serve, line)
}

pub(crate) async fn settled(till: &TestTill, number: &str) -> Value {
    until("the sale is paid", async || {
        let order = till.show(number).await;
        (order["state"] == "settled").then_some(order)
    })
    .await
}

#[tokio::test]
async fn what_no_wait_opened_is_followed_to_its_end() {
    let till = TestTill::new().await;
    let (_serve, _) = serve(&till).await;
    till.open_sale().await;
    till.open_sale().await;
    for charge in till.charges().await {
        till.provider.act(&charge.id, Action::Pay).await.unwrap();
    }
    for number in ["A-0001", "A-0002"] {
        assert_eq!(settled(&till, number).await["received"], "250.00");
    }
    till.run(&["ledger", "verify"]).await.expect(0);
}

#[tokio::test]
async fn what_was_open_before_it_started_is_followed_too() {
    let till = TestTill::new().await;
    till.open_sale().await;
    till.act(Action::Pay).await;
    let (_serve, _) = serve(&till).await;
    settled(&till, "A-0001").await;
}

#[tokio::test]
async fn it_says_whether_it_holds_the_port() {
    let mut till = TestTill::new().await;
    till.with_callbacks();
    let (_first, line) = serve(&till).await;
    assert_eq!(line["listening"], true);
    assert_eq!(line["listen"], format!("127.0.0.1:{}", till.port));
    let (_second, line) = serve(&till).await;
    assert_eq!(line["listening"], false);
}

#[tokio::test]
async fn the_next_process_takes_over_the_port_of_one_that_died() {
    let mut till = TestTill::new().await;
    till.with_callbacks().with_seldom_polling();
    let (first, _) = serve(&till).await;
    let (_second, line) = serve(&till).await;
    assert_eq!(line["listening"], false);
    first.kill().await;
    until("the port is taken over", async || {
        tokio::net::TcpStream::connect(("127.0.0.1", till.port))
            .await
            .ok()
    })
    .await;
    till.open_sale().await;
    till.act(Action::Pay).await;
    settled(&till, "A-0001").await;
}

#[tokio::test]
async fn two_that_follow_the_same_ledger_ask_about_an_attempt_one_at_a_time() {
    let till = TestTill::new().await;
    let (_first, _) = serve(&till).await;
    let (_second, _) = serve(&till).await;
    till.fault(FaultRule::always(Fault::Hang).at(Endpoint::OmiseChargeGet))
        .await;
    till.open_sale().await;
    let asked = async || {
        till.provider
            .stats()
            .await
            .unwrap()
            .count(Endpoint::OmiseChargeGet)
    };
    until("somebody asks", async || (asked().await > 0).then_some(())).await;
    // Whoever asked holds the attempt; a person who looks does not make the other ask.
    for _ in 0..5 {
        till.show("A-0001").await;
    }
    assert_eq!(asked().await, 1);
    till.provider.clear_faults().await.unwrap();
    till.provider.release().await.unwrap();
    till.act(Action::Pay).await;
    settled(&till, "A-0001").await;
    let timeline = till.run(&["order", "timeline", "A-0001"]).await;
    let paid = timeline
        .lines()
        .iter()
        .filter(|event| event["event"] == "confirmed")
        .count();
    assert_eq!(paid, 1);
}

#[tokio::test]
async fn the_simulator_can_be_run_alone() {
    let till = TestTill::new().await;
    let address = format!("127.0.0.1:{}", free_port());
    let mut simulator = till.start(&["simulator", "--listen", &address]);
    let line = simulator
        .line("simulator", |line| line["type"] == "simulator")
        .await;
    assert_eq!(line["base_url"], format!("http://{address}"));
    let panel = keptang_simulator::control::Client::new(&format!("http://{address}")).unwrap();
    assert!(panel.charges().await.unwrap().is_empty());
    let elsewhere = till.run(&["simulator", "--listen", "0.0.0.0:0"]).await;
    elsewhere.expect(1);
    let another = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = another.local_addr().unwrap().to_string();
    till.run(&["simulator", "--listen", &taken]).await.expect(1);
}
