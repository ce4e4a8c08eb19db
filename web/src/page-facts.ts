/** What the server says about this interview, read from the rendered page. */

import { byId } from './elements';

export interface PageFacts {
  readonly candidate: string;
  readonly title: string;
  /** Language of the spoken interview, BCP 47. The page's own words are English. */
  readonly language: string;
  /** When the invitation stops working; null when the server did not say. */
  readonly expiresAt: Date | null;
}

export function readPageFacts(): PageFacts {
  const data = byId('main', HTMLElement).dataset;
  const expires = new Date(data['expiresAt'] ?? '');
  return {
    candidate: data['candidate'] ?? '',
    title: data['title'] ?? '',
    language: data['language'] || 'en',
    expiresAt: Number.isNaN(expires.getTime()) ? null : expires,
  };
}

/** "by the same link until Tuesday 3 March at 17:00", in the candidate's own time zone. */
export function sameLinkUntil(facts: PageFacts): string {
  if (facts.expiresAt === null) return 'by the same link';
  const day = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' }).format(facts.expiresAt);
  const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }).format(facts.expiresAt);
  return `by the same link until ${day} at ${time}`;
}
