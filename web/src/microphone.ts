/** Opens the microphone and says what went wrong in terms a person can act on. */

import { createLocalAudioTrack, type AudioCaptureOptions, type LocalAudioTrack } from 'livekit-client';

export type MicrophoneProblem = 'blocked' | 'dismissed' | 'missing' | 'busy' | 'insecure' | 'unsupported' | 'unknown';

export class MicrophoneFailed extends Error {
  override readonly name = 'MicrophoneFailed';

  constructor(readonly problem: MicrophoneProblem) {
    super(`microphone: ${problem}`);
  }
}

export interface MicrophoneChoice {
  readonly id: string;
  readonly label: string;
}

const CAPTURE: AudioCaptureOptions = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/**
 * Asks the browser for a microphone: the one with this device id, or the default when it is null or gone.
 *
 * @throws MicrophoneFailed
 */
export async function openMicrophone(deviceId: string | null): Promise<LocalAudioTrack> {
  if (!window.isSecureContext) throw new MicrophoneFailed('insecure');
  if (!('mediaDevices' in navigator) || !('RTCPeerConnection' in window)) throw new MicrophoneFailed('unsupported');
  try {
    return await createLocalAudioTrack(deviceId === null ? CAPTURE : { ...CAPTURE, deviceId: { ideal: deviceId } });
  } catch (error) {
    throw new MicrophoneFailed(await problemOf(error));
  }
}

/** The microphones of this computer. Names are known only after permission was given. */
export async function listMicrophones(): Promise<MicrophoneChoice[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices
    .filter((device) => device.kind === 'audioinput' && device.deviceId !== '')
    .map((device, index) => ({ id: device.deviceId, label: device.label || `Microphone ${index + 1}` }));
}

/** Calls back when the candidate changes the browser's microphone permission for this page. */
export async function onPermissionGranted(granted: () => void): Promise<void> {
  const permission = await microphonePermission();
  permission?.addEventListener('change', () => {
    if (permission.state === 'granted') granted();
  });
}

async function problemOf(error: unknown): Promise<MicrophoneProblem> {
  switch (error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
      return (await microphonePermission())?.state === 'prompt' ? 'dismissed' : 'blocked';
    case 'SecurityError':
      return 'blocked';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'unknown';
  }
}

async function microphonePermission(): Promise<PermissionStatus | null> {
  try {
    return await navigator.permissions.query({ name: 'microphone' });
  } catch {
    return null;
  }
}
