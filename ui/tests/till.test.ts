import { afterEach, describe, expect, it, vi } from "vitest";
import { kindOf } from "../src/bill/presentation";
import { orderOf } from "../src/ipc/memory/world";
import { fault } from "../src/ipc/memory/fault";
import { Keyboard } from "../src/screens/Cashier/keyboard";
import { counter, type, type Counter } from "./support";

afterEach(() => vi.useRealTimers());

describe("opening a bill", () => {
  it("2 5 0 Enter", async () => {
    const { till, backend, pass } = await counter();
    type(till, "2 5 0");
    till.forward();
    await pass(200);
    expect(till.bill && kindOf(till.bill)).toBe("waiting");
    expect(till.bill?.amount_due).toBe("250.00");
    expect(till.entry.text).toBe("");
    expect(backend.charges).toBe(1);
  });
  it("a second Enter while the first is on its way opens no second bill", async () => {
    const { till, backend, pass } = await counter();
    type(till, "2 5 0");
    till.forward();
    till.forward();
    void till.charge();
    await pass(60);
    till.forward();
    await pass(500);
    till.forward();
    await pass(500);
    expect(backend.charges).toBe(1);
  });
  it("a provider that hangs leaves the keypad free: F8, next sale, and the late bill does not jump in", async () => {
    const { till, backend, pass } = await counter();
    backend.faults.slow = true;
    type(till, "2 5 0");
    till.forward();
    await pass(1000);
    expect(till.opening?.amount).toBe("250.00");
    till.park();
    type(till, "9 9");
    backend.faults.slow = false;
    await pass(5000);
    expect(till.bill).toBeNull();
    expect(till.entry.text).toBe("99");
    expect(till.state?.recent[0]?.amount_due).toBe("250.00");
    till.forward();
    await pass(300);
    expect(till.bill?.amount_due).toBe("99.00");
    expect(backend.charges).toBe(2);
  });
  it("refuses what the method cannot take, with the reason in place and nothing sent", async () => {
    const { till, backend, pass } = await counter();
    type(till, "9 8");
    till.pick("truemoney");
    till.forward();
    await pass(300);
    expect(backend.charges).toBe(0);
    expect(till.notices.at("key")).toBe("เลือกวิธีจ่ายอื่น");
    type(till, "clear");
    till.forward();
    expect(till.notices.at("key")).toBe("พิมพ์ยอดก่อน");
  });
  it("keeps the amount when the ledger cannot be written, and says so", async () => {
    const { till, backend, pass } = await counter();
    backend.handlers.charge = async () => { throw fault("ledger_unavailable"); };
    type(till, "2 5 0");
    till.forward();
    await pass(100);
    expect(till.fault?.code).toBe("ledger_unavailable");
    expect(till.entry.text).toBe("250");
    expect(till.opening).toBeNull();
  });
});

async function waiting(): Promise<Counter & { id: string }> {
  const made = await counter();
  type(made.till, "2 5 0");
  made.till.forward();
  await made.pass(200);
  return { ...made, id: made.till.bill?.order_id ?? "" };
}

describe("while a QR is up", () => {
  it("digits and methods do not replace it; F8 parks it and it stays followed", async () => {
    const { till, id } = await waiting();
    type(till, "9");
    till.pick("cash");
    expect(till.bill?.order_id).toBe(id);
    expect(till.entry.text).toBe("");
    expect(till.notices.at("key")).toContain("F8");
    till.park();
    expect(till.bill).toBeNull();
    expect(till.notices.at("idle")).toContain("A-0147");
    expect(till.state?.recent.some((order) => order.order_id === id)).toBe(true);
  });
  it("paid fills the screen; a digit is the first figure of the next sale", async () => {
    const { till, backend, pass, id } = await waiting();
    backend.pay(backend.find(id), "250.00");
    await pass(50);
    expect(till.paid?.order_id).toBe(id);
    await pass(60_000);
    expect(till.paid?.order_id).toBe(id);
    type(till, "7");
    expect(till.paid).toBeNull();
    expect(till.bill).toBeNull();
    expect(till.entry.text).toBe("7");
  });
  it("a lost event heals at the next refetch", async () => {
    const { till, backend, id } = await waiting();
    backend.emit = () => undefined;
    backend.pay(backend.find(id), "250.00");
    expect(till.paid).toBeNull();
    await till.refresh();
    expect(till.paid?.order_id).toBe(id);
  });
  it("older news never undoes newer", async () => {
    const { till, backend, pass, id } = await waiting();
    const old = backend.fresh(backend.find(id));
    backend.step(backend.find(id), { state: "confirming" });
    await pass(50);
    till.take(old);
    expect(till.bill && kindOf(till.bill)).toBe("confirming");
  });
  it("a parked bill that is paid does not wipe the next sale off the screen", async () => {
    const { till, backend, pass, id } = await waiting();
    till.park();
    type(till, "8 5");
    backend.pay(backend.find(id), "250.00");
    await pass(50);
    expect(till.paid).toBeNull();
    expect(till.entry.text).toBe("85");
    expect(till.justPaid.has(id)).toBe(true);
    const order = till.state?.recent.find((candidate) => candidate.order_id === id);
    if (!order) throw new Error("the parked bill is in the footer");
    till.open(order);
    expect(till.justPaid.has(id)).toBe(false);
  });
  it("Esc asks once more, forgets after three seconds, and cancels on the second", async () => {
    const { till, backend, pass, id } = await waiting();
    till.third();
    await pass(3100);
    till.third();
    expect(backend.find(id).state).toBe("due");
    till.third();
    await pass(300);
    expect(till.bill && kindOf(till.bill)).toBe("cancelled");
  });
  it("payment beats cancel, and the screen says paid", async () => {
    const { till, backend, pass, id } = await waiting();
    till.third();
    till.third();
    backend.pay(backend.find(id), "250.00");
    await pass(300);
    expect(till.paid?.order_id).toBe(id);
  });
  it("Check now that finds nothing opens the way to a person's word; a wrong PIN does not", async () => {
    const { till, pass } = await waiting();
    expect(till.bill?.attempts[0]?.checked_nothing).toBe(false);
    void till.check();
    await pass(200);
    expect(till.notices.at("answer")).toBe("ตรวจแล้ว ยังไม่เห็นเงิน");
    expect(till.bill?.attempts[0]?.checked_nothing).toBe(true);
    const wrong = till.confirm({ user: "บอย", pin: "9999", reason: "bank_app_shown", note: null });
    await pass(200);
    expect(await wrong).toMatchObject({ code: "pin_wrong", params: { tries_left: "2" } });
    expect(till.paid).toBeNull();
    const right = till.confirm({ user: "บอย", pin: "1234", reason: "bank_app_shown", note: null });
    await pass(200);
    expect(await right).toBeNull();
    expect(till.paid?.flags).toContain("manual_confirm");
  });
  it("part of the money: Enter asks for the rest of the same bill", async () => {
    const { till, backend, pass, id } = await waiting();
    backend.step(backend.find(id), { received: "200.00" }, ["underpaid"]);
    await pass(50);
    expect(till.bill && kindOf(till.bill)).toBe("underpaid");
    till.forward();
    till.forward();
    await pass(300);
    expect(till.bill?.order_id).toBe(id);
    expect(till.bill?.attempts.map((attempt) => attempt.payable)).toEqual(["250.00", "50.00"]);
  });
});

describe("when a provider fails", () => {
  it("Enter takes the next provider of the method, in the owner's order", async () => {
    const { till, backend, pass } = await counter();
    backend.faults.down = true;
    type(till, "2 5 0");
    till.forward();
    await pass(200);
    expect(till.bill && kindOf(till.bill)).toBe("not_opened");
    till.forward();
    await pass(200);
    expect(till.bill?.attempts.map((attempt) => attempt.provider)).toEqual(["jwt_gateway", "promptpay_direct"]);
    expect(till.bill && kindOf(till.bill)).toBe("waiting");
    expect(backend.charges).toBe(1);
  });
  it("after a restart the same bill is back and says so once", async () => {
    const made = await counter();
    made.backend.till = { ...made.backend.till, restored: true };
    const order = made.backend.add(orderOf({ number: "A-0147", amount: "250.00", provider: "jwt_gateway", state: "awaiting", openedMs: 0, remainingMs: 130_000 }, 0));
    made.till.state = null;
    await made.till.start();
    expect(made.till.bill?.order_id).toBe(order.order_id);
    expect(made.till.notices.at("answer")).toBe("เปิดใหม่แล้ว บิล A-0147 ยังรออยู่ เหลือ 2:10");
    await made.till.refresh();
    await made.pass(31_000);
    expect(made.till.notices.at("answer")).toBe("");
  });
});

describe("the keyboard", () => {
  function keys(made: Counter): (list: readonly [code: string, key: string][], gapMs: number) => boolean[] {
    const keyboard = new Keyboard(made.till, made.slips);
    let at = 10_000;
    return (list, gapMs) =>
      list.map(([code, key]) => {
        at += gapMs;
        const event = new KeyboardEvent("keydown", { code, key, shiftKey: /[A-Z]/.test(key) && key.length === 1, cancelable: true });
        Object.defineProperty(event, "timeStamp", { value: at });
        keyboard.onkeydown(event);
        return event.defaultPrevented;
      });
  }
  const digits = (text: string): [string, string][] => [...text].map((figure) => (/\d/.test(figure) ? [`Digit${figure}`, figure] : [`Key${figure.toUpperCase()}`, figure]));
  const ENTER: [string, string] = ["Enter", "Enter"];

  it("a person's 2 5 0 Enter charges, on a Thai layout too", async () => {
    const made = await counter();
    keys(made)([["Digit2", "/"], ["Digit5", "ถ"], ["Digit0", "จ"], ENTER], 120);
    await made.pass(200);
    expect(made.till.bill?.amount_due).toBe("250.00");
  });
  it("a test driver's fast 2 5 0 Enter still charges: short is not a scan", async () => {
    const made = await counter();
    keys(made)([...digits("250"), ENTER], 2);
    await made.pass(200);
    expect(made.till.bill?.amount_due).toBe("250.00");
  });
  it.each([
    ["a slip QR", "0041000600000101030040220015012", true],
    ["a payment QR", "00020101021229370016A000000677010111", true],
    ["a product barcode", "8850999320007", false],
    ["a parcel's barcode", "00385412345678901234", false],
  ])("%s never becomes an amount and its Enter charges nothing", async (_, text, forSlips) => {
    const made = await counter();
    const strike = keys(made);
    strike(digits("45"), 200);
    strike([["ShiftLeft", "Shift"]], 400); // a hand puts the scanner to work
    strike(digits(text), 8);
    strike([ENTER], 8);
    await made.pass(500);
    expect(made.backend.charges).toBe(0);
    expect(made.till.bill).toBeNull();
    expect(made.till.entry.text).toBe("45");
    // What looks like a code goes to the slip reader, which knows best; the rest is said to be no amount.
    expect(made.backend.slips.asked.length).toBe(forSlips ? 1 : 0);
    if (!forSlips) expect(made.till.notices.at("key")).toContain("เครื่องสแกน");
    made.slips.close();
    strike([ENTER], 500);
    await made.pass(300);
    expect(made.till.bill?.amount_due).toBe("45.00");
  });
  it("a scan over the paid screen leaves it up", async () => {
    const made = await counter();
    const order = made.backend.orders[0];
    if (!order) throw new Error("the afternoon has bills");
    made.till.paid = order;
    const strike = keys(made);
    strike([...digits("0041000600000101030040220015"), ENTER], 8);
    expect(made.till.paid?.order_id).toBe(order.order_id);
    expect(made.till.entry.text).toBe("");
  });
  it("F5 never reloads the window, Esc never wipes the paid screen, an Enter in flight does not either", async () => {
    const made = await counter();
    const keyboard = new Keyboard(made.till, made.slips);
    const order = made.backend.orders[0];
    if (!order) throw new Error("the afternoon has bills");
    made.till.paid = order;
    keyboard.paidShown(1000);
    const press = (code: string, at: number): boolean => {
      const event = new KeyboardEvent("keydown", { code, key: code, cancelable: true });
      Object.defineProperty(event, "timeStamp", { value: at });
      keyboard.onkeydown(event);
      return event.defaultPrevented;
    };
    expect(press("F5", 1100)).toBe(true);
    expect(press("Escape", 1200)).toBe(true);
    press("Enter", 1300);
    expect(made.till.paid).not.toBeNull();
    press("Enter", 2000);
    expect(made.till.paid).toBeNull();
  });
});
