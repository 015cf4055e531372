// Names of keys, of what the audit trail recorded, and sizes, for people.
import { m, say, type MessageKey } from "../../messages/index.svelte";

const SECRETS: Readonly<Record<string, MessageKey>> = {
  token: "secret_token", api_key: "secret_api_key", secret_key: "secret_secret_key", public_key: "secret_public_key", webhook_secret: "secret_webhook_secret", passphrase: "secret_passphrase",
};

/** "jwt_gateway.api_key" for the variable KEPTANG_SECRET__JWT_GATEWAY__API_KEY. */
export function secretPath(variable: string): string {
  return variable.toLowerCase().replace(/^keptang_secret__/, "").replace("__", ".");
}

/** Whose key it is: a provider's word, or `backup`. */
export function secretOwner(variable: string): string {
  return secretPath(variable).split(".")[0] ?? "";
}

/** A key we do not know keeps its own name. */
export function secretName(name: string): string {
  const last = secretPath(name).split(".").at(-1) ?? name;
  const key = SECRETS[last];
  return key === undefined ? name : say(key);
}

/** The words of the trail as checkout, the ledger and the settings write them. */
const TRAIL: Readonly<Record<string, MessageKey>> = {
  shift_opened: "audit_shift_opened",
  drawer_moved: "audit_drawer_moved",
  shift_counted: "audit_shift_counted",
  shift_closed: "audit_shift_closed",
  day_closed: "audit_day_closed",
  day_signed: "audit_day_signed",
  review_settled: "audit_review_settled",
  reconciled: "audit_reconciled",
  person_added: "audit_person_added",
  person_changed: "audit_person_changed",
  settings_changed: "audit_settings_changed",
  receiving_changed: "audit_receiving_changed",
  refund_requested: "audit_refund_requested",
  payout_account_seen: "audit_payout_account_seen",
  payout_requested: "audit_payout_requested",
  payout_resolved: "audit_payout_resolved",
  slip_overridden: "audit_slip_overridden",
  backup_made: "audit_backup_made",
  backup_tried: "audit_backup_tried",
};
export const TRAIL_WORDS = Object.keys(TRAIL);

export function trailText(what: string): string {
  const key = TRAIL[what];
  return key === undefined ? what : say(key);
}

export function sizeText(bytes: number): string {
  return bytes < 1_000_000 ? m.size_kb({ n: Math.max(1, Math.round(bytes / 1000)) }) : m.size_mb({ n: (bytes / 1_000_000).toFixed(1) });
}
