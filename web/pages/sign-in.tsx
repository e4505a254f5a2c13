// Asks for an API key if the API requires one.
import { useState } from 'preact/hooks';
import { credentials } from '../api/credentials.ts';
import { Failure } from '../api/failure.ts';
import { FailureBox } from '../parts/states.tsx';
import { useAction } from '../state/action.ts';
import { signIn } from '../state/session.ts';

export function SignIn({ why }: { why: string | null }) {
  const [key, setKey] = useState('');
  const action = useAction({ quiet: true });
  const submit = (event: Event) => {
    event.preventDefault();
    void action.run(() => tryKey(key.trim()));
  };
  return (
    <main class="sign-in">
      <form class="card" onSubmit={submit}>
        <h1>Webhook delivery</h1>
        <p class="quiet">
          This service requires an API key. It stays in this tab until you close it or sign out.
        </p>
        {why !== null && action.error === undefined && (
          <p class="failure" role="alert">
            {why}
          </p>
        )}
        <div class="field">
          <label for="api-key">API key</label>
          <input
            id="api-key"
            type="password"
            autocomplete="off"
            spellcheck={false}
            placeholder="whk_…"
            required
            autofocus
            value={key}
            onInput={(event) => setKey(event.currentTarget.value)}
          />
          <p class="hint">
            An operator creates the first one with <code>npm run key</code>.
          </p>
        </div>
        {action.error !== undefined && <FailureBox error={action.error} />}
        <button type="submit" class="button primary" aria-disabled={action.isBusy}>
          {action.isBusy ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
    </main>
  );
}

/** Headers only allow visible ASCII; keys have nothing else. */
async function tryKey(key: string): Promise<void> {
  if (!/^[!-~]+$/.test(key)) {
    throw new Failure('This is not an API key', { code: 'unauthenticated' });
  }
  try {
    await signIn(key);
  } catch (error) {
    credentials.forget();
    throw error;
  }
}
