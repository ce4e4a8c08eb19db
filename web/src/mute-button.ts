/** Mutes and unmutes the microphone by button or by the key M. */

import type { LocalAudioTrack } from 'livekit-client';

import { byId } from './elements';
import type { Preferences } from './preferences';

export class MuteButton {
  readonly #button = byId('mute', HTMLButtonElement);
  readonly #label = byId('mute-label', HTMLElement);
  #microphone: LocalAudioTrack | null = null;

  constructor(
    private readonly preferences: Preferences,
    private readonly changed: (muted: boolean) => void,
  ) {
    this.#button.addEventListener('click', () => void this.#toggle());
    document.addEventListener('keydown', (event) => {
      if (this.#isShortcut(event)) void this.#toggle();
    });
  }

  /** Takes the microphone of the interview; without one the button is hidden. */
  set microphone(microphone: LocalAudioTrack | null) {
    this.#microphone = microphone;
    this.#button.hidden = microphone === null;
    this.#draw();
  }

  get muted(): boolean {
    return this.#microphone?.isMuted ?? false;
  }

  async #toggle(): Promise<void> {
    const microphone = this.#microphone;
    if (microphone === null) return;
    if (microphone.isMuted) await microphone.unmute();
    else await microphone.mute();
    this.#draw();
    this.changed(this.muted);
  }

  #draw(): void {
    this.#button.setAttribute('aria-pressed', String(this.muted));
    this.#label.textContent = this.muted ? 'Muted' : 'Mute';
  }

  #isShortcut(event: KeyboardEvent): boolean {
    if (event.key.toLowerCase() !== 'm' || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return false;
    if (!this.preferences.muteKey || this.#button.offsetParent === null) return false;
    const target = event.target;
    return !(target instanceof HTMLElement && target.closest('input:not([type=checkbox]), textarea, select, dialog'));
  }
}
