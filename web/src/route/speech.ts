/** Reading steps aloud with the voice of the browser; loaded when somebody asks for it. */
import type { Lang } from "../types";

/** Browsers load their voices late, and some have none at all. */
const VOICES_WITHIN_MS = 1_500;

export type Silence = "unsupported" | "no-voice" | "failed";

export interface ReaderEvents {
  /** The text with this index is being read now. */
  reading(index: number): void;
  done(): void;
  silent(why: Silence): void;
}

/** The voice for a language: one of the device before one of the network. */
export function voiceFor(voices: readonly SpeechSynthesisVoice[], lang: Lang): SpeechSynthesisVoice | undefined {
  const own = voices.filter((voice) => voice.lang.toLowerCase().replace("_", "-").split("-")[0] === lang);
  return own.find((voice) => voice.localService) ?? own[0];
}

export class Reader {
  private turn = 0;

  constructor(private readonly synthesis: SpeechSynthesis | undefined = window.speechSynthesis) {}

  /** Read `texts` from index `from` on, one after the other. */
  async read(texts: readonly string[], { lang, from = 0 }: { lang: Lang; from?: number }, events: ReaderEvents): Promise<void> {
    this.stop();
    const turn = ++this.turn;
    const { synthesis } = this;
    if (!synthesis || typeof SpeechSynthesisUtterance === "undefined") return events.silent("unsupported");
    const voice = voiceFor(await this.voices(synthesis), lang);
    if (turn !== this.turn) return;
    // Korean read by an English voice helps nobody.
    if (!voice) return events.silent("no-voice");
    const say = (index: number): void => {
      const text = texts[index];
      if (text === undefined) return events.done();
      const utterance = Object.assign(new SpeechSynthesisUtterance(text), { voice, lang: voice.lang });
      utterance.onend = () => void (turn === this.turn && say(index + 1));
      utterance.onerror = () => void (turn === this.turn && events.silent("failed"));
      events.reading(index);
      synthesis.speak(utterance);
    };
    say(from);
  }

  stop(): void {
    this.turn += 1;
    this.synthesis?.cancel();
  }

  private voices(synthesis: SpeechSynthesis): Promise<readonly SpeechSynthesisVoice[]> {
    const known = synthesis.getVoices();
    if (known.length > 0) return Promise.resolve(known);
    return new Promise((resolve) => {
      const done = (): void => {
        synthesis.removeEventListener?.("voiceschanged", done);
        resolve(synthesis.getVoices());
      };
      synthesis.addEventListener?.("voiceschanged", done);
      setTimeout(done, VOICES_WITHIN_MS);
    });
  }
}
