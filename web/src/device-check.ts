/** The screen on which a candidate tries out microphone and sound before the interview starts. */

import type { LocalAudioTrack } from 'livekit-client';

import { byId, fillList } from './elements';
import { eachFrame, LevelReader, playTestSound } from './level';
import { listMicrophones, MicrophoneFailed, onPermissionGranted, openMicrophone } from './microphone';
import { adviceFor } from './microphone-advice';
import type { Preferences } from './preferences';

const HEARD_LEVEL = 0.45;
const QUIET_AFTER_MS = 8_000;

export class DeviceCheck {
  readonly #select = byId('microphone-choice', HTMLSelectElement);
  readonly #chooser = byId('microphone-chooser', HTMLElement);
  readonly #meter = byId('microphone-meter', HTMLElement);
  readonly #verdict = byId('microphone-verdict', HTMLElement);
  readonly #problem = byId('microphone-problem', HTMLElement);
  readonly #start = byId('start', HTMLButtonElement);
  #microphone: LocalAudioTrack | null = null;
  #stopMeter: () => void = () => undefined;

  /** @param start is called inside a click, with the microphone or with null for an interview in writing */
  constructor(
    private readonly preferences: Preferences,
    private readonly audioContext: () => AudioContext,
    start: (microphone: LocalAudioTrack | null) => void,
  ) {
    this.#start.addEventListener('click', () => start(this.#handOver()));
    byId('start-typing', HTMLButtonElement).addEventListener('click', () => {
      this.#handOver()?.stop();
      start(null);
    });
    byId('microphone-retry', HTMLButtonElement).addEventListener('click', () => void this.open());
    byId('test-sound', HTMLButtonElement).addEventListener('click', () => playTestSound(this.audioContext()));
    this.#select.addEventListener('change', () => void this.#switchTo(this.#select.value));
  }

  /** Opens the microphone and shows the result: a moving meter, or what is wrong and how to put it right. */
  async open(): Promise<void> {
    this.#handOver()?.stop();
    this.#start.disabled = true;
    this.#problem.hidden = true;
    this.#chooser.hidden = true;
    this.#verdict.textContent = 'If your browser asks whether this page may use your microphone, choose Allow.';
    try {
      this.#microphone = await openMicrophone(this.preferences.microphone);
    } catch (error) {
      this.#explain(error);
      return;
    }
    this.#chooser.hidden = false;
    this.#start.disabled = false;
    await this.#fillChoices();
    this.#watch();
  }

  async #switchTo(deviceId: string): Promise<void> {
    this.preferences.microphone = deviceId;
    await this.open();
    this.#select.focus();
  }

  async #fillChoices(): Promise<void> {
    const current = this.#microphone?.mediaStreamTrack.getSettings().deviceId;
    const choices = await listMicrophones();
    this.#select.replaceChildren(...choices.map(({ id, label }) => new Option(label, id, false, id === current)));
  }

  #watch(): void {
    const reader = new LevelReader(this.audioContext());
    const begun = performance.now();
    let heard = false;
    this.#verdict.textContent = 'Say a few words to see whether we can hear you.';
    const stop = eachFrame(() => {
      const level = reader.read(this.#microphone?.mediaStreamTrack ?? null);
      this.#meter.style.setProperty('--level', level.toFixed(3));
      if (!heard && level > HEARD_LEVEL) {
        heard = true;
        this.#verdict.textContent = 'We can hear you. Your microphone works.';
      } else if (!heard && performance.now() - begun > QUIET_AFTER_MS) {
        this.#verdict.textContent = 'We hear nothing yet. Is the microphone muted, or another one in use? You can choose it above.';
      }
    });
    this.#stopMeter = () => {
      stop();
      reader.read(null);
    };
  }

  #explain(error: unknown): void {
    const advice = adviceFor(error instanceof MicrophoneFailed ? error.problem : 'unknown');
    byId('microphone-problem-title', HTMLElement).textContent = advice.title;
    byId('microphone-problem-text', HTMLElement).textContent = advice.explanation;
    fillList(byId('microphone-problem-steps', HTMLElement), advice.steps);
    this.#verdict.textContent = '';
    this.#problem.hidden = false;
    byId('microphone-problem-title', HTMLElement).focus();
    void onPermissionGranted(() => {
      if (!this.#problem.hidden) void this.open();
    });
  }

  /** Gives the microphone away and stops measuring it. */
  #handOver(): LocalAudioTrack | null {
    this.#stopMeter();
    this.#stopMeter = () => undefined;
    const microphone = this.#microphone;
    this.#microphone = null;
    return microphone;
  }
}
