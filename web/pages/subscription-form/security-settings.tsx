// How the service proves itself to the endpoint, and how producers prove themselves to the service.
import {
  CheckField,
  ChoiceField,
  Field,
  SecretField,
  TextField,
  fieldError,
} from '../../parts/field.tsx';
import type { PartProps } from './part-props.ts';
import type { AuthKind, Scheme, Values } from './values.ts';
import { signsBodyAlone } from './values.ts';

type KindField = { name: string; label: string; kind: 'text' | 'secret' | 'pem' };

const authFields: Record<AuthKind, readonly KindField[]> = {
  none: [],
  basic: [
    { name: 'username', label: 'User name (may be empty, or an API key)', kind: 'text' },
    { name: 'password', label: 'Password (may be empty beside a user name)', kind: 'secret' },
  ],
  bearer: [{ name: 'token', label: 'Token', kind: 'secret' }],
  header: [
    { name: 'name', label: 'Header, such as Authorization', kind: 'text' },
    { name: 'value', label: 'Value, with its scheme if it has one', kind: 'secret' },
  ],
  oauth2: [
    { name: 'token_url', label: 'Token URL', kind: 'text' },
    { name: 'client_id', label: 'Client id', kind: 'text' },
    { name: 'client_secret', label: 'Client secret', kind: 'secret' },
    { name: 'scope', label: 'Scope (optional)', kind: 'text' },
    { name: 'audience', label: 'Audience (optional)', kind: 'text' },
  ],
  mtls: [
    { name: 'certificate', label: 'Certificate (PEM)', kind: 'pem' },
    { name: 'private_key', label: 'Private key (PEM)', kind: 'pem' },
  ],
};

const secretOfSender: KindField = {
  name: 'secret',
  label: "Secret of the sender (empty: the subscription's own)",
  kind: 'secret',
};

const verificationFields: Partial<Record<Scheme, readonly KindField[]>> = {
  hmac: [
    { name: 'header', label: 'Header', kind: 'text' },
    { name: 'prefix', label: 'Before the signature, such as sha256=', kind: 'text' },
    secretOfSender,
  ],
  meta: [
    { name: 'secret', label: "App secret (empty: the subscription's own secret)", kind: 'secret' },
    { name: 'verify_token', label: 'Verify token', kind: 'secret' },
  ],
  okta: [
    { name: 'header', label: 'Authentication field (empty: Authorization)', kind: 'text' },
    secretOfSender,
  ],
  sns: [{ name: 'topic_arn', label: 'ARN of the topic', kind: 'text' }],
  token: [
    { name: 'header', label: 'Header, such as X-Gitlab-Token', kind: 'text' },
    secretOfSender,
  ],
};

export function SecuritySettings({ values, change, error }: PartProps) {
  const { verification } = values;
  return (
    <details>
      <summary>Credentials, verification and operational events</summary>
      <div class="form">
        <Credentials values={values} change={change} error={error} />
        <ChoiceField
          label="How ingested events are verified"
          value={verification.kind}
          options={[
            ['none', 'X-Hub-Signature-256 with the secret, if there is one'],
            ['github', 'GitHub'],
            ['stripe', 'Stripe'],
            ['shopify', 'Shopify'],
            ['slack', 'Slack'],
            ['standard', 'Standard Webhooks, Svix'],
            ['meta', 'Meta: Facebook, Instagram, WhatsApp'],
            ['zoom', 'Zoom'],
            ['okta', 'Okta'],
            ['sns', 'Amazon SNS'],
            ['token', 'A token in a header: GitLab, Telegram'],
            ['hmac', 'An HMAC in another header'],
          ]}
          onValue={(kind) => change({ verification: { kind: kind as Scheme } })}
          error={fieldError(error, '/verification/scheme')}
        />
        {verification.kind !== 'none' && (
          <Verification values={values} change={change} error={error} />
        )}
        <Signatures values={values} change={change} />
        <CheckField
          label="Operator's subscription: it is sent what the service says of itself"
          isOn={values.isOperational}
          onChange={(isOperational) => change({ isOperational })}
        />
      </div>
    </details>
  );
}

function Signatures({ values, change }: Pick<PartProps, 'values' | 'change'>) {
  return (
    <>
      <CheckField
        label="Add X-Webhook-Signature with a timestamp, as Stripe's libraries verify it"
        isOn={values.isTimestamped}
        onChange={(isTimestamped) => change({ isTimestamped })}
      />
      <ChoiceField
        label="What makes X-Hub-Signature-256 after a rotation"
        value={values.hubSignature}
        options={[
          ['current', 'The new secret, at once'],
          ['previous', 'The old secret, until it ends'],
        ]}
        onValue={(hubSignature) => change({ hubSignature: hubSignature as Values['hubSignature'] })}
      />
    </>
  );
}

function Verification({ values: { verification, dedupes }, change, error }: PartProps) {
  const isHmac = verification.kind === 'hmac';
  const set = (name: string, value: string) =>
    change({ verification: { ...verification, [name]: value } });
  return (
    <>
      <KindFields
        fields={verificationFields[verification.kind] ?? [secretOfSender]}
        given={verification}
        set={set}
        errorOf={(name) => fieldError(error, `/verification/${name}`)}
      />
      {isHmac && (
        <div class="inline-fields">
          <ChoiceField
            label="Algorithm"
            value={verification['algorithm'] ?? 'sha256'}
            options={['sha256', 'sha1', 'sha512'].map((name) => [name, name] as const)}
            onValue={(algorithm) => set('algorithm', algorithm)}
          />
          <ChoiceField
            label="Encoding"
            value={verification['encoding'] ?? 'hex'}
            options={['hex', 'base64'].map((name) => [name, name] as const)}
            onValue={(encoding) => set('encoding', encoding)}
          />
        </div>
      )}
      {signsBodyAlone(verification.kind) && (
        <CheckField
          label="Take a body that was signed before, within a day, for the same event"
          isOn={dedupes}
          onChange={(isOn) => change({ dedupes: isOn })}
        />
      )}
    </>
  );
}

type KindFieldsProps = {
  fields: readonly KindField[];
  given: Readonly<Record<string, string>>;
  set: (name: string, value: string) => void;
  errorOf: (name: string) => string | undefined;
};

function KindFields({ fields, given, set, errorOf }: KindFieldsProps) {
  return (
    <>
      {fields.map(({ name, label, kind }) => {
        const props = { label, value: given[name] ?? '', error: errorOf(name) };
        const onValue = (value: string) => set(name, value);
        if (kind === 'secret') return <SecretField key={name} {...props} onValue={onValue} />;
        if (kind === 'text') return <TextField key={name} {...props} onValue={onValue} />;
        return (
          <Field key={name} label={label} error={props.error}>
            {(control) => (
              <textarea
                {...control}
                class="code-input"
                rows={4}
                spellcheck={false}
                value={props.value}
                onInput={(event) => onValue(event.currentTarget.value)}
              />
            )}
          </Field>
        );
      })}
    </>
  );
}

function Credentials({ values: { auth }, change, error }: PartProps) {
  return (
    <>
      <ChoiceField
        label="Credentials for the endpoint"
        value={auth.kind}
        options={[
          ['none', 'None'],
          ['basic', 'Basic'],
          ['bearer', 'Bearer token'],
          ['header', 'A header of another name or scheme'],
          ['oauth2', 'OAuth 2 client credentials'],
          ['mtls', 'TLS client certificate'],
        ]}
        onValue={(kind) => change({ auth: { kind: kind as AuthKind } })}
        error={fieldError(error, '/auth/type')}
      />
      <KindFields
        fields={authFields[auth.kind]}
        given={auth}
        set={(name, value) => change({ auth: { ...auth, [name]: value } })}
        errorOf={(name) => fieldError(error, `/auth/${name}`)}
      />
      {auth.kind === 'oauth2' && (
        <ChoiceField
          label="How the client proves itself"
          value={auth['token_auth'] ?? 'client_secret_basic'}
          options={[
            ['client_secret_basic', 'In the header (client_secret_basic)'],
            ['client_secret_post', 'In the body (client_secret_post)'],
          ]}
          onValue={(way) => change({ auth: { ...auth, token_auth: way } })}
          error={fieldError(error, '/auth/token_auth')}
        />
      )}
    </>
  );
}
