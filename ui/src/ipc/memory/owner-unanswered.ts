// The owner's commands this host does not answer: each says so. The files beside it take them over one by one.
import type { Commands, Request } from "../host";
import type { OwnerCommands } from "../owner-types";
import { fault } from "./fault";

type Answers = { [K in keyof OwnerCommands]: (request: Request<K>) => Promise<Commands[K]["reply"]> };

async function unanswered(): Promise<never> {
  throw fault("not_built");
}

export const UNANSWERED: Answers = {
  sign_in: unanswered,
  lock: unanswered,
  people_list: unanswered,
  person_add: unanswered,
  person_change: unanswered,
  pin_change: unanswered,
  audit_list: unanswered,
  day_review: unanswered,
  review_settle: unanswered,
  day_close: unanswered,
  day_sign: unanswered,
  day_paper: unanswered,
  day_export: unanswered,
  file_open: unanswered,
  trend: unanswered,
  order_find: unanswered,
  order_timeline: unanswered,
  order_refund: unanswered,
  refund_offer: unanswered,
  slip_picture: unanswered,
  order_receipt: unanswered,
  receipt_print: unanswered,
  printer_state: unanswered,
  printer_test: unanswered,
  printer_drop: unanswered,
  shift_state: unanswered,
  shift_open: unanswered,
  drawer_move: unanswered,
  shift_count: unanswered,
  shift_close: unanswered,
  settings_get: unanswered,
  settings_put: unanswered,
  secret_put: unanswered,
  backup_state: unanswered,
  backup_now: unanswered,
  backup_drill: unanswered,
  diagnostics: unanswered,
  ledger_verify: unanswered,
};
