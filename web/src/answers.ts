/** Answers given without speaking: the typed field and the buttons for agreeing, repeating and going on. */

import type { AgentState } from './call';
import { byId } from './elements';
import type { Notices } from './notices';
import type { Phase } from './status';

/** What each button says to the interviewer. */
const SPOKEN_BY_BUTTON: Record<string, string> = {
  'consent-yes': 'yes',
  'consent-no': 'no',
  repeat: 'Could you repeat that?',
  pause: 'Could we pause for a moment?',
  continue: 'I am ready to continue.',
};

const CONSENT_BUTTONS: readonly string[] = ['consent-yes', 'consent-no'];

export class Answers {
  readonly #form = byId('typed-answer', HTMLFormElement);
  readonly #field = byId('typed-answer-field', HTMLTextAreaElement);
  readonly #consent = byId('consent-panel', HTMLElement);
  readonly #paused = byId('pause-panel', HTMLElement);
  readonly #pause = byId('pause', HTMLButtonElement);
  #agent: AgentState = 'absent';
  #consentOpen = true;

  /**
   * @param send delivers the text to the interviewer; rejects when it could not
   * @param sent is told of every text that was delivered
   */
  constructor(
    private readonly notices: Notices,
    private readonly send: (text: string) => Promise<void>,
    private readonly sent: (text: string) => void,
  ) {
    for (const [id, words] of Object.entries(SPOKEN_BY_BUTTON)) {
      byId(id, HTMLButtonElement).addEventListener('click', () => void this.#press(id, words));
    }
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.#field.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#form.requestSubmit();
    });
  }

  show(phase: Phase, agent: AgentState): void {
    if (agent === 'listening' && this.#agent !== 'listening') this.#enableConsent(true);
    this.#agent = agent;
    const focusWasInside = this.#consent.contains(document.activeElement);
    this.#consent.hidden = phase !== 'consent' || agent === 'absent';
    this.#paused.hidden = phase !== 'paused';
    this.#pause.setAttribute('aria-disabled', String(phase !== 'asking'));
    if (focusWasInside && this.#consent.hidden) byId('interview-heading', HTMLElement).focus({ preventScroll: true });
  }

  async #press(id: string, words: string): Promise<void> {
    if (id === 'pause' && this.#pause.getAttribute('aria-disabled') === 'true') return;
    const consent = CONSENT_BUTTONS.includes(id);
    if (consent && !this.#consentOpen) return;
    if (consent) this.#enableConsent(false);
    const delivered = await this.#deliver(words);
    if (consent && !delivered) this.#enableConsent(true);
  }

  async #submit(): Promise<void> {
    const text = this.#field.value.trim();
    if (text === '') return;
    if (await this.#deliver(text)) this.#field.value = '';
  }

  async #deliver(text: string): Promise<boolean> {
    try {
      await this.send(text);
    } catch {
      this.notices.show(
        'sending',
        'That could not be sent, because the interviewer is not connected at the moment. Your text is kept: send it again in a moment.',
      );
      return false;
    }
    this.notices.clear('sending');
    this.sent(text);
    return true;
  }

  /** One press is one answer: the buttons rest until the interviewer listens again. They keep the focus meanwhile. */
  #enableConsent(enabled: boolean): void {
    this.#consentOpen = enabled;
    for (const id of CONSENT_BUTTONS) byId(id, HTMLButtonElement).setAttribute('aria-disabled', String(!enabled));
  }
}
