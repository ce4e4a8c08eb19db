/** The interview's screen: shows what happens in the room and what the candidate can do about it. */

import { type LocalAudioTrack, TrackEvent } from 'livekit-client';

import type { Announcer } from './announcer';
import { Answers } from './answers';
import type { AgentState } from './call';
import type { CaptionsView } from './captions-view';
import { Connection, type ConnectionEnding } from './connection';
import { eachFrame, LevelReader } from './level';
import { MuteButton } from './mute-button';
import type { Notices } from './notices';
import type { Preferences } from './preferences';
import { type Moment, Presence } from './presence';
import { ProgressView } from './progress-view';
import type { InterviewStatus, Phase } from './status';
import { WakeLock } from './wake-lock';

/** As long as LiveKit's own frontend waits for an agent. */
const AGENT_PATIENCE_MS = 20_000;
const GOODBYE_MS = 3_000;

const SAFE = 'The clock stops while you are away, and what you said before is kept.';
const WORDS = {
  interrupted: `The connection was lost. We are reconnecting. ${SAFE}`,
  retrying: `The connection was lost. We keep trying to reconnect. ${SAFE}`,
  agentGone:
    'The interviewer was disconnected. Another one takes over in a moment. Your answers are kept and the clock is stopped.',
  agentLate:
    'The interviewer has not arrived yet. That is not your fault, and nothing is lost. You can wait here, try again, or come back later by the same link.',
  soundHeld: 'Your browser holds the sound back.',
  microphoneStopped: 'Your microphone stopped. Check its plug, or type your answers below.',
} as const;

export class Interview {
  readonly #presence = new Presence();
  readonly #progress = new ProgressView();
  readonly #wakeLock = new WakeLock();
  readonly #connection: Connection;
  readonly #answers: Answers;
  readonly #mute: MuteButton;
  #microphone: LocalAudioTrack | null = null;
  #agent: AgentState = 'absent';
  #phase: Phase = 'waiting';
  #link: Moment['connection'] = 'new';
  #agreed = false;
  #agentTimer = 0;
  #goodbyeTimer = 0;

  constructor(
    private readonly captions: CaptionsView,
    private readonly notices: Notices,
    announcer: Announcer,
    preferences: Preferences,
  ) {
    this.#connection = new Connection({
      joined: (clockAheadMs) => this.#joined(clockAheadMs),
      retrying: (tryNow) => this.#retrying(tryNow),
      connected: (works) => this.#setConnected(works),
      agent: (state) => this.#setAgent(state),
      status: (status) => this.#setStatus(status),
      caption: (piece) => this.captions.take(piece),
      playback: (allowed) => this.#setPlayback(allowed),
      over: () => this.#phase === 'finished',
    });
    this.#mute = new MuteButton(preferences, (muted) => {
      announcer.say(muted ? 'Your microphone is muted.' : 'Your microphone is on.');
      this.#draw();
    });
    this.#answers = new Answers(
      notices,
      (text) => this.#connection.send(text),
      (text) => this.captions.typed(text),
    );
  }

  /** Whether the candidate agreed to be interviewed, as far as this page saw. */
  get agreed(): boolean {
    return this.#agreed;
  }

  /** Holds the interview until it ends for this page. Call it inside a click. */
  async hold(microphone: LocalAudioTrack | null, audioContext: AudioContext): Promise<ConnectionEnding> {
    this.#microphone = microphone;
    this.#link = 'new';
    this.#mute.microphone = microphone;
    const stopLevels = this.#showLevels(audioContext);
    this.#watchMicrophone();
    this.#wakeLock.hold();
    this.#draw();
    try {
      return await this.#connection.hold(microphone);
    } finally {
      this.#wakeLock.release();
      stopLevels();
      window.clearTimeout(this.#agentTimer);
      window.clearTimeout(this.#goodbyeTimer);
      this.notices.clearAll();
      microphone?.stop();
    }
  }

  leave(): void {
    this.#connection.leave();
  }

  #joined(clockAheadMs: number): void {
    this.#progress.clockAheadMs = clockAheadMs;
    this.#setConnected(true);
    this.#awaitAgent();
  }

  #retrying(tryNow: () => void): void {
    if (this.#link === 'works') this.#link = 'broken';
    this.#agent = 'absent';
    window.clearTimeout(this.#agentTimer);
    this.notices.clear('interviewer');
    this.notices.show('connection', WORDS.retrying, { label: 'Try now', run: tryNow });
    this.#draw();
  }

  #setConnected(works: boolean): void {
    this.#link = works ? 'works' : 'broken';
    if (works) this.notices.clear('connection');
    else this.notices.show('connection', WORDS.interrupted);
    this.#draw();
  }

  #setAgent(state: AgentState): void {
    const wasReady = isReady(this.#agent);
    this.#agent = state;
    if (isReady(state)) {
      window.clearTimeout(this.#agentTimer);
      this.notices.clear('interviewer');
    } else if (wasReady && this.#link === 'works' && this.#phase !== 'finished') {
      this.notices.show('interviewer', WORDS.agentGone);
      this.#awaitAgent();
    }
    this.#draw();
    this.#leaveWhenOver();
  }

  #setStatus(status: InterviewStatus): void {
    this.#phase = status.phase;
    this.#agreed ||= status.phase === 'asking' || status.phase === 'paused';
    this.#progress.show(status);
    this.#draw();
    this.#leaveWhenOver();
  }

  #setPlayback(allowed: boolean): void {
    if (allowed) this.notices.clear('sound');
    else this.notices.show('sound', WORDS.soundHeld, { label: 'Turn the sound on', run: () => this.#connection.allowSound() });
  }

  #awaitAgent(): void {
    window.clearTimeout(this.#agentTimer);
    if (isReady(this.#agent)) return;
    this.#agentTimer = window.setTimeout(() => {
      this.notices.show('interviewer', WORDS.agentLate, { label: 'Try again', run: () => this.#connection.rejoin() });
    }, AGENT_PATIENCE_MS);
  }

  /** A finished interview whose room stays open longer than a goodbye takes is left. */
  #leaveWhenOver(): void {
    if (this.#phase !== 'finished' || this.#agent !== 'absent') return;
    window.clearTimeout(this.#goodbyeTimer);
    this.#goodbyeTimer = window.setTimeout(() => this.#connection.leave(), GOODBYE_MS);
  }

  #watchMicrophone(): void {
    this.#microphone
      ?.on(TrackEvent.Ended, () => this.notices.show('microphone', WORDS.microphoneStopped))
      .on(TrackEvent.Restarted, () => this.notices.clear('microphone'));
  }

  /** Moves the picture with the sound of whoever is speaking; returns what stops it. */
  #showLevels(audioContext: AudioContext): () => void {
    const reader = new LevelReader(audioContext);
    const stop = eachFrame(() => {
      const own = this.#microphone?.mediaStreamTrack ?? null;
      this.#presence.showLevel(reader.read(this.#agent === 'speaking' ? this.#connection.agentSound : own));
    });
    return () => {
      stop();
      reader.read(null);
    };
  }

  #draw(): void {
    const microphone = this.#microphone === null ? 'none' : this.#mute.muted ? 'muted' : 'open';
    this.#presence.show({ agent: this.#agent, phase: this.#phase, connection: this.#link, microphone });
    this.#answers.show(this.#phase, this.#agent);
  }
}

function isReady(state: AgentState): boolean {
  return state === 'listening' || state === 'thinking' || state === 'speaking';
}
