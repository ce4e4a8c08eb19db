/** Keeps the screen of a phone awake during the interview; a locked phone would cut the microphone off. */

export class WakeLock {
  #wanted = false;
  #sentinel: WakeLockSentinel | null = null;

  constructor() {
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') void this.#acquire();
    });
  }

  hold(): void {
    this.#wanted = true;
    void this.#acquire();
  }

  release(): void {
    this.#wanted = false;
    void this.#sentinel?.release();
    this.#sentinel = null;
  }

  async #acquire(): Promise<void> {
    if (!this.#wanted || !('wakeLock' in navigator)) return;
    try {
      this.#sentinel = await navigator.wakeLock.request('screen');
    } catch {
      // A browser that saves power refuses; the interview works all the same.
    }
  }
}
