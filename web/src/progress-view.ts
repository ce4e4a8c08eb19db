/** Question n of m and the time left, refreshed while the clock runs. */

import { byId } from './elements';
import { type InterviewStatus, questionWords, remainingAt, timeLeftWords } from './status';

const REFRESH_MS = 5_000;

export class ProgressView {
  readonly #question = byId('progress-question', HTMLElement);
  readonly #bar = byId('progress-bar', HTMLProgressElement);
  readonly #time = byId('progress-time', HTMLElement);
  #status: InterviewStatus | null = null;
  #clockAheadMs = 0;

  constructor() {
    window.setInterval(() => this.#draw(), REFRESH_MS);
  }

  /** Server clock minus this computer's clock, milliseconds. */
  set clockAheadMs(value: number) {
    this.#clockAheadMs = value;
  }

  show(status: InterviewStatus): void {
    this.#status = status;
    this.#draw();
  }

  #draw(): void {
    const status = this.#status;
    if (status === null) return;
    this.#question.textContent = questionWords(status);
    this.#bar.max = Math.max(1, status.questions);
    this.#bar.value = status.phase === 'finished' ? this.#bar.max : Math.max(0, status.question - 1);
    this.#time.textContent = timeLeftWords(status, remainingAt(status, (Date.now() + this.#clockAheadMs) / 1000));
  }
}
