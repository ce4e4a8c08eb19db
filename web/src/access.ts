/** Asks the server for a place in the interview's room. */

export interface Access {
  readonly serverUrl: string;
  readonly participantToken: string;
  /** Server clock minus this computer's clock, milliseconds; known to about a second. */
  readonly clockAheadMs: number;
}

/** The server's refusal, or the failure to reach it, in words for the candidate. */
export class AccessRefused extends Error {
  override readonly name = 'AccessRefused';

  constructor(
    message: string,
    readonly nextStep: string,
    /** HTTP status, or null when no answer came. */
    readonly status: number | null,
    /** The server's stable name of the reason (agent/web/problems.py), or empty. */
    readonly code = '',
  ) {
    super(message);
  }

  /** Whether the interview has ended meanwhile. */
  get finished(): boolean {
    return this.code === 'finished_interview';
  }

  /** Whether asking again later may succeed. */
  get passing(): boolean {
    return this.status === null || this.status >= 500 || this.status === 429;
  }
}

/**
 * POST /api/token with the invitation's cookie. Asking twice gives the same place in the same room.
 *
 * @throws AccessRefused
 */
export async function requestAccess(): Promise<Access> {
  let response: Response;
  try {
    response = await fetch('/api/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
      cache: 'no-store',
    });
  } catch {
    throw new AccessRefused(
      'The interview server cannot be reached.',
      'Check your internet connection and try again. Nothing is lost.',
      null,
    );
  }
  const body: unknown = await response.json().catch(() => null);
  const serverUrl = field(body, 'serverUrl');
  const participantToken = field(body, 'participantToken');
  if (!response.ok || !serverUrl || !participantToken) {
    throw new AccessRefused(
      field(body, 'error') || 'The interview cannot be opened at the moment.',
      field(body, 'nextStep') || 'Wait a minute and try again. If it stays like this, write to the person who invited you.',
      response.ok ? 500 : response.status,
      field(body, 'code'),
    );
  }
  const serverTime = Date.parse(response.headers.get('date') ?? '');
  return { serverUrl, participantToken, clockAheadMs: Number.isNaN(serverTime) ? 0 : serverTime - Date.now() };
}

function field(body: unknown, key: string): string {
  if (typeof body !== 'object' || body === null) return '';
  const value = (body as Record<string, unknown>)[key];
  return typeof value === 'string' ? value : '';
}
