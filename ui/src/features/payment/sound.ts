// What the counter hears. Three signals that cannot be taken for each other: paid rises, failed knocks low twice, review
// taps three times on one note. Everything heard is also on screen, so a machine without sound loses nothing.
export type Signal = "paid" | "failed" | "review";

interface Note { hz: number; atS: number; forS: number; shape: OscillatorType; gain: number }

export const NOTES: Readonly<Record<Signal, readonly Note[]>> = {
  paid: [
    { hz: 660, atS: 0, forS: 0.18, shape: "sine", gain: 0.5 },
    { hz: 990, atS: 0.17, forS: 0.26, shape: "sine", gain: 0.5 },
  ],
  failed: [
    { hz: 130, atS: 0, forS: 0.09, shape: "triangle", gain: 0.7 },
    { hz: 130, atS: 0.16, forS: 0.12, shape: "triangle", gain: 0.7 },
  ],
  review: [0, 0.16, 0.32].map((atS): Note => ({ hz: 520, atS, forS: 0.08, shape: "square", gain: 0.18 })),
};

let context: AudioContext | null = null;

export function play(signal: Signal): void {
  if (typeof AudioContext === "undefined") return;
  try {
    context ??= new AudioContext();
    void context.resume();
    const start = context.currentTime + 0.02;
    for (const note of NOTES[signal]) ring(context, note, start);
  } catch {
    // No audio device: the screen says it anyway.
  }
}

function ring(audio: AudioContext, note: Note, start: number): void {
  const voice = audio.createOscillator();
  const level = audio.createGain();
  const from = start + note.atS;
  voice.type = note.shape;
  voice.frequency.value = note.hz;
  level.gain.setValueAtTime(0, from);
  level.gain.linearRampToValueAtTime(note.gain, from + 0.012);
  level.gain.setTargetAtTime(0, from + note.forS * 0.6, note.forS * 0.18);
  voice.connect(level).connect(audio.destination);
  voice.start(from);
  voice.stop(from + note.forS + 0.2);
}

/** Speaks Thai where the platform has a Thai voice; otherwise stays silent, the words are on screen. */
export function speak(text: string): void {
  const speech = globalThis.speechSynthesis as SpeechSynthesis | undefined;
  if (!speech) return;
  const voice = speech.getVoices().find((candidate) => candidate.lang.replace("_", "-").toLowerCase().startsWith("th"));
  if (!voice) return;
  const sentence = new SpeechSynthesisUtterance(text);
  sentence.voice = voice;
  sentence.lang = voice.lang;
  speech.cancel();
  speech.speak(sentence);
}
