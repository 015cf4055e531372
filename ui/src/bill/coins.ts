// Coins and networks in words. A payment on another network is lost, so the network is never shown as a code alone.
import type { Asset, Quote } from "../ipc/generated";
import { amountText } from "../lib/money";
import { shortClock } from "../lib/time";
import { m, say, type MessageKey } from "../messages/index.svelte";

export interface NetworkName { name: string; kind: string }

/** Names of chains are names of things; what stands behind the dash is the kind of token on it. */
const NETWORKS: Readonly<Record<string, NetworkName>> = {
  "TRX-TRC20": { name: "Tron", kind: "TRC20" }, "BSC-BEP20": { name: "BNB Smart Chain", kind: "BEP20" },
  "ETH-ERC20": { name: "Ethereum", kind: "ERC20" }, "AVAX-C": { name: "Avalanche", kind: "C-Chain" },
  "POL-MATIC": { name: "Polygon", kind: "POL" }, TON: { name: "TON", kind: "" }, BTC: { name: "Bitcoin", kind: "" },
  LTC: { name: "Litecoin", kind: "" }, DASH: { name: "Dash", kind: "" }, SOL: { name: "Solana", kind: "" }, DOGE: { name: "Dogecoin", kind: "" },
};

export function networkName(code: string): NetworkName {
  return NETWORKS[code] ?? { name: code, kind: "" };
}

export function networkText(code: string): string {
  const { name, kind } = networkName(code);
  return kind === "" ? name : `${name} (${kind})`;
}

/** "USDT · TRC20", short enough for a key. */
export function assetText(asset: Asset): string {
  const { name, kind } = networkName(asset.network);
  const where = kind === "" ? name : kind;
  return where === asset.coin ? asset.coin : `${asset.coin} · ${where}`;
}

const SOURCES: Readonly<Record<string, MessageKey>> = { setting: "quote_from_setting", settings: "quote_from_setting", provider: "quote_from_provider" };

/** The terms of an invoice that is not in baht: how much, by which rate, whose, and since when. */
export function quoteText(quote: Quote): string | null {
  if (quote.rate === null) return null;
  const key = SOURCES[quote.source];
  const source = key === undefined ? quote.source : say(key);
  return m.quote_line({ invoiced: wireText(quote.invoiced), currency: quote.currency, rate: quote.rate, source, time: shortClock(quote.at) });
}

/** Decimal text of any length; grouped only where it is an amount of money as we write them. */
function wireText(text: string): string {
  return /^\d+\.\d{2}$/.test(text) ? amountText(text) : text;
}
