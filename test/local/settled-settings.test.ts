import { expect, test } from 'vitest';
import { settled } from '../../bin/local/settled-settings.ts';
import { localSettings, parseSettings, SettingsError } from '../../lambdas/contract/settings.ts';

const of = (environment: Record<string, string>) =>
  settled(parseSettings(localSettings, environment));

test.each(['127.0.0.1', 'localhost', '::1', '127.9.9.9'])(
  'on %s only this machine calls',
  (HOST) => {
    expect(of({ HOST })).toMatchObject({
      API_AUTH: 'off',
      ALLOW_HTTP_TARGETS: true,
      TARGET_ALLOW_CIDRS: ['127.0.0.0/8', '::1/128'],
    });
  },
);

test.each(['0.0.0.0', '::', '192.168.0.7'])('on %s others may, so all is closed', (HOST) => {
  expect(of({ HOST })).toMatchObject({
    API_AUTH: 'on',
    ALLOW_HTTP_TARGETS: false,
    TARGET_ALLOW_CIDRS: [],
  });
  expect(() => of({ HOST, API_AUTH: 'off' })).toThrow(SettingsError);
  expect(of({ HOST, ALLOW_HTTP_TARGETS: 'true', TARGET_ALLOW_CIDRS: '10.0.0.0/8' })).toMatchObject({
    ALLOW_HTTP_TARGETS: true,
    TARGET_ALLOW_CIDRS: ['10.0.0.0/8'],
  });
});
