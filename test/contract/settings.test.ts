import { describe, expect, it } from 'vitest';
import {
  awsSettings,
  localSettings,
  parseSettings,
  serviceSettings,
} from '../../lambdas/contract/settings.ts';

describe('settings', () => {
  it('are closed by default on AWS', () => {
    expect(parseSettings(serviceSettings, {})).toMatchObject({
      API_AUTH: 'on',
      ALLOW_HTTP_TARGETS: false,
      TARGET_ALLOW_CIDRS: [],
      RETRY_SCHEDULE: 'standard',
    });
    expect(parseSettings(localSettings, {})).toMatchObject({
      PORT: 5_000,
      HOST: '127.0.0.1',
      DATA_DIR: '.data',
    });
  });

  it('read lists, numbers and flags', () => {
    expect(
      parseSettings(localSettings, {
        RETRY_SCHEDULE: '1,2,300',
        TARGET_ALLOW_CIDRS: ' 10.0.0.0/8 , 192.168.0.0/16,',
        DELIVERY_TIMEOUT_MS: '2000',
        ALLOW_HTTP_TARGETS: 'false',
      }),
    ).toMatchObject({
      RETRY_SCHEDULE: [1, 2, 300],
      TARGET_ALLOW_CIDRS: ['10.0.0.0/8', '192.168.0.0/16'],
      DELIVERY_TIMEOUT_MS: 2_000,
      ALLOW_HTTP_TARGETS: false,
    });
    expect(parseSettings(localSettings, { TARGET_ALLOW_CIDRS: '' }).TARGET_ALLOW_CIDRS).toEqual([]);
  });

  it.each([
    ['PORT', 'http'],
    ['PORT', '70000'],
    ['PORT', '-1'],
    ['RETRY_SCHEDULE', 'slow'],
    ['RETRY_SCHEDULE', '0'],
    ['RETRY_SCHEDULE', '5,,5'],
    ['DELIVERY_TIMEOUT_MS', '10'],
    ['DELIVERY_TIMEOUT_MS', '30001'],
    ['RETENTION_HOURS', '0'],
    ['MAX_BODY_BYTES', '1e9'],
    ['API_AUTH', 'maybe'],
    ['ALLOW_HTTP_TARGETS', 'yes'],
    ['UNTYPED_EVENTS', ''],
    ['TARGET_ALLOW_CIDRS', '10.0.0.0'],
    ['TARGET_ALLOW_CIDRS', '10.0.0.0/8,::1/129'],
  ])('refuse %s=%s with one sentence that names it', (name, value) => {
    const parse = () => parseSettings(localSettings, { [name]: value });
    expect(parse).toThrow(new RegExp(`^${name} [^\\n]+\\.$`));
  });

  it('name everything that is missing', () => {
    expect(() => parseSettings(awsSettings, { TABLE_NAME: 't' })).toThrow(
      /QUEUE_URL is not set; QUEUE_ARN is not set/,
    );
  });
});
