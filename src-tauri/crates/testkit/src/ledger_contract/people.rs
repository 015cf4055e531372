//! People.

use super::AnyLedger;
use crate::builders::after_ms;
use crate::clock::START;
use keptang_ports::{Person, Role};

pub async fn people_are_stored_by_name(ledger: AnyLedger) {
    let person = |name: &str, role| Person {
        name: name.to_owned(),
        role,
        pin_hash: "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA".to_owned(),
        disabled: false,
        wrong_pins: 0,
        locked_until: None,
    };
    let (owner, nok) = (person("owner", Role::Owner), person("นก", Role::Cashier));
    let auditor = person("auditor", Role::Auditor);
    for person in [&owner, &nok, &auditor] {
        ledger
            .put_person(person.clone(), None, START)
            .await
            .expect("it is taken");
    }
    let known = ledger.people().await.expect("it answers");
    assert_eq!(known, [auditor.clone(), owner.clone(), nok.clone()]);
    let locked = Person {
        role: Role::Manager,
        disabled: true,
        wrong_pins: 5,
        locked_until: Some(after_ms(60_000)),
        ..nok
    };
    ledger
        .put_person(locked.clone(), Some("owner".to_owned()), after_ms(1))
        .await
        .expect("it is taken");
    assert_eq!(
        ledger.people().await.expect("it answers"),
        [auditor, owner, locked]
    );
}
