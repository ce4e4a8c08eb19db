/** What to tell a candidate whose microphone does not work, and how to put it right. */

import type { MicrophoneProblem } from './microphone';

export interface Advice {
  readonly title: string;
  readonly explanation: string;
  readonly steps: readonly string[];
}

type Browser = 'chromium' | 'firefox' | 'safari' | 'ios';

const PERMISSION_STEPS: Record<Browser, readonly string[]> = {
  chromium: [
    'Press the icon at the left end of the address bar, beside the address of this page.',
    'Set Microphone to Allow.',
    'Come back here and press "Try again".',
  ],
  firefox: [
    'Press the crossed-out microphone at the left end of the address bar.',
    'Remove "Blocked" beside "Use the microphone".',
    'Press "Try again" and choose Allow when Firefox asks.',
  ],
  safari: [
    'Open the menu Safari, then "Settings for this website".',
    'Set Microphone to Allow.',
    'Come back here and press "Try again".',
  ],
  ios: [
    'Open Settings on your phone, find your browser and turn Microphone on.',
    'In Safari, also press the page menu in the address bar, then "Website Settings", and allow the microphone.',
    'Come back here and press "Try again".',
  ],
};

export function adviceFor(problem: MicrophoneProblem, userAgent: string = navigator.userAgent): Advice {
  switch (problem) {
    case 'blocked':
      return {
        title: 'Your browser does not let this page use the microphone',
        explanation: 'That is easy to change, and nothing is lost. The interview has not started.',
        steps: PERMISSION_STEPS[browserOf(userAgent)],
      };
    case 'dismissed':
      return {
        title: 'The microphone was not allowed yet',
        explanation: 'Your browser asked whether this page may use the microphone, and the question was closed.',
        steps: ['Press "Try again".', 'Choose Allow when your browser asks.'],
      };
    case 'missing':
      return {
        title: 'No microphone was found',
        explanation: 'This computer or phone does not offer a microphone to the browser.',
        steps: [
          'Plug in a headset or a microphone, or switch on your wireless one.',
          'If it has a mute or power switch, turn it on.',
          'Press "Try again".',
        ],
      };
    case 'busy':
      return {
        title: 'The microphone is used by another program',
        explanation: 'Another call or recording program seems to hold it.',
        steps: ['Close other programs and tabs that use the microphone.', 'Press "Try again".'],
      };
    case 'insecure':
      return {
        title: 'This address is not secure enough for a microphone',
        explanation: 'Browsers give a microphone only to pages whose address starts with https.',
        steps: ['Tell the person who invited you that the invitation must use an https address.'],
      };
    case 'unsupported':
      return {
        title: 'This browser cannot hold a spoken interview',
        explanation: 'It lacks the parts that carry live sound.',
        steps: ['Open the same link in a current Chrome, Edge, Firefox or Safari.'],
      };
    case 'unknown':
      return {
        title: 'The microphone did not start',
        explanation: 'The browser did not say why.',
        steps: ['Check that the microphone works in another program.', 'Press "Try again".', 'If that does not help, restart the browser and open the same link.'],
      };
  }
}

function browserOf(userAgent: string): Browser {
  if (/iPhone|iPad/.test(userAgent)) return 'ios';
  if (userAgent.includes('Firefox/')) return 'firefox';
  if (userAgent.includes('Safari/') && !/Chrome\/|Chromium\/|Edg\//.test(userAgent)) return 'safari';
  return 'chromium';
}
