// A person's action: one at a time, with its failure kept for display.
import { useState } from 'preact/hooks';
import { isAbort, sentenceOf } from '../api/failure.ts';
import { notify } from './notices.ts';

export type Action = {
  isBusy: boolean;
  error: unknown;
  run: (act: () => Promise<unknown>) => Promise<boolean>;
  clear: () => void;
};

/** `quiet` keeps a failure for the form that asked; otherwise it becomes a notice. */
export function useAction({ quiet = false } = {}): Action {
  const [state, setState] = useState<{ isBusy: boolean; error: unknown }>({
    isBusy: false,
    error: undefined,
  });
  return {
    ...state,
    clear: () => setState({ isBusy: false, error: undefined }),
    async run(act) {
      if (state.isBusy) return false;
      setState({ isBusy: true, error: undefined });
      try {
        await act();
        setState({ isBusy: false, error: undefined });
        return true;
      } catch (error) {
        setState({ isBusy: false, error: isAbort(error) ? undefined : error });
        if (!quiet && !isAbort(error)) notify('bad', sentenceOf(error));
        return false;
      }
    },
  };
}
