// Dialogs are the browser's own: focus stays inside, Escape closes, and focus goes back where it was.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';

type DialogProps = {
  title: string;
  onClose: () => void;
  wide?: boolean;
  children: ComponentChildren;
};

export function Dialog({ title, onClose, wide = false, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={wide ? 'wide' : ''}
      aria-labelledby={titleId}
      onClose={onClose}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div class="dialog-head">
        <h2 id={titleId}>{title}</h2>
        <button type="button" class="icon-button" onClick={onClose}>
          <Icon name="close" />
          <span class="hidden">Close</span>
        </button>
      </div>
      {children}
    </dialog>
  );
}

/** What ends the dialog: first the way out, then what it is for. */
export function DialogFoot({
  onCancel,
  children,
}: {
  onCancel: () => void;
  children: ComponentChildren;
}) {
  return (
    <div class="dialog-foot">
      <button type="button" class="button" onClick={onCancel}>
        Cancel
      </button>
      {children}
    </div>
  );
}
