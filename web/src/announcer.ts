/** The page's one polite live region: what a screen reader says without being asked. */

import { byId } from './elements';

const KEPT_LINES = 4;

export class Announcer {
  readonly #region = byId('announcements', HTMLElement);

  say(text: string): void {
    const line = document.createElement('p');
    line.textContent = text;
    this.#region.append(line);
    while (this.#region.childElementCount > KEPT_LINES) this.#region.firstElementChild?.remove();
  }
}
