/** Draws captions as turns of a conversation and follows the newest line. */

import type { Announcer } from './announcer';
import { Captions, type CaptionPiece, type Speaker } from './captions';
import { byId } from './elements';

const NAMES: Record<Speaker, string> = { candidate: 'You', interviewer: 'Interviewer' };
const NEAR_BOTTOM_PX = 48;

export class CaptionsView {
  readonly #captions = new Captions();
  readonly #list = byId('captions', HTMLElement);
  readonly #empty = byId('captions-empty', HTMLElement);
  readonly #segments = new Map<string, HTMLElement>();
  #turn: HTMLElement | null = null;
  #typed = 0;

  constructor(
    private readonly announcer: Announcer,
    private readonly announces: () => boolean,
    private readonly language: string,
  ) {}

  take(piece: CaptionPiece): void {
    if (!this.#captions.take(piece)) return;
    this.#empty.hidden = true;
    const follows = this.#isAtEnd();
    const segment = this.#segments.get(piece.segment) ?? this.#addSegment(piece);
    segment.textContent = piece.text;
    segment.classList.toggle('is-open', !piece.final);
    const turn = segment.closest<HTMLElement>('.turn');
    if (turn) turn.hidden = (turn.querySelector('.turn-words')?.textContent ?? '').trim() === '';
    if (follows) this.#list.scrollTop = this.#list.scrollHeight;
    if (piece.final && piece.text.trim() !== '' && this.announces()) {
      this.announcer.say(`${NAMES[piece.speaker]}: ${piece.text}`);
    }
  }

  /** Shows what the candidate typed or chose by a button; the server sends no caption for it. */
  typed(text: string): void {
    this.#turn = null;
    this.take({ segment: `typed-${++this.#typed}`, speaker: 'candidate', text, final: true, version: 0 });
    this.#turn = null;
  }

  #addSegment(piece: CaptionPiece): HTMLElement {
    if (this.#turn?.dataset['speaker'] !== piece.speaker) this.#turn = this.#addTurn(piece.speaker);
    const words = this.#turn.querySelector('.turn-words');
    const segment = document.createElement('span');
    segment.className = 'segment';
    if (words && words.childElementCount > 0) words.append(' ');
    words?.append(segment);
    this.#segments.set(piece.segment, segment);
    return segment;
  }

  #addTurn(speaker: Speaker): HTMLElement {
    const turn = document.createElement('div');
    turn.className = 'turn';
    turn.dataset['speaker'] = speaker;
    const name = document.createElement('p');
    name.className = 'turn-speaker';
    name.textContent = NAMES[speaker];
    const words = document.createElement('p');
    words.className = 'turn-words';
    words.lang = this.language;
    turn.append(name, words);
    this.#list.append(turn);
    return turn;
  }

  #isAtEnd(): boolean {
    return this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < NEAR_BOTTOM_PX;
  }
}
