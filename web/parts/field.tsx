// A form control with its label, hint and error linked for screen readers.
import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import { Failure } from '../api/failure.ts';

export type ControlProps = {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': boolean;
};

type FieldProps = {
  label: string;
  hint?: ComponentChildren;
  error?: string | undefined;
  children: (control: ControlProps) => ComponentChildren;
};

export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const notes = [hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`];
  const described = notes.filter((note) => note !== false).join(' ');
  const control = {
    id,
    'aria-describedby': described === '' ? undefined : described,
    'aria-invalid': error !== undefined,
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(control)}
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p class="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

type TextFieldProps = Omit<FieldProps, 'children'> & {
  value: string;
  onValue: (value: string) => void;
  type?: 'text' | 'url' | 'number' | 'search' | 'datetime-local';
  required?: boolean;
  placeholder?: string;
  list?: string;
  maxLength?: number;
  /** Enter then does this instead of sending the form. */
  onEnter?: () => void;
};

export function TextField({ label, hint, error, onValue, onEnter, ...input }: TextFieldProps) {
  const whenEnter = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !onEnter) return;
    event.preventDefault();
    onEnter();
  };
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <input
          {...control}
          {...input}
          type={input.type ?? 'text'}
          autocomplete="off"
          spellcheck={false}
          onKeyDown={whenEnter}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

type SecretFieldProps = Omit<TextFieldProps, 'type' | 'list' | 'onEnter'> & {
  /** Generates one; absent if only the other side can. */
  generate?: () => string;
};

/** Input is hidden unless revealed, and browsers do not offer to save it. */
export function SecretField({ label, hint, error, onValue, generate, ...input }: SecretFieldProps) {
  const [isShown, setShown] = useState(false);
  const make = () => {
    if (!generate) return;
    onValue(generate());
    setShown(true);
  };
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <div class="with-buttons">
          <input
            {...control}
            {...input}
            type={(isShown ? 'text' : 'password') as 'password'}
            autocomplete="new-password"
            spellcheck={false}
            onInput={(event) => onValue(event.currentTarget.value)}
          />
          <button
            type="button"
            class="button"
            aria-pressed={isShown}
            onClick={() => setShown(!isShown)}
          >
            {isShown ? 'Hide' : 'Show'}
          </button>
          {generate && (
            <button type="button" class="button" onClick={make}>
              Generate
            </button>
          )}
        </div>
      )}
    </Field>
  );
}

type ChoiceFieldProps = Omit<FieldProps, 'children'> & {
  value: string;
  onValue: (value: string) => void;
  options: readonly (readonly [value: string, title: string])[];
};

export function ChoiceField({ label, hint, error, value, onValue, options }: ChoiceFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <select {...control} value={value} onChange={(event) => onValue(event.currentTarget.value)}>
          {options.map(([option, title]) => (
            <option value={option} key={option}>
              {title}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

type CheckFieldProps = {
  label: ComponentChildren;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
};

export function CheckField({ label, isOn, onChange }: CheckFieldProps) {
  return (
    <label class="choice">
      <input
        type="checkbox"
        checked={isOn}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span>{label}</span>
    </label>
  );
}

/** The API's message for a field or anything inside it, by JSON pointer. */
export function fieldError(error: unknown, pointer: string): string | undefined {
  if (!(error instanceof Failure)) return undefined;
  const found = error.fields.find(
    (field) => field.pointer === pointer || field.pointer.startsWith(`${pointer}/`),
  );
  return found?.detail;
}
