/** Banners that say what is wrong at the moment, what it means and what can be done. One of each kind at a time. */

import { byId } from './elements';

export type NoticeKind = 'connection' | 'sound' | 'interviewer' | 'microphone' | 'sending';

export interface NoticeAction {
  readonly label: string;
  run(): void;
}

export class Notices {
  readonly #area = byId('notices', HTMLElement);
  readonly #shown = new Map<NoticeKind, HTMLElement>();

  show(kind: NoticeKind, text: string, action?: NoticeAction): void {
    const known = this.#shown.get(kind);
    if (known?.dataset['text'] === text) return;
    const notice = document.createElement('div');
    notice.className = 'notice';
    notice.dataset['text'] = text;
    const words = document.createElement('p');
    words.textContent = text;
    notice.append(words);
    if (action) notice.append(actionButton(action));
    if (known) known.replaceWith(notice);
    else this.#area.append(notice);
    this.#shown.set(kind, notice);
  }

  clear(kind: NoticeKind): void {
    this.#shown.get(kind)?.remove();
    this.#shown.delete(kind);
  }

  clearAll(): void {
    this.#area.replaceChildren();
    this.#shown.clear();
  }
}

function actionButton(action: NoticeAction): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = action.label;
  button.addEventListener('click', () => action.run());
  return button;
}
