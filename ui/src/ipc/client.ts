// The commands as functions, over whichever host there is. Faults come out as ApiError, whatever was thrown below.
import { asApiError } from "./errors";
import type { Commands, Host } from "./host";

export type Client = {
  [K in keyof Commands]: (request: Commands[K]["req"]) => Promise<Commands[K]["reply"]>;
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
};

export function client(host: Host): Client {
  const command =
    <K extends keyof Commands>(name: K) =>
    async (request: Commands[K]["req"]): Promise<Commands[K]["reply"]> => {
      try {
        return await host.call(name, request);
      } catch (thrown) {
        throw asApiError(thrown);
      }
    };
  return Object.fromEntries((Object.keys(NAMES) as (keyof Commands)[]).map((name) => [name, command(name)])) as Client;
}
