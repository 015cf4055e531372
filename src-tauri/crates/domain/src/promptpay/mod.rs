//! PromptPay and bill-payment QR text.
