/** The interviewer's presence: what it is doing, in words and as a quiet picture that follows the sound. */

import type { AgentState } from './call';
import { byId } from './elements';
import type { Phase } from './status';

export interface Moment {
  readonly agent: AgentState;
  readonly phase: Phase;
  readonly connection: 'new' | 'works' | 'broken';
  /** Muted, or taking part without a microphone. */
  readonly microphone: 'open' | 'muted' | 'none';
}

interface Words {
  readonly state: string;
  readonly hint: string;
}

export class Presence {
  readonly #figure = byId('presence', HTMLElement);
  readonly #state = byId('presence-state', HTMLElement);
  readonly #hint = byId('presence-hint', HTMLElement);

  show(moment: Moment): void {
    const words = wordsFor(moment);
    this.#figure.dataset['state'] = pictureFor(moment);
    if (this.#state.textContent !== words.state) this.#state.textContent = words.state;
    if (this.#hint.textContent !== words.hint) this.#hint.textContent = words.hint;
  }

  /** Loudness from 0 to 1 of whoever is speaking. */
  showLevel(level: number): void {
    this.#figure.style.setProperty('--level', level.toFixed(2));
  }
}

function pictureFor({ agent, connection, microphone }: Moment): AgentState | 'muted' {
  if (connection !== 'works') return 'absent';
  return agent === 'listening' && microphone === 'muted' ? 'muted' : agent;
}

function wordsFor({ agent, phase, connection, microphone }: Moment): Words {
  if (connection === 'new') return { state: 'Connecting', hint: 'This usually takes a few seconds.' };
  if (connection === 'broken') return { state: 'Reconnecting', hint: 'Please stay on this page.' };
  if (phase === 'finished') return { state: 'The interview is over', hint: 'Thank you. You can stay for the goodbye.' };
  switch (agent) {
    case 'absent':
    case 'initializing':
      return { state: 'The interviewer is on the way', hint: 'This usually takes a few seconds.' };
    case 'speaking':
      return { state: 'The interviewer is speaking', hint: 'You can interrupt at any time.' };
    case 'thinking':
      return { state: 'One moment', hint: 'The interviewer is taking in what you said.' };
    case 'listening':
      return listeningWords(phase, microphone);
  }
}

function listeningWords(phase: Phase, microphone: Moment['microphone']): Words {
  if (phase === 'paused') return { state: 'Paused', hint: 'Take your time. Say when you want to go on.' };
  if (microphone === 'none') return { state: 'Waiting for your answer', hint: 'Type it below. Take the time you need.' };
  if (microphone === 'muted') return { state: 'You are muted', hint: 'The interviewer cannot hear you until you unmute.' };
  if (phase === 'consent') return { state: 'Waiting for your answer', hint: 'Say yes or no, or press one of the buttons.' };
  return { state: 'Listening to you', hint: 'Pauses are fine. Take the time you need to think.' };
}
