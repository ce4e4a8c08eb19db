/** How loud a track is, for meters. Nothing is recorded. */

const QUIETEST_DBFS = -60;
const LOUDEST_DBFS = -12;

/** Reads the loudness of one track at a time. */
export class LevelReader {
  readonly #analyser: AnalyserNode;
  readonly #samples: Float32Array<ArrayBuffer>;
  #track: MediaStreamTrack | null = null;
  #source: MediaStreamAudioSourceNode | null = null;

  constructor(private readonly context: AudioContext) {
    this.#analyser = new AnalyserNode(context, { fftSize: 1024 });
    this.#samples = new Float32Array(this.#analyser.fftSize);
  }

  /**
   * Loudness of the track at this moment: 0 for silence, 1 for loud speech.
   * A track that changed since the last reading is followed.
   */
  read(track: MediaStreamTrack | null): number {
    if (track !== this.#track) this.#follow(track);
    if (track === null) return 0;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    let power = 0;
    for (const sample of this.#samples) power += sample * sample;
    const dbfs = 10 * Math.log10(power / this.#samples.length + 1e-12);
    return Math.min(1, Math.max(0, (dbfs - QUIETEST_DBFS) / (LOUDEST_DBFS - QUIETEST_DBFS)));
  }

  #follow(track: MediaStreamTrack | null): void {
    this.#source?.disconnect();
    this.#track = track;
    this.#source = track && this.context.createMediaStreamSource(new MediaStream([track]));
    this.#source?.connect(this.#analyser);
  }
}

/** Calls back before each frame the browser draws, until the returned function is called. */
export function eachFrame(draw: () => void): () => void {
  let frame = 0;
  const next = (): void => {
    draw();
    frame = requestAnimationFrame(next);
  };
  frame = requestAnimationFrame(next);
  return () => cancelAnimationFrame(frame);
}

/** Two soft notes, half a second, so that a candidate can check headphones or speakers. */
export function playTestSound(context: AudioContext): void {
  for (const [index, frequencyHz] of [523.25, 659.25].entries()) {
    const start = context.currentTime + 0.02 + index * 0.22;
    const gain = new GainNode(context, { gain: 0 });
    const tone = new OscillatorNode(context, { frequency: frequencyHz });
    gain.gain.setTargetAtTime(0.2, start, 0.02);
    gain.gain.setTargetAtTime(0, start + 0.18, 0.06);
    tone.connect(gain).connect(context.destination);
    tone.start(start);
    tone.stop(start + 0.6);
  }
}
