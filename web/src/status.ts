/** The interview's progress, as the agent publishes it in its attribute `viva.status` (agent/protocol.py). */

export const STATUS_ATTRIBUTE = 'viva.status';

export type Phase = 'waiting' | 'consent' | 'asking' | 'paused' | 'finished';

const PHASES: readonly string[] = ['waiting', 'consent', 'asking', 'paused', 'finished'] satisfies Phase[];

export interface InterviewStatus {
  readonly phase: Phase;
  /** Seconds left of the interview's time at `at`. */
  readonly remaining_s: number;
  readonly clock_running: boolean;
  /** Number of the open question, from 1; 0 before the first. */
  readonly question: number;
  readonly questions: number;
  /** Server's unix time, seconds. */
  readonly at: number;
}

/** The status in the attribute's text, or null for a text that is none. */
export function parseStatus(text: string | undefined): InterviewStatus | null {
  if (!text) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return isStatus(value) ? value : null;
}

function isStatus(value: unknown): value is InterviewStatus {
  if (typeof value !== 'object' || value === null) return false;
  const status = value as Record<string, unknown>;
  return (
    typeof status['phase'] === 'string' &&
    PHASES.includes(status['phase']) &&
    typeof status['clock_running'] === 'boolean' &&
    ['remaining_s', 'question', 'questions', 'at'].every((key) => typeof status[key] === 'number')
  );
}

/** Seconds left at the server's time `serverNow_s`. */
export function remainingAt(status: InterviewStatus, serverNow_s: number): number {
  return status.clock_running ? status.remaining_s - Math.max(0, serverNow_s - status.at) : status.remaining_s;
}

/** Time left in calm words: minutes, never a ticking second. */
export function timeLeftWords(status: InterviewStatus, remaining_s: number): string {
  if (status.phase === 'finished') return 'Finished';
  if (status.phase === 'waiting' || status.phase === 'consent') return 'The clock has not started';
  if (!status.clock_running) return 'The clock is stopped';
  if (remaining_s <= 0) return 'Finishing up';
  if (remaining_s < 45) return 'Less than a minute left';
  const minutes = Math.max(1, Math.round(remaining_s / 60));
  return `About ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} left`;
}

export function questionWords(status: InterviewStatus): string {
  if (status.phase === 'finished') return 'All done';
  if (status.question < 1) return 'Before the first question';
  return `Question ${status.question} of ${status.questions}`;
}
