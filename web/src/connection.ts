/** Keeps the page in the interview's room: joins, and joins again after faults with growing pauses. */

import type { LocalAudioTrack } from 'livekit-client';

import { AccessRefused, requestAccess } from './access';
import { Call, type CallEnding, type CallListener } from './call';

export interface ConnectionListener extends Omit<CallListener, 'ended'> {
  /** The page is in the room. `clockAheadMs` is the server's clock minus this computer's. */
  joined(clockAheadMs: number): void;
  /** The page is out of the room and tries again soon; `tryNow` skips the wait. */
  retrying(tryNow: () => void): void;
  /** Whether the interview is finished, so that a closed room is its end and not a fault. */
  over(): boolean;
}

/** `over`: the interview is finished. `unreachable`: tried for two minutes in vain. Else as the names say. */
export type ConnectionEnding = 'over' | 'left' | 'other-tab' | 'unreachable' | AccessRefused;

const RETRY_PAUSES_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000, 30_000, 30_000] as const;
const FIRST_JOIN_PAUSES_MS = [500, 2_000] as const;

export class Connection {
  #call: Call | null = null;
  #left = false;
  #endPause: () => void = () => undefined;

  constructor(private readonly listener: ConnectionListener) {
    window.addEventListener('online', () => this.#endPause());
  }

  /** Stays in the room until there is a reason not to. Call it inside a click. */
  async hold(microphone: LocalAudioTrack | null): Promise<ConnectionEnding> {
    this.#left = false;
    let everJoined = false;
    let failures = 0;
    for (;;) {
      const ending = await this.#joinOnce(microphone, () => {
        everJoined = true;
        failures = 0;
      });
      if (this.listener.over() || (ending instanceof AccessRefused && ending.finished && everJoined)) return 'over';
      if (this.#left) return 'left';
      if (ending === 'other-tab') return ending;
      if (ending instanceof AccessRefused && !(everJoined && ending.passing)) return ending;
      const pauseMs = (everJoined ? RETRY_PAUSES_MS : FIRST_JOIN_PAUSES_MS)[failures++];
      if (pauseMs === undefined) return 'unreachable';
      await this.#pause(pauseMs);
      if (this.#left) return 'left';
    }
  }

  /** Leaves for good; `hold` returns. */
  leave(): void {
    this.#left = true;
    this.#endPause();
    void this.#call?.leave();
  }

  /** Leaves the room and enters it again. */
  rejoin(): void {
    this.#endPause();
    void this.#call?.leave();
  }

  /** @throws Error when the text could not be sent */
  async send(text: string): Promise<void> {
    if (this.#call === null) throw new Error('not connected');
    await this.#call.send(text);
  }

  allowSound(): void {
    void this.#call?.allowSound();
  }

  get agentSound(): MediaStreamTrack | null {
    return this.#call?.agentSound ?? null;
  }

  async #joinOnce(microphone: LocalAudioTrack | null, joined: () => void): Promise<CallEnding | AccessRefused> {
    let end: (ending: CallEnding) => void = () => undefined;
    const ended = new Promise<CallEnding>((resolve) => (end = resolve));
    try {
      const access = await requestAccess();
      if (this.#left) return 'left';
      this.#call = new Call({ ...this.listener, ended: end });
      await this.#call.join(access, microphone);
      joined();
      this.listener.joined(access.clockAheadMs);
      return await ended;
    } catch (error) {
      await this.#call?.leave();
      return error instanceof AccessRefused ? error : 'lost';
    } finally {
      this.#call = null;
    }
  }

  #pause(pauseMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = window.setTimeout(resolve, pauseMs);
      this.#endPause = () => {
        window.clearTimeout(timer);
        resolve();
      };
      this.listener.retrying(this.#endPause);
    });
  }
}
