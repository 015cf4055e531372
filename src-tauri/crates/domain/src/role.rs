//! Who may do what (product.md §4, Roles). The table is data; every role × right pair is tested.

use crate::provider::words;

words! {
    /// What a person is at this shop.
    Role {
        /// Reads everything, changes nothing.
        Auditor = "auditor",
        /// Takes payments.
        Cashier = "cashier",
        /// Confirms by hand, gives money back, closes the day.
        Manager = "manager",
        /// Everything.
        Owner = "owner",
    }
}

words! {
    /// What a command can ask of a person.
    Right {
        /// See bills and the state of the till.
        Look = "look",
        /// Take payments and open or close one's own shift.
        Take = "take",
        /// Read the day, reports and the trail.
        Review = "review",
        /// Decide where the till cannot: confirm, refund, accept a slip, settle a difference, close the day.
        Decide = "decide",
        /// People, keys, accounts, payouts, backups, signing the day off.
        Own = "own",
    }
}

impl Role {
    /// Whether a person of this role may do it. The roles are no ladder: an auditor sees the whole day and may not
    /// take a baht, a cashier takes money and does not see the day.
    pub const fn may(self, right: Right) -> bool {
        match (self, right) {
            (_, Right::Look) => true,
            (Self::Auditor, Right::Review) => true,
            (Self::Cashier, Right::Take) => true,
            (Self::Manager, Right::Take | Right::Review | Right::Decide) => true,
            (Self::Owner, _) => true,
            (Self::Auditor | Self::Cashier | Self::Manager, _) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_and_right() {
        // Columns as in `Right::ALL`: look, take, review, decide, own.
        let table = [
            (Role::Auditor, [true, false, true, false, false]),
            (Role::Cashier, [true, true, false, false, false]),
            (Role::Manager, [true, true, true, true, false]),
            (Role::Owner, [true, true, true, true, true]),
        ];
        assert_eq!(table.map(|(role, _)| role), Role::ALL);
        for (role, expected) in table {
            let may: Vec<bool> = Right::ALL.iter().map(|right| role.may(*right)).collect();
            assert_eq!(may, expected, "{role:?}");
        }
    }
}
