// The dialog that sends a test webhook can be opened from everywhere, for a subscription or for any.
import { signal } from '@preact/signals';

const isOpen = signal(false);
const subscriptionId = signal<string | null>(null);

export const testDialog = {
  isOpen,
  subscriptionId,
  open: (id: string | null): void => {
    subscriptionId.value = id;
    isOpen.value = true;
  },
  close: (): void => {
    isOpen.value = false;
  },
};
