//! What a person must look at: the second axis beside the state. A flag never stops money being recorded.

use crate::provider::words;

words! {
    /// A reason to look (cli.md, flags).
    Flag {
        /// Money came after the attempt had ended.
        PaidLate = "paid_late",
        /// Less arrived than is owed.
        Underpaid = "underpaid",
        /// More arrived than is owed, in one payment.
        Overpaid = "overpaid",
        /// More arrived than is owed, in several payments.
        DuplicatePayment = "duplicate_payment",
        /// Two facts cannot both be true.
        Contradiction = "contradiction",
        /// The provider used a word we do not know.
        UnrecognisedStatus = "unrecognised_status",
        /// A claim came that is too weak to settle anything.
        WeakEvidence = "weak_evidence",
        /// A person said it was paid.
        ManualConfirm = "manual_confirm",
        /// The QR said something else than it should.
        QrMismatch = "qr_mismatch",
        /// The provider changed the amount beyond the owner's limit.
        AdjustedTooMuch = "adjusted_too_much",
        /// The provider held the money.
        Held = "held",
        /// A refund did not go through.
        RefundFailed = "refund_failed",
    }
}
