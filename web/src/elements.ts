/** Typed access to the elements that the template renders. */

/**
 * The element with this id.
 *
 * @throws Error when the template has no such element of that type: template and script disagree.
 */
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`The page has no ${type.name} with id "${id}".`);
  return element;
}

/** Replaces the items of a list by one item a line of text. */
export function fillList(list: HTMLElement, lines: readonly string[]): void {
  list.replaceChildren(
    ...lines.map((line) => {
      const item = document.createElement('li');
      item.textContent = line;
      return item;
    }),
  );
}
