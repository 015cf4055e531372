//! The rules of the till: money, orders, attempts, postings, PromptPay text. Pure.
