// From an error code to a sentence. Exhaustive: a new code does not compile until it has its words. Codes themselves
// are never shown; what support needs sits behind "details".
import { language, m, say } from "../messages/index.svelte";
import { shortAmount } from "../lib/money";
import { networkText } from "../bill/coins";
import { countdownText, shortClock, shortDay } from "../lib/time";
import type { ApiError, Method } from "./generated";
import type { AnyErrorCode } from "./owner-types";

const CODES: Record<AnyErrorCode, true> = {
  amount_invalid: true, amount_too_small: true, amount_too_large: true, method_unavailable: true, no_provider: true,
  misconfigured: true, provider_down: true, not_found: true, wrong_state: true, pin_wrong: true, pin_locked: true,
  forbidden: true, reason_missing: true, coin_not_taken: true, cash_too_little: true, payout_refused: true, ledger_unavailable: true, not_built: true, bad_request: true, internal: true,
  locked: true, approval_needed: true, no_people: true, day_open_items: true, bad_setting: true, changed_meanwhile: true, person_refused: true, shift_refused: true, day_refused: true,
  no_printer: true, backup_refused: true, file_not_written: true,
};

/** The code with those the generated file does not know yet. */
export function codeOf(error: ApiError): AnyErrorCode {
  return error.code;
}

export function isApiError(thrown: unknown): thrown is ApiError {
  if (typeof thrown !== "object" || thrown === null || !("code" in thrown)) return false;
  return typeof thrown.code === "string" && Object.hasOwn(CODES, thrown.code);
}

/** Anything that was thrown, as an ApiError; what is not one is our own fault and says so. */
export function asApiError(thrown: unknown): ApiError {
  if (isApiError(thrown)) return { code: thrown.code, params: thrown.params ?? {}, incident: thrown.incident ?? null };
  return { code: "internal", params: {}, incident: null };
}

function methodName(word: string | undefined): string | null {
  switch (word as Method | undefined) {
    case "promptpay": return m.method_promptpay();
    case "truemoney": return m.method_truemoney();
    case "crypto": return m.method_crypto();
    case "cash": return m.method_cash();
    default: return null;
  }
}

function limit(text: string | undefined): string | null {
  return text !== undefined && /^\d+\.\d{2}$/.test(text) ? shortAmount(text) : null;
}

/** "USDT/TRX-TRC20 BTC/BTC" with the networks in words. */
function offered(pairs: string | undefined): string {
  const found = (pairs ?? "").split(" ").map((pair) => pair.split("/")).filter((pair) => pair.length === 2);
  return found.map(([coin = "", network = ""]) => `${coin} ${networkText(network)}`).join(", ") || "?";
}

/** The sentence of a refusal's own word, or the plain one for a word we do not know. */
function why<Word extends string>(error: ApiError, words: readonly Word[], text: (word: Word) => string, plain: string): string {
  const word = words.find((known) => known === error.params.why);
  return word === undefined ? plain : text(word);
}

/** Why no money goes out, and what to do about it. */
function payoutRefused(params: ApiError["params"]): string {
  const { until } = params;
  switch (params.why) {
    case "off": return m.refused_payout_off();
    case "unknown_account": return m.refused_payout_unknown_account();
    case "cooling_down": return m.refused_payout_cooling_down({ until: until === undefined ? "?" : `${shortDay(until.slice(0, 10), language())} ${shortClock(until)}` });
    case "over_day_limit": return m.refused_payout_over_day_limit({ left: limit(params.left) ?? "?" });
    case "earlier_open": return m.refused_payout_earlier_open({ amount: limit(params.amount) ?? "?" });
    case "not_open": return m.refused_payout_not_open();
    case "not_offered": return m.refused_payout_not_offered();
    default: return m.error_payout_refused();
  }
}

export function errorText(error: ApiError): string {
  const method = methodName(error.params.method);
  const min = limit(error.params.min);
  const max = limit(error.params.max);
  switch (codeOf(error)) {
    case "amount_invalid": return m.error_amount_invalid();
    case "amount_too_small": return method && min ? m.error_amount_too_small({ method, min }) : m.error_amount_too_small_plain();
    case "amount_too_large": return method && max ? m.error_amount_too_large({ method, max }) : m.error_amount_too_large_plain();
    case "method_unavailable": return m.error_method_unavailable();
    case "no_provider": return m.error_no_provider();
    case "misconfigured": return m.error_misconfigured();
    case "provider_down": return m.error_provider_down();
    case "not_found": return m.error_not_found();
    case "wrong_state": return m.error_wrong_state();
    case "pin_wrong": return m.pin_wrong({ tries: error.params.tries_left ?? "?" });
    case "pin_locked": return m.pin_locked({ time: countdownText(Number(error.params.seconds ?? "0") * 1000) });
    case "forbidden": return m.error_forbidden();
    case "reason_missing": return m.error_reason_missing();
    case "coin_not_taken": return m.error_coin_not_taken({ offered: offered(error.params.offered) });
    case "cash_too_little": return m.error_cash_too_little({ missing: limit(error.params.missing) ?? "?" });
    case "payout_refused": return payoutRefused(error.params);
    case "ledger_unavailable": return m.error_ledger_unavailable();
    case "not_built": return m.error_not_built();
    case "bad_request": return m.error_bad_request();
    case "internal": return m.error_internal();
    case "locked": return m.error_locked();
    case "approval_needed": return m.error_approval_needed();
    case "no_people": return m.error_no_people();
    case "day_open_items": return m.error_day_open_items({ count: error.params.count ?? "?" });
    case "bad_setting": return say("error_bad_setting", { setting: error.params.setting ?? "?", what: (language() === "th" ? error.params.message_th : error.params.message_en) ?? "?" });
    case "changed_meanwhile": return m.error_changed_meanwhile();
    case "person_refused": return why(error, ["pin_shape", "name_shape", "name_taken", "last_owner", "owner_first"] as const, (word) => say(`refused_person_${word}`), m.error_person_refused());
    case "shift_refused": return why(error, ["open_already", "not_open", "count_first", "count_again", "no_recount", "reason"] as const, (word) => say(`refused_shift_${word}`), m.error_shift_refused());
    case "day_refused": return why(error, ["future", "not_over", "nothing_new", "not_closed", "signed"] as const, (word) => say(`refused_day_${word}`), m.error_day_refused());
    case "no_printer": return m.error_no_printer();
    case "backup_refused": return m.error_backup_refused();
    case "file_not_written": return m.error_file_not_written({ path: error.params.path ?? "?" });
  }
}
