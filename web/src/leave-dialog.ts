/** Asks before the candidate leaves, and says how to come back. */

import { byId } from './elements';
import { type PageFacts, sameLinkUntil } from './page-facts';

export class LeaveDialog {
  readonly #dialog = byId('leave-dialog', HTMLDialogElement);

  constructor(facts: PageFacts, leave: () => void) {
    byId('leave-dialog-return', HTMLElement).textContent =
      `You can come back ${sameLinkUntil(facts)}. Your answers so far are kept, and the clock stops while you are away.`;
    byId('leave', HTMLButtonElement).addEventListener('click', () => this.#dialog.showModal());
    byId('leave-stay', HTMLButtonElement).addEventListener('click', () => this.#dialog.close());
    byId('leave-confirm', HTMLButtonElement).addEventListener('click', () => {
      this.#dialog.close();
      leave();
    });
  }

  close(): void {
    this.#dialog.close();
  }
}
