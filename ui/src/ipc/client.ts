// The commands as functions, over whichever host there is. Faults come out as ApiError, whatever was thrown below.
import { asApiError } from "./errors";
import type { Commands, Host, Request } from "./host";

export type Client = {
  [K in keyof Commands]: (request: Request<K>) => Promise<Commands[K]["reply"]>;
};

const NAMES: { [K in keyof Commands]: true } = {
  till_state: true,
  charge: true,
  order_get: true,
  order_recent: true,
  order_retry: true,
  order_check: true,
  order_cancel: true,
  order_confirm: true,
  slip_verify: true,
  slip_waiting: true,
  training_act: true,
  training_slip: true,
  provider_list: true,
  provider_test: true,
  balance: true,
  reconcile: true,
  display_show: true,
  display_open: true,
  clipboard_look: true,
  restart: true,
  sign_in: true,
  lock: true,
  people_list: true,
  person_add: true,
  person_change: true,
  pin_change: true,
  audit_list: true,
  day_review: true,
  review_settle: true,
  day_close: true,
  day_sign: true,
  day_paper: true,
  day_export: true,
  file_open: true,
  day_print: true,
  order_find: true,
  order_timeline: true,
  order_refund: true,
  refund_offer: true,
  slip_picture: true,
  order_receipt: true,
  receipt_print: true,
  printer_state: true,
  printer_test: true,
  printer_drop: true,
  shift_state: true,
  shift_open: true,
  drawer_move: true,
  shift_count: true,
  shift_close: true,
  settings_get: true,
  settings_put: true,
  secret_put: true,
  backup_state: true,
  backup_now: true,
  backup_drill: true,
  diagnostics: true,
  ledger_verify: true,
  payout_list: true,
  payout_make: true,
  payout_settle: true,
};

export function client(host: Host): Client {
  const command =
    <K extends keyof Commands>(name: K) =>
    async (request: Request<K>): Promise<Commands[K]["reply"]> => {
      try {
        return await host.call(name, request);
      } catch (thrown) {
        throw asApiError(thrown);
      }
    };
  return Object.fromEntries((Object.keys(NAMES) as (keyof Commands)[]).map((name) => [name, command(name)])) as Client;
}
