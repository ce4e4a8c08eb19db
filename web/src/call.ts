/** One connection to the interview's room: LiveKit on one side, plain events on the other. */

import {
  AudioPresets,
  DisconnectReason,
  type LocalAudioTrack,
  type Participant,
  ParticipantKind,
  type RemoteParticipant,
  type RemoteTrack,
  Room,
  RoomEvent,
  type TextStreamReader,
  Track,
} from 'livekit-client';

import type { Access } from './access';
import type { CaptionPiece } from './captions';
import { type InterviewStatus, parseStatus, STATUS_ATTRIBUTE } from './status';

/** What the interviewer is doing; `absent` when no interviewer is in the room. */
export type AgentState = 'absent' | 'initializing' | 'listening' | 'thinking' | 'speaking';

/** Why a connection is over: the candidate left, another tab took over, the room was closed, or it broke. */
export type CallEnding = 'left' | 'other-tab' | 'closed' | 'lost';

export interface CallListener {
  agent(state: AgentState): void;
  status(status: InterviewStatus): void;
  caption(piece: CaptionPiece): void;
  /** The connection broke and is being mended (false), or works again (true). */
  connected(works: boolean): void;
  /** The browser holds sound back until the candidate presses something (false), or plays it (true). */
  playback(allowed: boolean): void;
  ended(ending: CallEnding): void;
}

const AGENT_STATE_ATTRIBUTE = 'lk.agent.state';
const AVATAR_ATTRIBUTE = 'lk.publish_on_behalf';
const CAPTION_TOPIC = 'lk.transcription';
const CHAT_TOPIC = 'lk.chat';

export class Call {
  readonly #room = new Room({
    publishDefaults: { audioPreset: AudioPresets.speech, stopMicTrackOnMute: false },
    stopLocalTrackOnUnpublish: false,
    // With one connection for both directions, publishing the microphone while the interviewer's track arrives can fail
    // with "Transceiver not found based on m-line index" (livekit-client 2.23, Chromium 156).
    singlePeerConnection: false,
  });
  #agent: RemoteParticipant | null = null;
  #agentSound: MediaStreamTrack | null = null;
  readonly #playing = new Map<RemoteTrack, HTMLMediaElement>();
  #streams = 0;

  constructor(private readonly listener: CallListener) {
    this.#room
      .on(RoomEvent.ParticipantConnected, () => this.#lookForAgent())
      .on(RoomEvent.ParticipantDisconnected, () => this.#lookForAgent())
      .on(RoomEvent.ParticipantAttributesChanged, (_changed, participant) => this.#readAttributes(participant))
      .on(RoomEvent.TrackSubscribed, (track, _publication, participant) => this.#play(track, participant))
      .on(RoomEvent.TrackUnsubscribed, (track) => this.#stopPlaying(track))
      .on(RoomEvent.AudioPlaybackStatusChanged, () => this.listener.playback(this.#room.canPlaybackAudio))
      .on(RoomEvent.SignalReconnecting, () => this.listener.connected(false))
      .on(RoomEvent.Reconnecting, () => this.listener.connected(false))
      .on(RoomEvent.Reconnected, () => {
        this.listener.connected(true);
        this.#lookForAgent();
      })
      .on(RoomEvent.Disconnected, (reason) => {
        this.#silence();
        this.listener.ended(endingOf(reason));
      });
    this.#room.registerTextStreamHandler(CAPTION_TOPIC, (reader, from) => void this.#readCaption(reader, from.identity));
  }

  /**
   * Joins the room and publishes the microphone, if there is one.
   * Call it inside a click, so that the browser lets the interviewer be heard.
   *
   * @throws Error when the room cannot be reached
   */
  async join(access: Access, microphone: LocalAudioTrack | null): Promise<void> {
    await this.#room.connect(access.serverUrl, access.participantToken);
    this.#lookForAgent();
    if (microphone) await this.#room.localParticipant.publishTrack(microphone, { source: Track.Source.Microphone });
    await this.allowSound();
  }

  /** Lets sound play; effective when called inside a click. */
  async allowSound(): Promise<void> {
    try {
      await this.#room.startAudio();
    } catch {
      this.listener.playback(false);
    }
  }

  /**
   * Sends a typed answer to the interviewer.
   *
   * @throws Error when it could not be sent
   */
  async send(text: string): Promise<void> {
    if (!this.#agent) throw new Error('no interviewer in the room');
    await this.#room.localParticipant.sendText(text, { topic: CHAT_TOPIC });
  }

  async leave(): Promise<void> {
    await this.#room.disconnect(false);
  }

  /** The interviewer's sound, for a meter. */
  get agentSound(): MediaStreamTrack | null {
    return this.#agentSound;
  }

  /** The newest agent in the room: after a fault, the old one may linger for a while beside its successor. */
  #lookForAgent(): void {
    const agents = [...this.#room.remoteParticipants.values()].filter(
      (participant) => participant.kind === ParticipantKind.AGENT && !participant.attributes[AVATAR_ATTRIBUTE],
    );
    agents.sort((a, b) => (b.joinedAt?.getTime() ?? 0) - (a.joinedAt?.getTime() ?? 0));
    this.#agent = agents[0] ?? null;
    if (this.#agent) this.#readAttributes(this.#agent);
    else this.listener.agent('absent');
  }

  #readAttributes(participant: Participant): void {
    if (participant !== this.#agent) return;
    this.listener.agent(agentStateOf(participant.attributes[AGENT_STATE_ATTRIBUTE]));
    const status = parseStatus(participant.attributes[STATUS_ATTRIBUTE]);
    if (status) this.listener.status(status);
  }

  #play(track: RemoteTrack, participant: RemoteParticipant): void {
    if (track.kind !== Track.Kind.Audio) return;
    const element = track.attach();
    element.hidden = true;
    document.body.append(element);
    this.#playing.set(track, element);
    if (participant.kind === ParticipantKind.AGENT) this.#agentSound = track.mediaStreamTrack;
  }

  #stopPlaying(track: RemoteTrack): void {
    track.detach();
    this.#playing.get(track)?.remove();
    this.#playing.delete(track);
    if (track.mediaStreamTrack === this.#agentSound) this.#agentSound = null;
  }

  #silence(): void {
    for (const track of [...this.#playing.keys()]) this.#stopPlaying(track);
  }

  /**
   * Reads one caption stream. The interviewer's text grows within a single stream; each correction of the
   * candidate's text is a new stream with the same segment id (reference: LiveKit's lk.transcription contract).
   */
  async #readCaption(reader: TextStreamReader, identity: string): Promise<void> {
    const speaker = identity === this.#room.localParticipant.identity ? 'candidate' : 'interviewer';
    const segment = reader.info.attributes?.['lk.segment_id'] ?? reader.info.id;
    const version = ++this.#streams;
    let text = '';
    try {
      for await (const chunk of reader) {
        text += chunk;
        this.listener.caption({ segment, speaker, text, final: false, version });
      }
    } catch {
      // The speaker was cut off mid-stream: what arrived is what was said.
    }
    const final = speaker === 'interviewer' || reader.info.attributes?.['lk.transcription_final'] === 'true';
    this.listener.caption({ segment, speaker, text, final, version });
  }
}

function agentStateOf(attribute: string | undefined): AgentState {
  switch (attribute) {
    case 'listening':
    case 'thinking':
    case 'speaking':
      return attribute;
    case 'idle':
      return 'listening';
    default:
      return 'initializing';
  }
}

function endingOf(reason: DisconnectReason | undefined): CallEnding {
  switch (reason) {
    case DisconnectReason.CLIENT_INITIATED:
      return 'left';
    case DisconnectReason.DUPLICATE_IDENTITY:
      return 'other-tab';
    case DisconnectReason.ROOM_DELETED:
    case DisconnectReason.ROOM_CLOSED:
    case DisconnectReason.PARTICIPANT_REMOVED:
      return 'closed';
    default:
      return 'lost';
  }
}
