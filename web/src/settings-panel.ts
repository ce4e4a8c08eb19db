/** The small switches on the interview's screen. */

import { byId } from './elements';
import type { Preferences } from './preferences';

export function connectSettings(preferences: Preferences): void {
  const announce = byId('setting-announce', HTMLInputElement);
  announce.checked = preferences.announceCaptions;
  announce.addEventListener('change', () => (preferences.announceCaptions = announce.checked));

  const muteKey = byId('setting-mute-key', HTMLInputElement);
  muteKey.checked = preferences.muteKey;
  muteKey.addEventListener('change', () => (preferences.muteKey = muteKey.checked));
}
