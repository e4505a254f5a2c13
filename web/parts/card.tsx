import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

type CardProps = {
  title: string;
  /** Beside the title. */
  aside?: ComponentChildren;
  children: ComponentChildren;
};

export function Card({ title, aside, children }: CardProps) {
  const id = useId();
  return (
    <section class="card" aria-labelledby={id}>
      <div class="card-head">
        <h2 id={id}>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

export type Figure = { title: string; value: string; hint?: string };

export function Numbers({ figures }: { figures: readonly Figure[] }) {
  return (
    <dl class="numbers">
      {figures.map(({ title, value, hint }) => (
        <div class="card number" key={title}>
          <dt>{title}</dt>
          <dd>
            {value}
            {hint !== undefined && <p class="hint">{hint}</p>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

export function PageHead({
  title,
  back,
  children,
}: {
  title: ComponentChildren;
  back?: { href: string; title: string };
  children?: ComponentChildren;
}) {
  return (
    <div class="page-head">
      {back && (
        <a class="back" href={back.href}>
          ← <bdi>{back.title}</bdi>
        </a>
      )}
      <h1>
        <bdi>{title}</bdi>
      </h1>
      {children !== undefined && <div class="actions">{children}</div>}
    </div>
  );
}
