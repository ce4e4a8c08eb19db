/** The candidate's page: welcome, device check, interview, ending. */

import './style.css';

import type { LocalAudioTrack } from 'livekit-client';

import { AccessRefused } from './access';
import { Announcer } from './announcer';
import { CaptionsView } from './captions-view';
import { DeviceCheck } from './device-check';
import { byId } from './elements';
import { Endings } from './endings';
import { Interview } from './interview';
import { LeaveDialog } from './leave-dialog';
import { MicrophoneFailed, openMicrophone } from './microphone';
import { Notices } from './notices';
import { readPageFacts } from './page-facts';
import { Preferences } from './preferences';
import { Screens } from './screens';
import { connectSettings } from './settings-panel';

const facts = readPageFacts();
const preferences = new Preferences();
const screens = new Screens();
const announcer = new Announcer();
const captions = new CaptionsView(announcer, () => preferences.announceCaptions, facts.language);
const interview = new Interview(captions, new Notices(), announcer, preferences);
const devices = new DeviceCheck(preferences, audioContext, (microphone) => void hold(microphone));
const endings = new Endings(screens, facts, () => void goBack());
const leaveDialog = new LeaveDialog(facts, () => interview.leave());
let typing = false;
let sharedContext: AudioContext | null = null;

connectSettings(preferences);
const begin = byId('begin', HTMLButtonElement);
begin.addEventListener('click', () => {
  audioContext();
  screens.show('devices');
  void devices.open();
});
begin.disabled = false;

/** The page's audio context. First made inside a click: browsers start it suspended otherwise. */
function audioContext(): AudioContext {
  sharedContext ??= new AudioContext();
  if (sharedContext.state === 'suspended') void sharedContext.resume();
  return sharedContext;
}

async function hold(microphone: LocalAudioTrack | null): Promise<void> {
  typing = microphone === null;
  screens.show('interview');
  const ending = await interview.hold(microphone, audioContext());
  leaveDialog.close();
  if (ending instanceof AccessRefused) endings.refused(ending);
  else if (ending === 'over') endings.finished(interview.agreed);
  else if (ending === 'left') endings.left();
  else if (ending === 'other-tab') endings.otherTab();
  else endings.unreachable();
}

/** Back into the interview with the same microphone as before; a microphone that fails leads to its check. */
async function goBack(): Promise<void> {
  audioContext();
  try {
    await hold(typing ? null : await openMicrophone(preferences.microphone));
  } catch (error) {
    if (!(error instanceof MicrophoneFailed)) throw error;
    screens.show('devices');
    await devices.open();
  }
}
