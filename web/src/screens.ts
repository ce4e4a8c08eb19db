/** Shows one screen of the page at a time and moves the focus to its heading. */

import { byId } from './elements';

export type ScreenName = 'welcome' | 'devices' | 'interview' | 'stopped' | 'ending';

const NAMES: readonly ScreenName[] = ['welcome', 'devices', 'interview', 'stopped', 'ending'];

export class Screens {
  readonly #title = document.title;

  show(name: ScreenName): void {
    for (const other of NAMES) byId(`${other}-screen`, HTMLElement).hidden = other !== name;
    const heading = byId(`${name}-heading`, HTMLHeadingElement);
    document.title = `${heading.textContent.trim()} - ${this.#title}`;
    document.body.dataset['screen'] = name;
    window.scrollTo({ top: 0 });
    heading.focus({ preventScroll: true });
  }
}
