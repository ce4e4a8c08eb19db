/** What both sides say, piece by piece, corrected in place. No DOM here. */

export type Speaker = 'candidate' | 'interviewer';

/** One version of a piece of speech, as it arrives. */
export interface CaptionPiece {
  /** The same for all versions of the piece. */
  readonly segment: string;
  readonly speaker: Speaker;
  /** The whole text of the piece so far. */
  readonly text: string;
  readonly final: boolean;
  /** Rises with each stream that the page opens: a late chunk of an older stream never undoes a newer one. */
  readonly version: number;
}

export class Captions {
  readonly #latest = new Map<string, CaptionPiece>();

  /** Takes one piece in. True when it changes what is shown. */
  take(piece: CaptionPiece): boolean {
    const known = this.#latest.get(piece.segment);
    if (known) {
      if (piece.version < known.version || (known.final && !piece.final)) return false;
      if (known.text === piece.text && known.final === piece.final) return false;
    } else if (piece.text.trim() === '') {
      return false;
    }
    this.#latest.set(piece.segment, piece);
    return true;
  }
}
