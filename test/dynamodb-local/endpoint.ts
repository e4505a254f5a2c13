const found = process.env['AWS_ENDPOINT_URL'];
if (found === undefined) throw new Error('Run: npm run test:emulator -- --dynamodb-local');

/** Where DynamoDB Local answers. */
export const endpoint = found;
