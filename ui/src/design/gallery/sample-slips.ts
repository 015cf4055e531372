// One slip for each verdict, with the words of the product's judge (crates/domain, slip::words). For the gallery, the memory
// host's scenes and tests; nobody's transfers.
import type { Slip, SlipVerdict } from "../../ipc/generated";

type Words = Pick<Slip, "message_th" | "message_en" | "customer_th" | "customer_en">;

function words(message_th: string, message_en: string, customer_th: string, customer_en: string): Words {
  return { message_th, message_en, customer_th, customer_en };
}

const PATIENCE = ["ระบบของร้านตรวจช้าค่ะ ขอเช็กสักครู่นะคะ ไม่ต้องโอนซ้ำค่ะ", "Our system is slow. One moment while we check, no need to pay again"] as const;

const WORDS: Readonly<Record<SlipVerdict, Words>> = {
  accepted: words("สลิปผ่าน รับเงินแล้ว", "Slip accepted, the money is in", "ได้รับเงินแล้วค่ะ ขอบคุณค่ะ", "We have it, thank you"),
  wrong_amount: words("สลิปนี้ ฿200.00 บิลนี้ ฿250.00 ขาด ฿50.00", "This slip is ฿200.00, the bill ฿250.00. ฿50.00 short", "สลิปนี้ ฿200.00 บิลนี้ ฿250.00 ค่ะ ยังขาดอีก ฿50.00 ค่ะ", "This slip is ฿200.00 and the bill ฿250.00, so ฿50.00 is missing"),
  wrong_receiver: words("เงินเข้าบัญชีอื่น ไม่ใช่ของร้าน ให้ลูกค้าดูชื่อผู้รับในสลิป", "The money went to an account that is not the shop's. Look at the receiver's name together", "สลิปนี้โอนเข้าบัญชีอื่นค่ะ รบกวนดูชื่อผู้รับในสลิปอีกทีนะคะ", "This went to another account. Could you check the receiver's name on the slip?"),
  already_used: words("สลิปนี้ใช้ไปแล้ว กับบิล A-0141 วันนี้ 14:09", "This slip was used for bill A-0141, today 14:09", "สลิปนี้ใช้จ่ายไปแล้ว วันนี้ 14:09 ค่ะ รบกวนเปิดสลิปล่าสุดให้ดูหน่อยนะคะ", "This one was used today 14:09. Could you show the latest slip?"),
  too_old: words("สลิปนี้โอน เมื่อวาน 18:20 บิลนี้รับสลิปตั้งแต่ วันนี้ 13:35 ถ้าเป็นของบิลนี้จริง ให้ผู้จัดการยืนยัน", "This slip was sent yesterday 18:20, this bill takes slips from today 13:35. If it is for this bill, a manager can confirm", "สลิปนี้โอน เมื่อวาน 18:20 ค่ะ รบกวนเปิดสลิปล่าสุดให้ดูหน่อยนะคะ", "This slip is from yesterday 18:20. Could you show the latest one?"),
  not_a_slip: words("นี่คือคิวอาร์รับเงิน ไม่ใช่สลิป ให้ลูกค้าเปิดสลิปหลังโอน", "This is a payment QR, not a slip. Ask for the slip after the transfer", "รบกวนเปิดหน้าสลิปที่โอนแล้วให้ดูหน่อยนะคะ", "Could you open the slip of the transfer?"),
  damaged: words("อ่านคิวอาร์บนสลิปไม่ครบ สแกนใหม่ หรือใช้รูปสลิป", "The slip's QR was not read whole. Scan it again, or use the picture of the slip", "อ่านสลิปไม่ชัดค่ะ รบกวนเปิดสลิปเต็มจอให้สแกนอีกครั้งนะคะ", "It did not read well. Could you show the slip full screen once more?"),
  not_found: words("ยังไม่พบรายการโอนนี้ในระบบธนาคาร รอสักครู่แล้วตรวจใหม่ หรือดูในแอปธนาคารของร้าน", "The banks do not show this transfer yet. Wait a little and check again, or look in the shop's bank app", "ยังไม่เห็นรายการในระบบธนาคารค่ะ ขอดูหน้ารายการในแอปของลูกค้าหน่อยนะคะ ยังไม่ต้องโอนซ้ำค่ะ", "The banks do not show it yet. Could you open the transfer in your app? No need to pay again yet"),
  bank_pending: words("ธนาคารยังไม่ตอบ ถามใหม่เองใน 0:48 เก็บบิลต่อไปได้", "The bank has not answered. Asking again in 0:48; go on with the next bill", "ธนาคารส่งข้อมูลช้าค่ะ ขอรอสักครู่ ไม่ต้องโอนซ้ำค่ะ", "The bank is slow. One moment, no need to pay again"),
  unavailable: words("ติดต่อระบบตรวจสลิปไม่ได้ (ไม่เกี่ยวกับสลิปลูกค้า) ถามใหม่เองใน 0:48", "The slip check cannot be reached (not the customer's slip). Asking again in 0:48", ...PATIENCE),
  misconfigured: words("ตรวจสลิปไม่ได้ กุญแจ EasySlip ไม่ถูกต้อง แจ้งเจ้าของร้าน (ไม่เกี่ยวกับสลิปลูกค้า)", "Slips cannot be checked: the EasySlip key is missing or wrong. Tell the owner (not the customer's slip)", ...PATIENCE),
  needs_review: words("เลขบัญชีตรง แต่ชื่อผู้รับไม่เหมือนที่ตั้งไว้ ให้ผู้จัดการดู", "The account's digits agree, but the name is not the one that was set. Let a manager look", "ขอเช็กสักครู่นะคะ ยังไม่ต้องโอนซ้ำค่ะ", "One moment while we check. Do not pay again yet"),
};

const FACTS: Partial<Slip> = { sending_bank: "014", trans_ref: "202511211434508nKx2vQw7RtY3mZ1a", amount: "250.00", sent_at: "2025-11-21T14:34:50.000+07:00", sender: "นาย สมชาย ใ*** xxx-x-x1234-x", receiver: "บจก. ชื่นใจ คาเฟ่ xxx-x-x4567-x" };
const CODE_ONLY: Partial<Slip> = { sending_bank: "025", trans_ref: "25112114112207BAY99812" };

const OF: Readonly<Record<SlipVerdict, Partial<Slip>>> = {
  accepted: FACTS, wrong_amount: { ...FACTS, amount: "200.00" }, wrong_receiver: { ...FACTS, receiver: "นาง มะลิ ส*** xxx-x-x9021-x" },
  already_used: { sending_bank: "014", trans_ref: "202511211409508nKx2vQw7RtY3mZ1a", used_by: "A-0141" },
  too_old: { ...FACTS, sent_at: "2025-11-20T18:20:04.000+07:00", may_override: true },
  not_a_slip: {}, damaged: {}, not_found: CODE_ONLY, bank_pending: CODE_ONLY, unavailable: CODE_ONLY,
  misconfigured: { ...CODE_ONLY, setting: "KEPTANG_SECRET__EASYSLIP__API_KEY" }, needs_review: { ...FACTS, receiver: "น.ส. ชื่นใจ ด*** xxx-x-x4567-x", may_override: true },
};

export const VERDICTS = Object.keys(WORDS) as SlipVerdict[];

export function sampleSlip(verdict: SlipVerdict, change: Partial<Slip> = {}): Slip {
  return {
    type: "slip", slip_id: `01JDSLIP${verdict}`, verdict, sending_bank: null, trans_ref: null, amount: null, sent_at: null, sender: null, receiver: null,
    order: null, used_by: null, choices: [], retry_at: null, presented_at: "2025-11-21T14:35:10.000+07:00", asked: true, may_override: false, setting: null,
    ...WORDS[verdict], has_picture: false, ...OF[verdict], ...change,
  };
}

export function choosing(choices: string[]): Slip {
  const list = choices.join(" ");
  return sampleSlip("needs_review", {
    ...FACTS, may_override: false, choices, message_th: `สลิปถูกต้อง แต่มีหลายบิลที่ยอดตรงกัน เลือกบิลก่อน: ${list}`, message_en: `The slip is right, but several bills fit. Choose one: ${list}`,
    customer_th: "ขอตรวจสอบสักครู่นะคะ", customer_en: "One moment please, we are checking",
  });
}
