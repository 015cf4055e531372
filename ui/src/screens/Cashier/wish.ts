// What is about to be charged, and whether something else has to be asked of the cashier first: what was handed over, for
// cash; which coin on which network, where there is a choice.
import type { ChargeRequest, Method, MethodInfo, Order, Provider } from "../../ipc/generated";

export interface Wish {
  amount: string;
  method: Method;
  /** A provider by name; the routed one when null. */
  provider: Provider | null;
  /** Another attempt on this bill; a new sale when null. */
  order: Order | null;
}

export type Particulars = Pick<ChargeRequest, "coin" | "network" | "tendered">;
export type Sheet = "cash" | "coin";

/** Whose coins are on offer: the named provider's, or the first of the method. */
export function assetsOf(wish: Wish, methods: readonly MethodInfo[]): MethodInfo["providers"][number]["assets"] {
  const listed = methods.find((info) => info.method === wish.method)?.providers ?? [];
  return (listed.find((provider) => provider.id === wish.provider) ?? listed[0])?.assets ?? [];
}

export function sheetFor(wish: Wish, methods: readonly MethodInfo[]): Sheet | null {
  if (wish.method === "cash") return "cash";
  return assetsOf(wish, methods).length > 1 ? "coin" : null;
}
