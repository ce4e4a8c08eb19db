/** The candidate's choices, kept in this browser. A browser that forbids storage simply forgets them. */

export class Preferences {
  readonly #storage: Storage | null;

  constructor() {
    this.#storage = availableStorage();
  }

  get microphone(): string | null {
    return this.#read('microphone');
  }

  set microphone(deviceId: string | null) {
    this.#write('microphone', deviceId);
  }

  /** Whether finished captions are announced to a screen reader. */
  get announceCaptions(): boolean {
    return this.#read('announce-captions') !== 'no';
  }

  set announceCaptions(on: boolean) {
    this.#write('announce-captions', on ? 'yes' : 'no');
  }

  /** Whether the key M mutes: single-letter shortcuts must be possible to turn off (WCAG 2.1.4). */
  get muteKey(): boolean {
    return this.#read('mute-key') !== 'no';
  }

  set muteKey(on: boolean) {
    this.#write('mute-key', on ? 'yes' : 'no');
  }

  #read(key: string): string | null {
    return this.#storage?.getItem(`viva.${key}`) ?? null;
  }

  #write(key: string, value: string | null): void {
    try {
      if (value === null) this.#storage?.removeItem(`viva.${key}`);
      else this.#storage?.setItem(`viva.${key}`, value);
    } catch {
      // A full or read-only storage loses a preference and nothing else.
    }
  }
}

function availableStorage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
