/** The screens after the interview: the end, or a stop that the candidate can do something about. */

import type { AccessRefused } from './access';
import { byId } from './elements';
import { type PageFacts, sameLinkUntil } from './page-facts';
import type { Screens } from './screens';

interface Stop {
  readonly heading: string;
  readonly text: string;
  readonly nextStep: string;
  /** Label of the button that goes back into the interview; null when that would not help. */
  readonly again: string | null;
}

export class Endings {
  readonly #again = byId('stopped-again', HTMLButtonElement);

  constructor(
    private readonly screens: Screens,
    private readonly facts: PageFacts,
    again: () => void,
  ) {
    this.#again.addEventListener('click', again);
  }

  finished(agreed: boolean): void {
    byId('ending-agreed', HTMLElement).hidden = !agreed;
    byId('ending-not-agreed', HTMLElement).hidden = agreed;
    this.screens.show('ending');
  }

  left(): void {
    this.#stop({
      heading: 'You have left the interview',
      text: 'Your answers so far are kept, and the clock is stopped.',
      nextStep: `You can come back ${sameLinkUntil(this.facts)}.`,
      again: 'Go back to the interview',
    });
  }

  otherTab(): void {
    this.#stop({
      heading: 'This interview is open in another tab',
      text: 'The interview goes on there. This page no longer listens or plays sound.',
      nextStep: 'To go on here instead, press the button. The other tab then stops.',
      again: 'Continue here',
    });
  }

  unreachable(): void {
    this.#stop({
      heading: 'The interview cannot be reached',
      text: 'We tried several times to connect. Your answers so far are kept, and the clock is stopped.',
      nextStep: `Check your internet connection, then try again. You can also come back ${sameLinkUntil(this.facts)}.`,
      again: 'Try again',
    });
  }

  refused(refusal: AccessRefused): void {
    this.#stop({
      heading: 'The interview cannot be opened',
      text: refusal.message,
      nextStep: refusal.nextStep,
      again: refusal.passing ? 'Try again' : null,
    });
  }

  #stop(stop: Stop): void {
    byId('stopped-heading', HTMLElement).textContent = stop.heading;
    byId('stopped-text', HTMLElement).textContent = stop.text;
    byId('stopped-next', HTMLElement).textContent = stop.nextStep;
    this.#again.hidden = stop.again === null;
    if (stop.again !== null) this.#again.textContent = stop.again;
    this.screens.show('stopped');
  }
}
