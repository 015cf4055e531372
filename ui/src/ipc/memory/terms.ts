// What a charge may bring along besides its amount, as the backend would take it: coins from the drawer, a coin on a
// network; and whom it would ask next.
import type { ChargeRequest, MethodInfo, Order, Provider, ProviderInfo } from "../generated";
import { parseWire, toWire } from "../../lib/money";
import { fault } from "./fault";
import type { Draft } from "./world";

export type Particulars = Pick<ChargeRequest, "coin" | "network" | "tendered">;

const SMALLEST_COIN = 25n;
/** Nothing exists at the provider: the next one may be asked. A lost answer is not among them. */
const NOTHING_LEFT: readonly string[] = ["refused", "misconfigured", "not_sent", "provider_down", "throttled"];

export function cashTerms(amount: string, { tendered }: Particulars): Partial<Draft> {
  const price = parseWire(amount);
  const over = price % SMALLEST_COIN;
  const payable = toWire(price - over);
  const given = parseWire(tendered ?? payable);
  if (given < price - over) throw fault("cash_too_little", { missing: toWire(price - over - given) });
  return { adjustment: toWire(-over), received: payable, tendered: toWire(given), confirmedBy: "person" };
}

export function coinTerms(chosen: ProviderInfo, { coin, network }: Particulars): Partial<Draft> {
  if (chosen.assets.length === 0) return {};
  const asset = chosen.assets.find((one) => (coin === undefined || one.coin === coin) && (network === undefined || one.network === network));
  if (!asset) throw fault("coin_not_taken", { offered: chosen.assets.map((one) => `${one.coin}/${one.network}`).join(" ") });
  return { asset };
}

export function nextOf(order: Order, methods: readonly MethodInfo[]): Provider | null {
  const last = order.attempts.at(-1);
  if (!last || last.state !== "failed" || last.reason === null || !NOTHING_LEFT.includes(last.reason)) return null;
  const due = parseWire(order.missing);
  const listed = methods.find((info) => info.method === last.method)?.providers ?? [];
  const fits = (one: ProviderInfo): boolean => one.health !== "misconfigured" && due >= parseWire(one.min) && due <= parseWire(one.max);
  return listed.find((one) => fits(one) && order.attempts.every((tried) => tried.provider !== one.id))?.id ?? null;
}
