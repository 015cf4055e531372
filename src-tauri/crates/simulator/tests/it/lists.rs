//! Listing charges (page §4): paging, order, time window, refusals.

use serde_json::Value;

use crate::stage::Stage;

fn amounts(list: &Value) -> Vec<i64> {
    list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|charge| charge["amount"].as_i64().unwrap())
        .collect()
}

/// 25 charges, one second apart, of 100.01, 100.02, … baht.
async fn stage() -> Stage {
    let stage = Stage::open().await;
    for number in 1..=25 {
        stage.till.charge(10_000 + number).await;
        stage.control.advance_clock_ms(1_000).await.unwrap();
    }
    stage
}

#[tokio::test]
async fn pages_cover_everything_once_in_either_order() {
    let stage = stage().await;
    let (status, first) = stage.till.get("/charges").await;
    assert_eq!(
        (status, first["object"].as_str(), first["limit"].as_u64()),
        (200, Some("list"), Some(20))
    );
    assert_eq!(
        (first["total"].as_u64(), first["offset"].as_u64()),
        (Some(25), Some(0))
    );
    assert_eq!(
        (&first["location"], &first["order"]),
        (&"/charges".into(), &"chronological".into())
    );
    assert_eq!(
        (&first["from"], &first["to"]),
        (&"1970-01-01T00:00:00Z".into(), &"2025-10-09T08:53:45Z".into())
    );
    assert_eq!(amounts(&first), (10_001..=10_020).collect::<Vec<_>>());
    let (_, rest) = stage.till.get("/charges?offset=20").await;
    assert_eq!(amounts(&rest), (10_021..=10_025).collect::<Vec<_>>());
    let (_, last) = stage
        .till
        .get("/charges?limit=3&offset=1&order=reverse_chronological")
        .await;
    assert_eq!(amounts(&last), [10_024, 10_023, 10_022]);
    let (_, beyond) = stage.till.get("/charges?offset=25").await;
    assert_eq!((amounts(&beyond), beyond["total"].as_u64()), (vec![], Some(25)));
    let (_, all) = stage.till.get("/charges?limit=100").await;
    assert_eq!(amounts(&all).len(), 25);
}

#[tokio::test]
async fn the_window_includes_both_ends() {
    let stage = stage().await;
    let (_, list) = stage
        .till
        .get("/charges?from=2025-10-09T08:53:22Z&to=2025-10-09T08%3A53%3A24Z")
        .await;
    assert_eq!(
        (amounts(&list), list["total"].as_u64()),
        (vec![10_003, 10_004, 10_005], Some(3))
    );
    let (_, list) = stage.till.get("/charges?from=2025-10-09T15:53:44%2B07:00").await;
    assert_eq!(amounts(&list), [10_025]);
}

#[tokio::test]
async fn senseless_lists_are_refused() {
    let stage = Stage::open().await;
    for (query, code) in [
        ("limit=0", "invalid_page"),
        ("limit=101", "invalid_page"),
        ("limit=-1", "invalid_page"),
        ("limit=many", "invalid_page"),
        ("offset=-1", "invalid_page"),
        ("from=yesterday", "invalid_filter"),
        ("to=2025-13-01T00:00:00Z", "invalid_filter"),
        ("order=random", "invalid_filter"),
        ("page=2", "bad_request"),
    ] {
        let (status, error) = stage.till.get(&format!("/charges?{query}")).await;
        assert_eq!((status, error["code"].as_str()), (400, Some(code)), "{query}");
    }
}
